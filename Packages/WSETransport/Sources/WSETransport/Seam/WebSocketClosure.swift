/// How a connection ended.
public struct WebSocketClosure: Sendable {
    /// The status code of the peer's close frame; `nil` if TCP ended without one (RFC 6455 calls that 1006).
    /// A close frame without a code counts as ``WebSocketCloseCode/noStatus`` (1005).
    public var code: WebSocketCloseCode?
    /// The reason in the peer's close frame.
    public var reason: String
    /// What went wrong on our side, if anything: failed to connect, upgrade refused, protocol violation, reset.
    public var error: WebSocketError?

    public init(code: WebSocketCloseCode?, reason: String = "", error: WebSocketError? = nil) {
        self.code = code
        self.reason = reason
        self.error = error
    }
}

/// A WebSocket close status code (RFC 6455 section 7.4).
public struct WebSocketCloseCode: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public var rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    public static let normal = WebSocketCloseCode(rawValue: 1000)
    public static let goingAway = WebSocketCloseCode(rawValue: 1001)
    public static let protocolError = WebSocketCloseCode(rawValue: 1002)
    public static let unsupportedData = WebSocketCloseCode(rawValue: 1003)
    /// The peer's close frame had no code; never sent.
    public static let noStatus = WebSocketCloseCode(rawValue: 1005)
    public static let invalidPayload = WebSocketCloseCode(rawValue: 1007)
    public static let policyViolation = WebSocketCloseCode(rawValue: 1008)
    public static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
    public static let internalError = WebSocketCloseCode(rawValue: 1011)

    public var description: String { "\(rawValue)" }
}
