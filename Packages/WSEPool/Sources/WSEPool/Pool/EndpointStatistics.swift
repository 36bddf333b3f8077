public import WSEResilience

/// What a pool knows of one endpoint.
public struct EndpointStatistics<Endpoint: Hashable & Sendable>: Sendable {
    /// Which one.
    public var endpoint: Endpoint
    /// Its health, between 0 and 1; see ``HealthScore``.
    public var score: Double
    /// The mean latency; `nil` where none was measured.
    public var latency: Duration?
    /// Connections that are up, and attempts under way.
    public var connections: Int
    /// Attempts that got a connection.
    public var successes: UInt64
    /// Attempts that got none, and connections that were lost.
    public var failures: UInt64
    /// How often it was picked.
    public var selections: UInt64
    /// Its circuit breaker.
    public var breaker: CircuitBreaker.State
    /// Whether it gets no new connections.
    public var isDraining: Bool
    /// Its share among equals.
    public var weight: Double
}
