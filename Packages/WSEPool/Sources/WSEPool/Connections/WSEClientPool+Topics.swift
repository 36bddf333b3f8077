public import WSEClient
public import WSETransport

extension WSEClientPool {
    // MARK: Topics

    /// Subscribes to topics, each on the connections that it belongs to, and waits for the servers' answers as
    /// `WSEClient.subscribe(_:)` does. Waits for a ``resize(to:)`` that is under way.
    ///
    /// With several connections for a topic it counts as accepted when one server has accepted it, and connections that
    /// are not up at the time are not waited for unless none is.
    ///
    /// - Throws: `WSEError` with code `invalidArgument` for an empty topic name.
    @discardableResult
    public func subscribe(_ topics: [String]) async throws(WSEError) -> SubscriptionResult {
        await core.subscribe(try checked(topics))
    }

    /// Unsubscribes from topics and forgets their positions.
    ///
    /// - Throws: `WSEError` with code `invalidArgument` for an empty topic name.
    @discardableResult
    public func unsubscribe(_ topics: [String]) async throws(WSEError) -> SubscriptionResult {
        await core.unsubscribe(try checked(topics))
    }

    private func checked(_ topics: [String]) throws(WSEError) -> [String] {
        if topics.contains("") { throw WSEError(.invalidArgument, "a topic name is empty") }
        return Array(Set(topics)).sorted()
    }

    // MARK: Membership

    /// Changes how many connections there are (to each endpoint, with ``TopicPlacement/everyEndpoint(connections:)``),
    /// and moves to or from the others the topics that belong elsewhere then, and no other.
    ///
    /// Returns when all have moved. Changes come one after the other, and wait for subscriptions under way.
    ///
    /// - Parameter connections: At least 1.
    /// - Throws: `WSEError`: why a new connection could not be made; nothing has changed then.
    public func resize(to connections: Int) async throws(WSEError) {
        try await core.resize(to: max(1, connections))
    }

    /// Makes these the endpoints. Those that stay keep what is known of them.
    ///
    /// Connections to an endpoint that is gone move: with ``TopicPlacement/spread(connections:)`` they are made again
    /// elsewhere, with their topics and positions; with ``TopicPlacement/everyEndpoint(connections:)`` they end. There,
    /// a new endpoint gets connections with all topics; one that cannot be reached goes on being tried.
    ///
    /// - Throws: `WSEError` with code `invalidArgument` for an empty set.
    public func setEndpoints(_ endpoints: [WebSocketURL]) async throws(WSEError) {
        if endpoints.isEmpty { throw WSEError(.invalidArgument, "a pool needs at least one endpoint") }
        await core.setEndpoints(endpoints)
    }

    /// Follows a source of endpoints, such as DNS or a configuration service, until it ends or the task is cancelled;
    /// see ``setEndpoints(_:)``. An empty set is taken for a fault of the source and changes nothing.
    ///
    /// - Throws: what the source throws.
    public func follow<Source: AsyncSequence>(_ source: Source) async throws(Source.Failure)
    where Source.Element == [WebSocketURL] {
        var iterator = source.makeAsyncIterator()
        while let endpoints = try await iterator.next(isolation: #isolation) {
            if !endpoints.isEmpty { await core.setEndpoints(endpoints) }
        }
    }
}
