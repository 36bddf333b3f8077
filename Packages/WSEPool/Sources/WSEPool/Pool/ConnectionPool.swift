public import WSEClient
@_spi(WSE) public import WSETransport

/// Many endpoints for any number of clients, which share what they learn about them.
///
/// ```swift
/// let pool = ConnectionPool([try WebSocketURL("wss://eu.example.com/wse"), try WebSocketURL("wss://us.example.com/wse")])
/// var configuration = WSEConfiguration()
/// configuration.endpoints = pool
/// ```
///
/// A client stays where it is until its connection ends, however much better another endpoint becomes; then it goes to
/// another one, with its topics and positions. Positions belong to a server's own history: on a server that does not
/// know them, the topic goes on with `WSESignal.resync(topic:epoch:)`.
///
/// All methods may be called from any thread.
public final class ConnectionPool: EndpointSelector, Sendable {
    /// What a pool works with.
    public typealias Configuration = EndpointPool<WebSocketURL>.Configuration

    private let pool: OrderedMutex<EndpointPool<WebSocketURL>>
    private let clock: any WSEClock

    /// A pool of these endpoints, with equal weight.
    public init(
        _ endpoints: some Sequence<WebSocketURL>, configuration: Configuration = Configuration(),
        clock: any WSEClock = SystemClock()
    ) {
        pool = OrderedMutex(EndpointPool(endpoints, configuration: configuration))
        self.clock = clock
    }

    /// Adds an endpoint, or changes the weight of one that is there and takes it back from draining.
    public func add(_ endpoint: WebSocketURL, weight: Double = 1) {
        pool.withLock { $0.add(endpoint, weight: weight) }
    }

    /// Removes an endpoint. Clients that are connected to it stay until their connections end.
    public func remove(_ endpoint: WebSocketURL) {
        pool.withLock { $0.remove(endpoint) }
    }

    /// Gives an endpoint no new connections. Those that are there stay; so does, in a pool with a connection to every
    /// endpoint, the one to it, which is made again whenever it is lost: ``WSEClientPool/setEndpoints(_:)`` ends that.
    public func drain(_ endpoint: WebSocketURL) {
        pool.withLock { $0.drain(endpoint) }
    }

    /// Picks this endpoint for new connections while it is about as healthy as the others; `nil` for none.
    public func prefer(_ endpoint: WebSocketURL?) {
        pool.withLock { $0.prefer(endpoint) }
    }

    /// Follows a source of endpoints, such as DNS or a configuration service, until it ends or the task is cancelled.
    /// Each element is the whole set; an empty one is taken for a fault of the source and changes nothing.
    ///
    /// - Throws: what the source throws.
    public func follow<Source: AsyncSequence>(_ source: Source) async throws(Source.Failure)
    where Source.Element == [WebSocketURL] {
        var iterator = source.makeAsyncIterator()
        while let endpoints = try await iterator.next(isolation: #isolation) {
            guard !endpoints.isEmpty else { continue }
            replaceAll(with: endpoints)
        }
    }

    /// What is known of each endpoint, in the order in which they came.
    public var statistics: [EndpointStatistics<WebSocketURL>] {
        pool.withLock { $0.statistics(now: clock.now()) }
    }

    // MARK: EndpointSelector

    /// Picks an endpoint for a client, other than the one that has just failed if there is one.
    public func select(_ request: EndpointRequest) -> EndpointSelection {
        let now = clock.now()
        return pool.withLock { pool in
            var generator = SystemRandomNumberGenerator()
            let excluded = request.failed.map { Set([$0]) } ?? []
            guard let lease = pool.select(excluding: excluded, now: now, using: &generator) else {
                return .unavailable(retryAfter: pool.timeUntilAvailable(now: now))
            }
            return .endpoint(lease.endpoint, PoolLease(pool: self, lease: lease))
        }
    }

    /// This endpoint, unless its breaker is open. One that is not in the pool is given out all the same.
    func select(only endpoint: WebSocketURL) -> EndpointSelection {
        let now = clock.now()
        return pool.withLock { pool in
            guard pool.score(of: endpoint, now: now) != nil else { return .endpoint(endpoint, NoLease()) }
            guard let lease = pool.select(endpoint, now: now) else {
                return .unavailable(retryAfter: pool.timeUntilAvailable(endpoint, now: now))
            }
            return .endpoint(lease.endpoint, PoolLease(pool: self, lease: lease))
        }
    }

    /// All endpoints, in the order in which they came.
    public var endpoints: [WebSocketURL] { pool.withLock { $0.endpoints } }

    /// Makes these the endpoints; see ``EndpointPool/replaceAll(with:)``.
    ///
    /// - Returns: Those that were removed. Clients that are connected to them stay until their connections end.
    @discardableResult
    public func replaceAll(with endpoints: some Sequence<WebSocketURL>) -> [WebSocketURL] {
        pool.withLock { $0.replaceAll(with: endpoints) }
    }

    /// For an endpoint of which nothing is to be learnt.
    private struct NoLease: EndpointLease {
        func connected(after duration: Duration) {}
        func measured(_ roundTrip: Duration) {}
        func ended(failed: Bool) {}
    }

    private struct PoolLease: EndpointLease {
        let pool: ConnectionPool
        let lease: EndpointPool<WebSocketURL>.Lease

        func connected(after duration: Duration) {
            pool.pool.withLock { $0.connected(lease, after: duration, now: pool.clock.now()) }
        }

        func measured(_ roundTrip: Duration) {
            pool.pool.withLock { $0.measured(lease, roundTrip, now: pool.clock.now()) }
        }

        func ended(failed: Bool) {
            pool.pool.withLock { $0.ended(lease, failed: failed, now: pool.clock.now()) }
        }
    }
}

extension WSEClient {
    /// A client of several endpoints.
    ///
    /// - Parameters:
    ///   - endpoints: At least one WebSocket URL.
    ///   - strategy: How one is picked for each connection.
    ///   - configuration: Of the client; its `endpoints` are replaced.
    /// - Throws: `WSEError` with code `invalidArgument` if there is none, or one that is no WebSocket URL.
    public convenience init(
        endpoints: [String], strategy: SelectionStrategy = .weightedRandom,
        configuration: WSEConfiguration = WSEConfiguration()
    ) throws(WSEError) {
        var urls: [WebSocketURL] = []
        for endpoint in endpoints {
            do {
                urls.append(try WebSocketURL(endpoint))
            } catch {
                throw WSEError(.invalidArgument, error.message, underlying: error)
            }
        }
        guard let first = urls.first else {
            throw WSEError(.invalidArgument, "a client needs at least one endpoint")
        }
        var configuration = configuration
        configuration.endpoints = ConnectionPool(
            urls, configuration: .init(strategy: strategy), clock: configuration.clock)
        self.init(url: first, configuration: configuration)
    }
}
