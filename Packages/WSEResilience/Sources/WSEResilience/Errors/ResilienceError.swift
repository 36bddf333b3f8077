/// Why work was not done: a guard of this package held it back.
///
/// What the work itself throws passes through unchanged.
///
/// ```swift
/// do {
///     for _ in 0..<2 { try await bucket.acquire(within: .milliseconds(10)) }
/// } catch let error as ResilienceError where error.code == .rateLimited {
///     waits.append(error.retryAfter)  // 1 s
/// }
/// ```
public struct ResilienceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; more kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        enum Value: String, Sendable {
            case circuitOpen, rateLimited, beyondCapacity
        }

        let value: Value

        init(_ value: Value) {
            self.value = value
        }

        /// The circuit breaker lets nothing through at present.
        public static let circuitOpen = Code(.circuitOpen)
        /// The wait for tokens would be longer than allowed.
        public static let rateLimited = Code(.rateLimited)
        /// More tokens were asked for than the bucket can ever hold.
        public static let beyondCapacity = Code(.beyondCapacity)

        /// A stable name, fit for a metric label.
        public var description: String { value.rawValue }
    }

    /// What kind of failure it is.
    public let code: Code
    /// What is wrong, for people.
    public let message: String
    /// After what time trying again makes sense; `nil` if never.
    public let retryAfter: Duration?

    /// An error of this package, for those who build upon its parts.
    public init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    public var description: String {
        guard let retryAfter else { return "\(code): \(message)" }
        return "\(code): \(message), retry after \(retryAfter)"
    }
}
