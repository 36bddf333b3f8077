/// How far an attempt to connect has come: for those who measure or explain it. New stages may appear.
///
/// They come in this order; those that a connection does not need are left out.
@nonexhaustive
public enum WebSocketConnectStage: Sendable, Hashable {
    /// The host's name, or that of the proxy, has an address; TCP is about to be opened.
    case resolved
    /// TCP is open, to this IP address and port.
    case connected(address: String)
    /// The proxy has opened a tunnel to the server.
    case tunnelled
    /// The TLS handshake is done and the server has proved its name.
    case secured(WebSocketTLSSummary)
}

/// What became of a TLS handshake.
public struct WebSocketTLSSummary: Sendable, Hashable {
    /// The version that both sides agreed on, such as `TLSv1.3`.
    public var version: String
    /// When the server's certificate ends, in seconds since 1970.
    public var certificateExpiration: Int64

    /// Makes one, for a transport of your own and for tests.
    public init(version: String, certificateExpiration: Int64) {
        self.version = version
        self.certificateExpiration = certificateExpiration
    }
}
