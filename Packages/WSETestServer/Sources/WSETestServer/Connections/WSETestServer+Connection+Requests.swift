internal import NIOCore
public import WSEWire

extension WSETestServer.Connection {
    /// Asks the client something and returns its answer.
    ///
    /// <!-- given: connection: WSETestServer.Connection -->
    /// ```swift
    /// let health = try await connection.ask("health_check", expecting: "health_check_response")
    /// ```
    ///
    /// - Parameters:
    ///   - type: Such as `health_check`, `metrics_request` or `sync_request`.
    ///   - payload: What the question carries.
    ///   - answer: The type of the message that answers.
    ///   - limit: The longest that it waits.
    /// - Throws: ``WSETestServerError`` with code `timedOut`, `cancelled` or `stopped`; otherwise as
    ///   ``sendControl(_:)``.
    public func ask(
        _ type: String, _ payload: WSEValue = [:], expecting answer: String,
        within limit: Duration = .seconds(10)
    ) async throws(WSETestServerError) -> ReceivedMessage {
        let server = try requireServer()
        try sendControl(Envelope(type: type, payload: payload, category: .system))
        return try await server.nextMessage("\(answer) from \(self)", within: limit) {
            $0.connection == self && $0.type == answer
        }
    }

    /// Returns once the client has read everything that was sent before, as far as its WebSocket layer: sends a
    /// WebSocket ping and waits for the pong. What the client sent before the pong is recorded by then, so that a test
    /// can say what it did *not* send.
    ///
    /// - Throws: ``WSETestServerError`` with code `timedOut`, `cancelled` or `stopped`, `unknownConnection` if it has
    ///   ended.
    public func roundTrip(within limit: Duration = .seconds(10)) async throws(WSETestServerError) {
        let server = try requireServer()
        let link = link
        let payload = server.update { Array($0.messages.nextID().utf8) }
        sendPing(payload)
        let isAnswered = try await server.wait(for: "a pong from \(self)", within: limit) { state -> Bool? in
            guard let session = state.sessions[link.number] else { return false }
            return session.lastPong == payload ? true : nil
        }
        guard isAnswered else {
            throw WSETestServerError(.unknownConnection, "\(self) ended before its pong")
        }
    }

    /// Sends a message of the protocol itself: JSON in a text frame; id, time and sequence number are filled in.
    ///
    /// - Throws: ``WSETestServerError`` with code `unrepresentable` if the payload does not fit into JSON,
    ///   `unknownConnection` if the connection has ended or is about to, `stopped` if the server is gone.
    public func sendControl(_ envelope: Envelope) throws(WSETestServerError) {
        let server = try requireServer()
        let link = link
        try server.update { (state) throws(WSETestServerError) in
            var envelope = envelope
            state.messages.complete(&envelope)
            let text = try state.messages.direct(envelope)
            try link.deliver(
                OutboundFrame(text: ByteBuffer(bytes: text), kind: .control, type: envelope.type))
        }
    }

    /// Tells the client that it comes close to its rate limit.
    ///
    /// - Parameters:
    ///   - rate: Messages that it sent of late, as the warning has it.
    ///   - limit: Messages that it may send.
    ///   - remaining: How many more may come.
    ///   - retryAfter: How long it should hold back.
    /// - Returns: `false` if the connection has ended, or is about to.
    @discardableResult
    public func sendRateLimitWarning(
        rate: Int, limit: Int, remaining: Int, retryAfter: Duration
    ) -> Bool {
        let link = link
        return link.server?.update { state in
            state.control(
                ControlMessages.rateLimitWarning(
                    rate: rate, limit: limit, remaining: remaining, retryAfter: retryAfter / .seconds(1)),
                to: link)
        } ?? false
    }

    /// Subscribes it to topics without being asked, as a server application may.
    public func subscribe(to topics: [String]) {
        let link = link
        link.server?.update { state in
            guard state.sessions[link.number] != nil else { return }
            for topic in topics { state.join(topic, link) }
        }
    }

    /// Ends subscriptions without being asked.
    public func unsubscribe(from topics: [String]) {
        let link = link
        link.server?.update { state in
            for topic in topics { state.leave(topic, link) }
        }
    }
}
