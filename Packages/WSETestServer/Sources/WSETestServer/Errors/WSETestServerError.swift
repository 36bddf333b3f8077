/// Why the test server could not do what it was asked to.
public struct WSETestServerError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; more kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        enum Value: String, Sendable {
            case bindFailed, tlsFailed, timedOut, cancelled, stopped, unknownConnection, unrepresentable
        }

        let value: Value

        init(_ value: Value) {
            self.value = value
        }

        /// The address could not be bound.
        public static let bindFailed = Code(.bindFailed)
        /// The certificate or the key could not be used.
        public static let tlsFailed = Code(.tlsFailed)
        /// What was waited for did not happen in time.
        public static let timedOut = Code(.timedOut)
        /// The waiting task was cancelled.
        public static let cancelled = Code(.cancelled)
        /// The server was stopped meanwhile.
        public static let stopped = Code(.stopped)
        /// The connection has ended, or never belonged to this server.
        public static let unknownConnection = Code(.unknownConnection)
        /// A payload that the format cannot carry, such as a NaN in JSON.
        public static let unrepresentable = Code(.unrepresentable)

        /// A stable name.
        public var description: String { value.rawValue }
    }

    /// What kind of failure it is.
    public let code: Code
    /// What happened, for people.
    public let message: String
    /// What caused it, where something did.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String {
        cause.map { "\(code): \(message) (\($0))" } ?? "\(code): \(message)"
    }
}
