internal import WSEWire

extension WSETestServer {
    /// What clients sent, oldest first, control messages too; see ``Configuration/recordingCapacity``.
    public var messages: [ReceivedMessage] { read { $0.recording.messages } }

    /// How many messages clients have sent since the start.
    public var messageCount: Int { read { $0.recording.total } }

    /// Of what clients sent, the messages of one type.
    public func messages(ofType type: String) -> [ReceivedMessage] {
        messages.filter { $0.type == type }
    }

    /// Forgets what clients have sent so far.
    public func clearMessages() {
        update { $0.recording.clear() }
    }

    /// The next message that matches: the oldest that was not handed out before, or else the first to come. Each
    /// message is handed out once, so that a test can ask for one after the other.
    ///
    /// - Parameters:
    ///   - limit: The longest that it waits.
    ///   - matches: Called once per message at most.
    /// - Throws: ``WSETestServerError`` with code `timedOut`, `cancelled` or `stopped`. Its message says what was waited
    ///   for, for how long, and which types came meanwhile.
    public func nextMessage(
        within limit: Duration = .seconds(10), where matches: (ReceivedMessage) -> Bool
    ) async throws(WSETestServerError) -> ReceivedMessage {
        try await nextMessage("a message", within: limit, where: matches)
    }

    /// The next message of a type.
    ///
    /// - Throws: As ``nextMessage(within:where:)``.
    public func nextMessage(
        ofType type: String, within limit: Duration = .seconds(10)
    ) async throws(WSETestServerError) -> ReceivedMessage {
        try await nextMessage("a message of type \(type)", within: limit) { $0.type == type }
    }

    /// The next message of the application: handshake, heartbeat and subscriptions are passed over.
    ///
    /// - Throws: As ``nextMessage(within:where:)``.
    public func nextMessage(
        within limit: Duration = .seconds(10)
    ) async throws(WSETestServerError) -> ReceivedMessage {
        try await nextMessage("a message", within: limit) { !$0.isControl }
    }

    func nextMessage(
        _ what: String, within limit: Duration, where matches: (ReceivedMessage) -> Bool
    ) async throws(WSETestServerError) -> ReceivedMessage {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: limit)
        var next = 0
        var passedOver = MessageTally()
        while true {
            let first = next
            let messages: [ReceivedMessage]
            do throws(WSETestServerError) {
                messages = try await wait(for: what, within: max(.zero, clock.now.duration(to: deadline))) {
                    let fresh = $0.recording.fresh(from: first)
                    return fresh.isEmpty ? nil : fresh
                }
            } catch {
                guard error.code == .timedOut else { throw error }
                throw WSETestServerError(
                    .timedOut, "waited \(limit) for \(what); meanwhile came \(passedOver)")
            }
            // Outside the lock, as the test's function may ask the server things. Meanwhile someone else may take
            // the message.
            for message in messages {
                next = message.index + 1
                if matches(message), update({ $0.recording.take(message.index) }) { return message }
                passedOver.add(message)
            }
        }
    }
}

extension WSETestServer.Connection {
    /// What this client sent, oldest first.
    public var messages: [ReceivedMessage] {
        link.server?.messages.filter { $0.connection == self } ?? []
    }

    /// What this client sent of one type.
    public func messages(ofType type: String) -> [ReceivedMessage] {
        messages.filter { $0.type == type }
    }

    /// The next message of a type from this client; as ``WSETestServer/nextMessage(ofType:within:)``.
    ///
    /// - Throws: ``WSETestServerError`` with code `timedOut`, `cancelled` or `stopped`.
    public func nextMessage(
        ofType type: String, within limit: Duration = .seconds(10)
    ) async throws(WSETestServerError) -> ReceivedMessage {
        try await requireServer().nextMessage("a message of type \(type) from \(self)", within: limit) {
            $0.connection == self && $0.type == type
        }
    }
}
