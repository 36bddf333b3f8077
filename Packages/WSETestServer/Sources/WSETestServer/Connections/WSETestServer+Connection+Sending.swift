internal import NIOCore
public import WSEWire

extension WSETestServer.Connection {
    /// Sends a message to this client alone.
    ///
    /// - Throws: ``WSETestServerError`` with code `unrepresentable` if the payload does not fit into the form,
    ///   `unknownConnection` if the connection has ended or is about to, `stopped` if the server is gone.
    public func send(
        _ type: String, _ payload: WSEValue = [:], category: MessageCategory = .update,
        priority: MessagePriority? = nil, correlationID: String? = nil,
        as form: WSETestServer.MessageForm = .automatic
    ) throws(WSETestServerError) {
        let envelope = Envelope(
            type: type, payload: payload, category: category, priority: priority, correlationID: correlationID
        )
        try send(envelope, as: form)
    }

    /// Sends a message to this client alone; id, time and sequence number are filled in where they are missing.
    ///
    /// - Throws: As ``send(_:_:category:priority:correlationID:as:)``.
    public func send(
        _ envelope: Envelope, as form: WSETestServer.MessageForm = .automatic
    ) throws(WSETestServerError) {
        let link = link
        try requireServer().update { (state) throws(WSETestServerError) in
            var envelope = envelope
            state.messages.complete(&envelope)
            let members = EnvelopeMembers.of(envelope)
            let frame = try state.frame(members, envelope.category, type: envelope.type, as: form, to: link)
            try link.deliver(frame)
        }
    }

    /// Sends several messages in one: `batch` with `p:{messages,count}`.
    ///
    /// - Throws: As ``send(_:_:category:priority:correlationID:as:)``.
    public func sendBatch(
        _ envelopes: [Envelope], as form: WSETestServer.MessageForm = .automatic
    ) throws(WSETestServerError) {
        try wrap(envelopes, "batch", form) { messages in
            ["messages": .array(messages), "count": .int(Int64(messages.count))]
        }
    }

    /// Sends a message inside of a `priority_message`.
    ///
    /// - Throws: As ``send(_:_:category:priority:correlationID:as:)``.
    public func sendPriorityMessage(
        _ envelope: Envelope, as form: WSETestServer.MessageForm = .automatic
    ) throws(WSETestServerError) {
        try wrap([envelope], "priority_message", form) { ["message": $0.first ?? nil] }
    }

    private func wrap(
        _ envelopes: [Envelope], _ type: String, _ form: WSETestServer.MessageForm,
        _ payload: ([WSEValue]) -> WSEValue
    ) throws(WSETestServerError) {
        let link = link
        try requireServer().update { (state) throws(WSETestServerError) in
            let messages = envelopes.map { envelope -> WSEValue in
                var envelope = envelope
                state.messages.complete(&envelope)
                return .object(EnvelopeMembers.of(envelope))
            }
            let members = EnvelopeMembers.of(
                Envelope(type: type, payload: payload(messages), category: .system))
            try link.deliver(try state.frame(members, .system, type: type, as: form, to: link))
        }
    }

    /// Answers a request: same correlation id.
    ///
    /// - Throws: As ``send(_:_:category:priority:correlationID:as:)``.
    public func reply(
        to request: ReceivedMessage, _ type: String, _ payload: WSEValue = [:]
    ) throws(WSETestServerError) {
        try send(type, payload, correlationID: request.correlationID)
    }

    /// Sends an `error` as the servers do when they refuse something: in the clear even on an encrypted connection. What an
    /// application answers with comes sealed there; for that send a message of type `error`.
    ///
    /// - Parameters:
    ///   - code: Such as `HANDLER_ERROR`.
    ///   - message: What happened, for people.
    ///   - details: More members of the payload, such as `recoverable` and `retry_after`.
    /// - Returns: `false` if the connection has ended, or is about to.
    @discardableResult
    public func sendError(_ code: String, _ message: String, details: [String: WSEValue] = [:]) -> Bool {
        let link = link
        return link.server?.update { state in
            state.control(
                ControlMessages.error(code: code, message: message, more: details, now: state.now), to: link,
                isSealed: false)
        } ?? false
    }

    /// Sends `server_ready`, for servers that do not by themselves: ``WSETestServer/Authentication/silent``.
    ///
    /// - Returns: `false` if the connection has ended, or is about to.
    @discardableResult
    public func sendServerReady() -> Bool {
        let link = link
        return link.server?.update { $0.sendReady(to: link) } ?? false
    }

    func requireServer() throws(WSETestServerError) -> WSETestServer {
        guard let server = link.server else { throw WSETestServerError(.stopped, "the server is gone") }
        return server
    }
}
