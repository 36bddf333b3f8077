/// An open WebSocket connection for plain `async` code, usable without anything else of this project.
///
/// ```swift
/// let socket = try await WebSocket.connect(to: "wss://echo.example.com/")
/// try await socket.send("hello")
/// for try await message in socket.messages {
///     print(message.text)
///     await socket.close()
/// }
/// ```
///
/// Both directions push back: while nobody reads ``messages`` the socket is not read either, and ``send(_:)-(String)``
/// waits while the network takes nothing. Safe to use from any number of tasks. A value that is let go without
/// ``close(code:reason:)`` drops its connection.
public final class WebSocket: Sendable {
    /// The server's answer to the upgrade.
    public let response: WebSocketUpgradeResponse

    let mailbox: WebSocketMailbox

    private init(response: WebSocketUpgradeResponse, mailbox: WebSocketMailbox) {
        self.response = response
        self.mailbox = mailbox
    }

    deinit {
        mailbox.abort()
    }

    // MARK: Connecting

    /// Connects over SwiftNIO.
    ///
    /// Each call makes a TLS context of its own for `wss`. To open many connections, make one ``NIOWebSocketTransport``
    /// and hand it to ``connect(_:over:configuration:)``.
    ///
    /// - Throws: ``WebSocketError``; code `cancelled` if the task was cancelled, in which case nothing stays open.
    public static func connect(
        to url: String, headers: [WebSocketHeader] = [],
        configuration: WebSocketConfiguration = WebSocketConfiguration()
    ) async throws(WebSocketError) -> WebSocket {
        try await connect(
            WebSocketRequest(url: WebSocketURL(url), headers: headers), configuration: configuration)
    }

    /// Connects over any transport; the in-memory one of `WSETransportTesting` suits tests.
    ///
    /// - Parameters:
    ///   - request: The URL and the headers of the upgrade.
    ///   - transport: SwiftNIO with `configuration` if `nil`.
    ///   - configuration: Of it, a given `transport` leaves only ``WebSocketConfiguration/Limits/receiveBuffer`` in
    ///     use.
    /// - Throws: ``WebSocketError``; code `cancelled` if the task was cancelled, in which case nothing stays open.
    public static func connect(
        _ request: WebSocketRequest, over transport: (any WebSocketTransport)? = nil,
        configuration: WebSocketConfiguration = WebSocketConfiguration()
    ) async throws(WebSocketError) -> WebSocket {
        let transport = transport ?? NIOWebSocketTransport(configuration: configuration)
        let mailbox = WebSocketMailbox(receiveBuffer: configuration.limits.receiveBuffer)
        mailbox.connection = transport.connect(request, handler: mailbox)
        return WebSocket(response: try await mailbox.waitUntilOpen(), mailbox: mailbox)
    }

    // MARK: Messages

    /// What the server sends, in order. It ends when the connection closes cleanly, and throws its error otherwise.
    ///
    /// Every message goes to one reader: several loops share the messages between them.
    public var messages: WebSocketMessages { WebSocketMessages(socket: self) }

    /// Sends a text message; returns once the connection took it.
    ///
    /// While the connection's buffer is full it waits, and messages leave in the order in which they were sent.
    ///
    /// - Throws: ``WebSocketError`` with code `notOpen`, `messageTooLarge`, or `cancelled` if the
    ///   task was cancelled while waiting; the message was not sent then. If the connection ends while waiting, its error.
    public func send(_ text: String) async throws(WebSocketError) {
        try await mailbox.send(.text, Array(text.utf8))
    }

    /// Sends a binary message; otherwise like ``send(_:)-(String)``.
    public func send(_ bytes: [UInt8]) async throws(WebSocketError) {
        try await mailbox.send(.binary, bytes)
    }

    /// Sends a ping and waits for the pong.
    ///
    /// - Returns: The round trip time.
    /// - Throws: ``WebSocketError`` as ``send(_:)-(String)`` does.
    @discardableResult
    public func ping() async throws(WebSocketError) -> Duration {
        let clock = ContinuousClock()
        let start = clock.now
        try await mailbox.ping()
        return start.duration(to: clock.now)
    }

    // MARK: Closing

    /// Closes the connection after what was sent before, and waits until it is gone.
    ///
    /// Messages that arrive from now on are dropped. On a closed connection it returns at once. If the task is
    /// cancelled, the connection is dropped without waiting for the server.
    ///
    /// - Returns: How the connection ended.
    @discardableResult
    public func close(code: WebSocketCloseCode = .normal, reason: String = "") async -> WebSocketClosure {
        await mailbox.close(code: code, reason: reason)
    }

    /// How the connection ended; `nil` while it has not.
    public var closure: WebSocketClosure? { mailbox.closure }
}
