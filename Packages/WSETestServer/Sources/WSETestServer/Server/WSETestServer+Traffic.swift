internal import NIOCore
internal import WSECrypto
internal import WSEWire

/// What the connections' handlers call, on the event loop.
extension WSETestServer {
    func opened(_ link: ConnectionLink) {
        update { $0.open(link) }
        guard let interval = configuration.heartbeat.pingInterval, interval > .zero else { return }
        let amount = TimeAmount(interval)
        let timer = link.channel.eventLoop.scheduleRepeatedTask(initialDelay: amount, delay: amount) {
            [weak self] task in
            guard let self, !link.isClosed else {
                task.cancel()
                return
            }
            self.update { $0.beat(link) }
        }
        update { $0.sessions[link.number]?.timers.append(timer) }
    }

    /// Forgets a connection in the same moment in which it counts as ended.
    func closed(_ link: ConnectionLink) {
        update { state in
            state.close(link)
            link.markClosed()
        }
    }

    func ponged(_ payload: [UInt8], _ link: ConnectionLink) {
        update { $0.sessions[link.number]?.lastPong = payload }
    }

    /// Records what a message holds, does what the protocol asks for, and then calls the test's handlers.
    func received(
        _ bytes: [UInt8], as kind: FrameKind, through inbound: InboundDecoder, from link: ConnectionLink
    ) {
        let connection = Connection(link: link)
        let (events, isDropped): ([WSEEvent?], Bool) =
            switch inbound.content(of: bytes, as: kind) {
            case .events(let events): (events, false)
            case .bytes: ([nil], false)
            case .dropped: ([nil], true)
            }
        let refused = refusedTopics(events, connection)
        let (calls, cipher) = update {
            state -> ([(ServerState.Handler, ReceivedMessage)], (any MessageCipher)?) in
            state.noteLife(link)
            var cipher: (any MessageCipher)?
            var calls: [(ServerState.Handler, ReceivedMessage)] = []
            // A batch is charged as the one message that it is on the wire.
            let isAdmitted = state.admits(events, from: link)
            for event in events {
                if !isAdmitted { link.noteRateLimited() }
                let message = state.recording.append { index in
                    ReceivedMessage(
                        index: index, connection: connection, kind: kind, bytes: bytes, event: event,
                        wasRateLimited: !isAdmitted)
                }
                guard isAdmitted, !isDropped else { continue }
                if let event {
                    cipher = state.receive(event, as: kind, refused: refused, from: link) ?? cipher
                }
                if !message.isControl, let handler = state.handlerOfAll { calls.append((handler, message)) }
                if let type = message.type, let handler = state.handlers[type] {
                    calls.append((handler, message))
                }
            }
            return (calls, cipher)
        }
        if let cipher { inbound.setCipher(cipher) }
        // Outside the lock, as handlers send answers.
        for (handler, message) in calls { handler(message) }
    }

    /// Asks the test about topics, outside the lock, as it may ask the server things in turn.
    private func refusedTopics(_ events: [WSEEvent?], _ connection: Connection) -> Set<String> {
        var refused: Set<String> = []
        for case let event? in events
        where event.type == "subscription_update" && event.payload["action"] == "subscribe" {
            for topic in event.payload["topics"]?.arrayValue?.compactMap(\.stringValue) ?? []
            where !configuration.acceptsTopic(topic, connection) {
                refused.insert(topic)
            }
        }
        return refused
    }
}
