/// Where the topics of a ``WSEClientPool`` go.
public struct TopicPlacement: Sendable, Hashable {
    enum Value: Sendable, Hashable {
        case spread, everyEndpoint
    }

    let value: Value
    /// Connections in all, or to each endpoint; at least 1.
    public internal(set) var connections: Int

    /// Each topic on one of so many connections, for more throughput than one connection gives.
    ///
    /// Which endpoint a connection is to is up to the ``SelectionStrategy``. If it is lost, it is made again, there or
    /// elsewhere, with its topics and positions. What other nodes of a cluster published meanwhile cannot be had: nodes
    /// pass publications on to each other, but keep only their own.
    public static func spread(connections: Int) -> TopicPlacement {
        TopicPlacement(value: .spread, connections: max(1, connections))
    }

    /// Each topic on a connection to every endpoint, for the nodes of a cluster.
    ///
    /// What is guaranteed: all that a node publishes while the client is subscribed there, and all of it that it still
    /// holds when the client comes back, is delivered once and, for each topic and node, in order. What is published on
    /// a node that the client cannot reach is delivered as the other nodes pass it on. Copies are told apart by the
    /// `id` of the publication, which therefore has to have one.
    ///
    /// What it costs: each publication arrives once per endpoint. Copies that nodes pass on carry no stamp and no
    /// topic; they wait for the original for ``WSEClientPool/Configuration/relayPatience`` and are delivered without a
    /// topic if it does not come, which may be out of turn. An application's own unstamped messages with an `id` wait
    /// as well.
    ///
    /// - Parameter connections: To each endpoint, with the topics spread over them.
    public static func everyEndpoint(connections: Int = 1) -> TopicPlacement {
        TopicPlacement(value: .everyEndpoint, connections: max(1, connections))
    }
}
