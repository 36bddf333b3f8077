public import WSETransport

/// Chooses where to connect: a seam, through which a pool of endpoints plugs in.
///
/// Asked at each attempt, on any thread, while the client waits: answer from memory.
public protocol EndpointSelector: Sendable {
    /// Where to connect now, or that there is nowhere.
    func select(_ request: EndpointRequest) -> EndpointSelection
}

/// What a client knows when it asks for an endpoint.
public struct EndpointRequest: Sendable, Hashable {
    /// The endpoint whose attempt or connection has just failed, or that asked its clients to go elsewhere.
    public var failed: WebSocketURL?

    /// Makes one by hand, to test a selector.
    public init(failed: WebSocketURL? = nil) {
        self.failed = failed
    }
}

/// The answer to an ``EndpointRequest``.
@nonexhaustive
public enum EndpointSelection: Sendable {
    /// Connect here, and tell the lease how it went.
    case endpoint(WebSocketURL, any EndpointLease)
    /// None may be used now; `retryAfter` says when one may, if that is known.
    case unavailable(retryAfter: Duration?)
}

/// What a client tells about one attempt and the connection that comes of it. The last call is ``ended(failed:)``,
/// exactly one.
public protocol EndpointLease: Sendable {
    /// The client is ready, so long after the attempt began.
    func connected(after duration: Duration)
    /// A round trip was measured.
    func measured(_ roundTrip: Duration)
    /// The attempt or the connection is over.
    ///
    /// - Parameter failed: Whether that speaks against the endpoint; not so if the user ended it.
    func ended(failed: Bool)
}
