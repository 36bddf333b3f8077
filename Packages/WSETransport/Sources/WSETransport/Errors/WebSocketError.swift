/// Why connecting failed, a connection ended early, or a message was not taken.
///
/// Compare ``code``; everything else is for people. `description` never shows header values, query values,
/// message contents or response bodies.
public struct WebSocketError: Error, Sendable {
    /// What kind of failure it is.
    public var code: Code
    /// What happened, in one sentence, without secrets.
    public var message: String
    /// The status of the HTTP answer that was not `101`; set with ``Code/upgradeRefused``,
    /// ``Code/redirected`` and ``Code/proxyFailed``.
    public var httpStatus: Int?
    /// The headers of that answer.
    public var httpHeaders: [WebSocketHeader]
    /// The first bytes of that answer's body, at most ``WebSocketConfiguration/Limits/refusalBody``.
    public var httpBodyStart: [UInt8]
    /// Which TLS check failed; set with ``Code/tlsFailed``.
    public var tlsFailure: TLSFailure?
    /// The status code a close frame about this error carries; `nil` where no close frame is due.
    public var closeCode: WebSocketCloseCode?
    /// The error of a lower layer, if one caused this.
    public var underlying: (any Error)?

    /// Makes one, for a transport of your own and for tests.
    public init(
        _ code: Code,
        _ message: String,
        httpStatus: Int? = nil,
        httpHeaders: [WebSocketHeader] = [],
        httpBodyStart: [UInt8] = [],
        tlsFailure: TLSFailure? = nil,
        closeCode: WebSocketCloseCode? = nil,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.httpStatus = httpStatus
        self.httpHeaders = httpHeaders
        self.httpBodyStart = httpBodyStart
        self.tlsFailure = tlsFailure
        self.closeCode = closeCode
        self.underlying = underlying
    }
}

extension WebSocketError: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String {
        var text = "\(code): \(message)"
        if let httpStatus { text += " (HTTP \(httpStatus))" }
        return text
    }

    public var debugDescription: String { "WebSocketError(\(description))" }
}
