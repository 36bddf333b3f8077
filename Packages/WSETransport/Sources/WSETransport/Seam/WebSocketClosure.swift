/// How a connection ended.
public struct WebSocketClosure: Sendable {
    /// The status code of the peer's close frame; `nil` if TCP ended without one (RFC 6455 calls that 1006).
    /// A close frame without a code counts as ``WebSocketCloseCode/noStatus`` (1005).
    public var code: WebSocketCloseCode?
    /// The reason in the peer's close frame.
    public var reason: String
    /// What went wrong on our side, if anything: failed to connect, upgrade refused, protocol violation, reset.
    public var error: WebSocketError?

    /// Makes one, for a transport of your own and for tests.
    public init(code: WebSocketCloseCode?, reason: String = "", error: WebSocketError? = nil) {
        self.code = code
        self.reason = reason
        self.error = error
    }
}

/// A WebSocket close status code (RFC 6455 section 7.4).
public struct WebSocketCloseCode: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public var rawValue: UInt16

    /// Any code. One that must not stand in a frame (RFC 6455 section 7.4) is sent as a close frame without a code.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// 1000: done.
    public static let normal = WebSocketCloseCode(rawValue: 1000)
    /// 1001: the server shuts down, or the client leaves.
    public static let goingAway = WebSocketCloseCode(rawValue: 1001)
    /// 1002: the peer broke RFC 6455.
    public static let protocolError = WebSocketCloseCode(rawValue: 1002)
    /// 1003: a kind of message that the endpoint does not take.
    public static let unsupportedData = WebSocketCloseCode(rawValue: 1003)
    /// The peer's close frame had no code; never sent.
    public static let noStatus = WebSocketCloseCode(rawValue: 1005)
    /// 1007: text that is not UTF-8.
    public static let invalidPayload = WebSocketCloseCode(rawValue: 1007)
    /// 1008: against the endpoint's policy.
    public static let policyViolation = WebSocketCloseCode(rawValue: 1008)
    /// 1009: a message larger than the endpoint takes.
    public static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
    /// 1011: the server failed.
    public static let internalError = WebSocketCloseCode(rawValue: 1011)

    public var description: String { "\(rawValue)" }
}
