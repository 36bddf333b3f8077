internal import NIOCore
public import WSEWire

extension WSETestServer.Connection {
    /// Sends a message to this client alone, as the published servers' `send_event`: JSON in a binary frame.
    ///
    /// - Throws: ``WSETestServerError`` with code `unrepresentable` if the payload does not fit into the format,
    ///   `stopped` if the server is gone.
    public func send(
        _ type: String, _ payload: WSEValue = [:], category: MessageCategory = .update,
        priority: MessagePriority? = nil, correlationID: String? = nil
    ) throws(WSETestServerError) {
        try send(
            Envelope(
                type: type, payload: payload, category: category, priority: priority,
                correlationID: correlationID))
    }

    /// Sends a message to this client alone; id, time and sequence number are filled in where they are missing.
    ///
    /// - Throws: As ``send(_:_:category:priority:correlationID:)``.
    public func send(_ envelope: Envelope) throws(WSETestServerError) {
        let server = try requireServer()
        let link = link
        try server.update { (state) throws(WSETestServerError) in
            var envelope = envelope
            state.messages.complete(&envelope)
            let bytes = try state.messages.direct(envelope)
            link.enqueue(.binary(ByteBuffer(bytes: bytes)))
        }
    }

    /// Answers a request: same correlation id.
    ///
    /// - Throws: As ``send(_:_:category:priority:correlationID:)``.
    public func reply(
        to request: ReceivedMessage, _ type: String, _ payload: WSEValue = [:]
    ) throws(WSETestServerError) {
        try send(type, payload, correlationID: request.correlationID)
    }

    /// Sends an `error` as the servers do when they refuse something.
    ///
    /// - Parameters:
    ///   - code: Such as `HANDLER_ERROR`.
    ///   - details: More members of the payload, such as `recoverable` and `retry_after`.
    public func sendError(_ code: String, _ message: String, details: [String: WSEValue] = [:]) {
        let link = link
        link.server?.update { state in
            state.control(
                ControlMessages.error(code: code, message: message, more: details, now: state.now), to: link)
        }
    }

    /// Sends `server_ready`, for servers that do not by themselves: ``WSETestServer/Authentication/silent``.
    public func sendServerReady() {
        let link = link
        link.server?.update { $0.sendReady(to: link) }
    }

    /// Sends text as it is, valid or not.
    public func sendText(_ text: String) {
        link.enqueue(.text(ByteBuffer(string: text)))
    }

    /// Sends a binary message as it is, valid or not.
    public func sendBinary(_ bytes: [UInt8]) {
        link.enqueue(.binary(ByteBuffer(bytes: bytes)))
    }

    /// Sends bytes that are no WebSocket frame unless you made them one.
    public func sendRawBytes(_ bytes: [UInt8]) {
        link.enqueue(.bytes(ByteBuffer(bytes: bytes)))
    }

    /// Sends a WebSocket ping.
    ///
    /// - Parameter payload: At most 125 bytes; what is beyond them is cut off.
    public func sendPing(_ payload: [UInt8] = []) {
        link.enqueue(.ping(ByteBuffer(bytes: payload.prefix(125))))
    }

    /// Returns once no more than so many bytes wait to be written, or the connection ended or is stalled.
    public func flushed(below bytes: Int = 0) async {
        await link.drained(below: max(0, bytes))
    }

    func requireServer() throws(WSETestServerError) -> WSETestServer {
        guard let server = link.server else { throw WSETestServerError(.stopped, "the server is gone") }
        return server
    }
}
