public import CoreMetrics

/// What a client counts for swift-metrics.
///
/// Counters, each under ``prefix`` and a dot: `messages_received`, `messages_sent`, `bytes_received`, `bytes_sent`,
/// `events_delivered`, `duplicates`, `gaps`, `missed`, `dropped`, `unreadable`, `discarded`, `connects`, `reconnects`.
/// A timer: `round_trip`. They carry ``dimensions`` and nothing that grows with use.
public struct WSEMetrics: Sendable {
    /// What each name begins with.
    public var prefix: String
    /// Added to each, such as the name of the service that is connected to.
    public var dimensions: [(String, String)]
    /// Where they go; `nil` for the system's.
    public var factory: (any MetricsFactory)?

    /// Counters under `wse_client.` in the system's metrics, unless told otherwise.
    public init(
        prefix: String = "wse_client", dimensions: [(String, String)] = [],
        factory: (any MetricsFactory)? = nil
    ) {
        self.prefix = prefix
        self.dimensions = dimensions
        self.factory = factory
    }
}
