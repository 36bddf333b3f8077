extension WSETestServer {
    /// Whoever is connected and was let in, in the order in which they came.
    public var connections: [Connection] { read { $0.links.map(Connection.init) } }

    /// Everyone who was ever connected, let in or not, in the order in which they came. Of those that have ended the
    /// latest are kept, as many as ``Configuration/recordingCapacity``.
    public var allConnections: [Connection] { read { $0.log.links.map(Connection.init) } }

    /// How many WebSocket connections there have been, let in or not.
    public var connectionCount: Int { read { $0.log.total } }

    /// How many clients were turned away because of their token.
    public var rejectedTokenCount: Int { read { $0.rejectedTokens } }

    /// How many requests got an HTTP error instead of an upgrade; see ``refuseNext(_:)``.
    public var refusedRequestCount: Int { read { $0.refusedRequests } }

    /// The next connection: the oldest that was not handed out before, or else the first to come, whether it is let
    /// in or not.
    ///
    /// - Throws: As ``nextMessage(within:where:)``.
    public func nextConnection(
        within limit: Duration = .seconds(10)
    ) async throws(WSETestServerError) -> Connection {
        try await wait(for: "a connection", within: limit) { $0.log.take().map(Connection.init) }
    }

    /// Returns once exactly so many connections are open and were let in.
    ///
    /// - Throws: As ``nextMessage(within:where:)``.
    public func waitForConnections(
        _ count: Int, within limit: Duration = .seconds(10)
    ) async throws(WSETestServerError) {
        try await wait(for: "exactly \(count) connections", within: limit) { state -> Void? in
            state.sessions.count == count ? () : nil
        }
    }

    /// Returns once so many connections or more are open and were let in.
    ///
    /// - Throws: As ``nextMessage(within:where:)``.
    public func waitForConnections(
        atLeast count: Int, within limit: Duration = .seconds(10)
    ) async throws(WSETestServerError) {
        try await wait(for: "\(count) connections or more", within: limit) { state -> Void? in
            state.sessions.count >= count ? () : nil
        }
    }

    /// Returns once so many requests were not upgraded since the start.
    ///
    /// - Throws: As ``nextMessage(within:where:)``.
    public func waitForRefusedRequests(
        _ count: Int, within limit: Duration = .seconds(10)
    ) async throws(WSETestServerError) {
        try await wait(for: "\(count) refused requests", within: limit) { state -> Void? in
            state.refusedRequests >= count ? () : nil
        }
    }

    /// Returns once someone is subscribed to a topic, with who it is.
    ///
    /// - Throws: As ``nextMessage(within:where:)``.
    @discardableResult
    public func waitForSubscription(
        to topic: String, within limit: Duration = .seconds(10)
    ) async throws(WSETestServerError) -> Connection {
        try await wait(for: "a subscription to \(topic)", within: limit) { state in
            state.topics[topic]?.subscribers.last.map(Connection.init)
        }
    }

    /// Returns once nobody is subscribed to a topic.
    ///
    /// - Throws: As ``nextMessage(within:where:)``.
    public func waitForNoSubscription(
        to topic: String, within limit: Duration = .seconds(10)
    ) async throws(WSETestServerError) {
        try await wait(for: "the end of subscriptions to \(topic)", within: limit) { state -> Void? in
            state.topics[topic]?.subscribers.isEmpty ?? true ? () : nil
        }
    }
}
