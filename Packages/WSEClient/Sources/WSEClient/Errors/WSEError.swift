public import WSETransport

/// Why something the client was asked to do did not happen, or why it ended.
///
/// Descriptions never contain payloads, tokens or keys.
public struct WSEError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; more kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        enum Value: String, Sendable {
            case connection, timeout, auth, rateLimit, `protocol`, circuitBreaker, encryption
            case notConnected, queueFull, bufferOverflow, cancelled, closed, invalidArgument, server
            case signing, blocking
        }

        let value: Value

        init(_ value: Value) {
            self.value = value
        }

        /// The server could not be reached, or the connection was lost.
        public static let connection = Code(.connection)
        /// An answer did not come in time.
        public static let timeout = Code(.timeout)
        /// The token was refused and there is no better one.
        public static let auth = Code(.auth)
        /// Too many messages; see ``WSEError/retryAfter``.
        public static let rateLimit = Code(.rateLimit)
        /// The peer does not speak the protocol.
        public static let `protocol` = Code(.protocol)
        /// The circuit breaker is open.
        public static let circuitBreaker = Code(.circuitBreaker)
        /// Encryption was required and could not be had.
        public static let encryption = Code(.encryption)
        /// There is no connection, and the message may not be queued.
        public static let notConnected = Code(.notConnected)
        /// A queue of outbound messages is full.
        public static let queueFull = Code(.queueFull)
        /// A stream with the policy `fail` overflowed.
        public static let bufferOverflow = Code(.bufferOverflow)
        /// The task that asked was cancelled.
        public static let cancelled = Code(.cancelled)
        /// The client was disconnected by its user.
        public static let closed = Code(.closed)
        /// An argument cannot be used; the message says which.
        public static let invalidArgument = Code(.invalidArgument)
        /// A message could not be signed, and was not sent.
        public static let signing = Code(.signing)
        /// A blocking call was made inside a task, which must not block; see ``SyncWSEClient``.
        public static let blocking = Code(.blocking)
        /// The server reported an error of its own; see ``WSEError/serverCode``.
        public static let server = Code(.server)

        /// A stable name, fit for a metric label.
        public var description: String { value.rawValue }
    }

    /// What kind of failure it is.
    public let code: Code
    /// What happened, for people.
    public let message: String
    /// When a retry makes sense, where the server said so.
    public var retryAfter: Duration?
    /// The WebSocket close code, where a close frame was the reason.
    public var closeCode: WebSocketCloseCode?
    /// The HTTP status of a refused upgrade.
    public var httpStatus: Int?
    /// The code in the server's `error` message, such as `AUTH_FAILED`.
    public var serverCode: String?
    /// The error below this one.
    public var underlying: (any Error)?

    /// Makes one, for a ``TokenProvider`` or another seam of your own, and for tests.
    public init(
        _ code: Code, _ message: String, retryAfter: Duration? = nil, closeCode: WebSocketCloseCode? = nil,
        httpStatus: Int? = nil, serverCode: String? = nil, underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
        self.closeCode = closeCode
        self.httpStatus = httpStatus
        self.serverCode = serverCode
        self.underlying = underlying
    }

    public var description: String {
        var text = "\(code): \(message)"
        if let serverCode { text += " [\(serverCode)]" }
        if let closeCode { text += " (close code \(closeCode))" }
        if let httpStatus { text += " (HTTP \(httpStatus))" }
        return text
    }
}

extension WSEError {
    /// Why the transport did not take a message.
    init(sending error: any Error) {
        guard let error = error as? WebSocketError else {
            self.init(.connection, "the message could not be handed over", underlying: error)
            return
        }
        let code: Code =
            switch error.code {
            case .outputBufferFull: .queueFull
            case .messageTooLarge: .invalidArgument
            default: .connection
            }
        self.init(code, error.message, underlying: error)
    }
}
