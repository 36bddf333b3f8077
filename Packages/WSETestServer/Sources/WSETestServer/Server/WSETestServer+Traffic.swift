internal import NIOCore
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

    func closed(_ link: ConnectionLink) {
        update { $0.close(link) }
    }

    func noteLife(_ link: ConnectionLink) {
        update { $0.noteLife(link) }
    }

    /// Records what a message holds, does what the protocol asks for, and then calls the test's handlers.
    func received(
        _ bytes: [UInt8], as kind: FrameKind, through inbound: InboundDecoder, from link: ConnectionLink
    ) {
        let events = inbound.events(in: bytes, as: kind)
        let connection = Connection(link: link)
        let calls = update { state -> [(ServerState.Handler, ReceivedMessage)] in
            state.noteLife(link)
            var calls: [(ServerState.Handler, ReceivedMessage)] = []
            for event in events.isEmpty ? [nil] : events.map(Optional.some) {
                let message = state.recording.append { index in
                    ReceivedMessage(
                        index: index, connection: connection, kind: kind, bytes: bytes, event: event)
                }
                if let event { state.receive(event, from: link) }
                guard !message.isControl else { continue }
                if let handler = state.handlerOfAll { calls.append((handler, message)) }
                if let type = message.type, let handler = state.handlers[type] {
                    calls.append((handler, message))
                }
            }
            return calls
        }
        // Outside the lock, as handlers send answers.
        for (handler, message) in calls { handler(message) }
    }
}
