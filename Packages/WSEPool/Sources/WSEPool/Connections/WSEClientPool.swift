public import WSEClient
public import WSETransport

/// Several connections that look like one: for consumers that outgrow a single one, and for clusters.
///
/// <!-- given: topics: [String] -->
/// ```swift
/// let pool = try WSEClientPool(endpoints: ["wss://a.example.com/wse", "wss://b.example.com/wse"],
///                              placement: .spread(connections: 4))
/// try await pool.connect()
/// try await pool.subscribe(topics)
/// for try await event in pool.events {
///     print(event.topic ?? "", event.payload)
/// }
/// ```
///
/// Topics are spread over the connections by a stable hash (see ``Rendezvous``), and their events come together in one
/// bounded sequence, in which each topic keeps its order. Connections and endpoints come and go at run time: as few
/// topics as possible move, none of their events is lost or doubled, and their order stays.
///
/// Where a topic moves, the new connection subscribes to it from where the old one is, and its events wait until it is
/// level; then they take over, and the old connection lets go. Events without a stamp are told apart by their `id`; one
/// that has neither may come twice while its topic moves.
///
/// All methods may be called from any thread and any actor. The connections close when the pool's last reference goes.
public final class WSEClientPool: Sendable {
    /// What a pool works with.
    public struct Configuration: Sendable {
        /// Of each connection. Its `endpoints` and `eventBuffering` are not used, `topics` are the pool's, and a `nil`
        /// for `isClustered` means what suits the pool: yes where one connection may go to several endpoints. Its
        /// `offlineStore` is not used either: each connection would send what it holds.
        public var client: WSEConfiguration
        /// Where topics go. Default: ``TopicPlacement/spread(connections:)`` over 2 connections.
        public var placement: TopicPlacement
        /// How endpoints are picked, and what is learnt about them. A client configuration's own pool of endpoints is
        /// not used.
        public var selection: ConnectionPool.Configuration
        /// The buffer of ``WSEClientPool/events``. While it is full under the policy `suspend`, no connection is read.
        public var eventBuffering: StreamBuffering
        /// How long nodes of a cluster may take to pass on: a publication to each other, and word of a subscription.
        /// Default 500 ms, at least zero.
        ///
        /// With ``TopicPlacement/everyEndpoint(connections:)`` a copy that was passed on waits so long for the original;
        /// time in which the pool does not read, because a stream is full, does not count. With
        /// ``TopicPlacement/spread(connections:)`` a topic that moves between endpoints stays on both for as long.
        public var relayPatience: Duration
        /// Ids of publications that are remembered, to tell copies apart. Default 65,536, at least 1.
        ///
        /// With ``TopicPlacement/everyEndpoint(connections:)`` a node that was out of reach and comes back replays what
        /// others have passed on meanwhile. What goes beyond these ids is delivered a second time: set it to what is
        /// published while a node may be away. An id takes some 50 bytes.
        public var rememberedIDs: Int

        /// The defaults, but for what is given.
        public init(
            client: WSEConfiguration = WSEConfiguration(),
            placement: TopicPlacement = .spread(connections: 2),
            selection: ConnectionPool.Configuration = .init(),
            eventBuffering: StreamBuffering = .default,
            relayPatience: Duration = .milliseconds(500),
            rememberedIDs: Int = 65_536
        ) {
            self.client = client
            self.placement = placement
            self.selection = selection
            self.eventBuffering = eventBuffering
            self.relayPatience = relayPatience
            self.rememberedIDs = rememberedIDs
        }
    }

    let core: PoolCore

    /// Makes a pool that is not yet connected.
    ///
    /// - Parameters:
    ///   - endpoints: At least one.
    ///   - configuration: Of the pool and of each connection.
    /// - Throws: `WSEError` with code `invalidArgument` if there is none.
    public init(
        endpoints: [WebSocketURL], configuration: Configuration = Configuration()
    ) throws(WSEError) {
        guard let first = endpoints.first else {
            throw WSEError(.invalidArgument, "a pool needs at least one endpoint")
        }
        core = PoolCore(first: first, endpoints: endpoints, configuration: configuration)
        core.start()
    }

    /// Makes a pool that is not yet connected.
    ///
    /// - Throws: `WSEError` with code `invalidArgument` if there is no endpoint, or one that is no WebSocket URL.
    public convenience init(
        endpoints: [String], placement: TopicPlacement = .spread(connections: 2),
        strategy: SelectionStrategy = .leastConnections, configuration: WSEConfiguration = WSEConfiguration()
    ) throws(WSEError) {
        var urls: [WebSocketURL] = []
        for endpoint in endpoints {
            do {
                urls.append(try WebSocketURL(endpoint))
            } catch {
                throw WSEError(.invalidArgument, error.message, underlying: error)
            }
        }
        try self.init(
            endpoints: urls,
            configuration: Configuration(
                client: configuration, placement: placement, selection: .init(strategy: strategy),
                eventBuffering: configuration.eventBuffering))
    }

    deinit {
        core.shutDown()
    }

    // MARK: Connecting

    /// Connects. Returns when one connection at least is ready, and each other one is too or has failed once; those go
    /// on trying.
    ///
    /// - Throws: `WSEError`: `auth` if the token is refused; what the first connection met if all failed, unless the
    ///   client configuration's `initialConnect` says to go on; `cancelled`. All connections are closed then.
    public func connect() async throws(WSEError) {
        try await core.connect()
    }

    /// Closes all connections and ends the streams; returns when they are closed. The pool may connect again.
    public func disconnect() async {
        await core.disconnect()
    }

    // MARK: State

    /// Connections whose handshake is done.
    public var readyConnections: Int { core.members.count { $0.client.isReady } }

    /// Whether every connection is ready and every wanted topic confirmed on each connection that it belongs to.
    public var isFullyReady: Bool { core.members.allSatisfy { $0.client.isFullyReady } }

    /// Topics the user wants, confirmed or not.
    public var wantedTopics: Set<String> { core.wantedTopics }

    /// Topics that a server has confirmed.
    public var subscribedTopics: Set<String> {
        core.members.reduce(into: []) { $0.formUnion($1.client.subscribedTopics) }
    }

    /// How many connections there are; with ``TopicPlacement/everyEndpoint(connections:)`` those to all endpoints.
    public var connectionCount: Int { core.members.count }

    /// The endpoints and what is known of them: weights, preferences and draining are set here. Use
    /// ``setEndpoints(_:)`` to add and remove.
    public var endpoints: ConnectionPool { core.endpoints }

    /// What has been done so far.
    public func statistics() -> WSEPoolStatistics { core.statistics() }

    /// What the connections and the pool tell from now on. Each sequence gets all of it.
    public var signals: AsyncStream<WSEPoolSignal> { core.signals.subscribe() }
}
