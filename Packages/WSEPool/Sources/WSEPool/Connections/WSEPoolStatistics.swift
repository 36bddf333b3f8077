public import WSEClient
public import WSETransport

/// A snapshot of what a ``WSEClientPool`` has done so far.
public struct WSEPoolStatistics: Sendable {
    /// One connection.
    public struct Connection: Sendable {
        /// Its number, as in ``WSEPoolSignal/connection``.
        public var number: Int
        /// Where it is, or is going to be, connected.
        public var endpoint: WebSocketURL
        /// What its client has done. `WSEStatistics.eventsDelivered` counts what it gave to the pool.
        public var client: WSEStatistics
    }

    /// Each connection, in the order in which they were made.
    public var connections: [Connection]
    /// What is known of each endpoint.
    public var endpoints: [EndpointStatistics<WebSocketURL>]
    /// Topics that the user wants.
    public var wantedTopics: Set<String>
    /// Events that wait in streams and for handlers.
    public var queuedEvents: Int
    /// Events that wait for the end of a topic's move, or as copies for their original.
    public var heldEvents: Int
    /// Events that another connection had delivered before.
    public var duplicates: UInt64
    /// How many times a topic changed its connection.
    public var movedTopics: UInt64

    /// What connections did that are gone.
    struct Totals: Sendable {
        var eventsReceived: UInt64 = 0
        var dropped: UInt64 = 0
        var reconnects: UInt64 = 0

        mutating func add(_ client: WSEStatistics) {
            eventsReceived += client.eventsDelivered
            dropped += client.dropped
            reconnects += client.reconnects
        }
    }

    var retired: Totals
    /// Discarded when they had waited for a move or for their original.
    var droppedHere: UInt64

    /// Events that connections gave to the pool, copies and duplicates among them; those that are gone count as well.
    public var eventsReceived: UInt64 { totals.eventsReceived }
    /// Events discarded by full streams.
    public var dropped: UInt64 { totals.dropped + droppedHere }
    /// Connections made again after a loss.
    public var reconnects: UInt64 { totals.reconnects }

    private var totals: Totals { connections.reduce(into: retired) { $0.add($1.client) } }

    /// Connections that are ready.
    public var readyConnections: Int {
        connections.count { $0.client.state == .connected || $0.client.state == .degraded }
    }
}
