public import WSEResilience

/// Picks one of many endpoints for each connection, by how well they have served.
///
/// A value without clock, randomness or locks: all of them are arguments. ``ConnectionPool`` is the one that is shared.
///
/// ```swift
/// var pool = EndpointPool(["a", "b", "c"])
/// var generator = SystemRandomNumberGenerator()
/// if let lease = pool.select(now: .now, using: &generator) {
///     // … connect to lease.endpoint …
///     pool.connected(lease, after: .milliseconds(20), now: .now)
///     // … and when the connection ends …
///     pool.ended(lease, failed: false, now: .now)
/// }
/// ```
///
/// Each lease ends in exactly one ``ended(_:failed:now:)``; what is said about one that has ended is ignored.
public struct EndpointPool<Endpoint: Hashable & Sendable>: Sendable {
    /// What a pool works with.
    public struct Configuration: Sendable, Hashable {
        /// How it picks. Default: ``SelectionStrategy/weightedRandom``.
        public var strategy: SelectionStrategy
        /// What observations are worth.
        public var health: HealthScore.Configuration
        /// The circuit breaker of each endpoint: an open one is not picked. Default: 3 failures, 15 s, 1 success.
        public var breaker: CircuitBreaker.Configuration
        /// How much better another endpoint's score must be for a preferred one to be passed over. Default 0.2.
        public var preferenceMargin: Double

        /// The defaults, but for what is given.
        public init(
            strategy: SelectionStrategy = .weightedRandom,
            health: HealthScore.Configuration = .init(),
            breaker: CircuitBreaker.Configuration = .init(
                failureThreshold: 3, openDuration: .seconds(15), successThreshold: 1),
            preferenceMargin: Double = 0.2
        ) {
            self.strategy = strategy
            self.health = health
            self.breaker = breaker
            self.preferenceMargin = preferenceMargin > 0 ? min(preferenceMargin, 1) : 0
        }
    }

    /// The right to connect to an endpoint, until the connection ends.
    public struct Lease: Sendable, Hashable {
        /// Where to connect.
        public let endpoint: Endpoint
        fileprivate let id: UInt64
    }

    private struct Member: Sendable {
        var weight: Double
        var isDraining = false
        var health: HealthScore
        var breaker: CircuitBreaker
        var connections = 0
        var successes: UInt64 = 0
        var failures: UInt64 = 0
        var selections: UInt64 = 0
        /// The order in which it came.
        var order: UInt64
    }

    private struct OpenLease: Sendable {
        var permit: CircuitBreaker.Permit
        var isConnected = false
    }

    /// What it works with.
    public let configuration: Configuration
    private var members: [Endpoint: Member] = [:]
    private var leases: [Lease: OpenLease] = [:]
    private var preferred: Endpoint?
    private var lastLease: UInt64 = 0
    private var lastOrder: UInt64 = 0
    /// The order of the member that round robin gave out last.
    private var turn: UInt64 = 0

    /// A pool of these endpoints, each once, with equal weight.
    public init(_ endpoints: some Sequence<Endpoint>, configuration: Configuration = Configuration()) {
        self.configuration = configuration
        for endpoint in endpoints { add(endpoint) }
    }

    // MARK: Members

    /// All endpoints, in the order in which they came.
    public var endpoints: [Endpoint] {
        members.sorted { $0.value.order < $1.value.order }.map(\.key)
    }

    /// Adds an endpoint, or changes the weight of one that is there and takes it back from draining.
    ///
    /// - Parameters:
    ///   - endpoint: Whatever names one.
    ///   - weight: Its share among equals; what is not above 0 counts as 1.
    public mutating func add(_ endpoint: Endpoint, weight: Double = 1) {
        let weight = weight > 0 && weight.isFinite ? weight : 1
        if members[endpoint] != nil {
            members[endpoint]?.weight = weight
            members[endpoint]?.isDraining = false
            return
        }
        lastOrder += 1
        members[endpoint] = Member(
            weight: weight, health: HealthScore(configuration.health),
            breaker: CircuitBreaker(configuration.breaker), order: lastOrder)
    }

    /// Removes an endpoint and all that is known of it; its leases are forgotten.
    public mutating func remove(_ endpoint: Endpoint) {
        members[endpoint] = nil
        leases = leases.filter { $0.key.endpoint != endpoint }
        if preferred == endpoint { preferred = nil }
    }

    /// Gives an endpoint no new connections; those it has stay. ``add(_:weight:)`` takes it back.
    public mutating func drain(_ endpoint: Endpoint) {
        members[endpoint]?.isDraining = true
    }

    /// Picks this endpoint as long as it may be used and no other is healthier by more than
    /// ``Configuration/preferenceMargin``; `nil` for none.
    public mutating func prefer(_ endpoint: Endpoint?) {
        preferred = endpoint
    }

    /// Makes these, with equal weight, the endpoints of the pool, as discovery finds them. What is known of those that
    /// stay, is kept.
    ///
    /// - Returns: Those that were removed, whose connections should move.
    @discardableResult
    public mutating func replaceAll(with endpoints: some Sequence<Endpoint>) -> [Endpoint] {
        let wanted = Array(endpoints)
        let gone = self.endpoints.filter { !wanted.contains($0) }
        for endpoint in gone { remove(endpoint) }
        for endpoint in wanted where members[endpoint] == nil { add(endpoint) }
        return gone
    }

    // MARK: Picking

    /// Picks an endpoint for a connection.
    ///
    /// - Parameters:
    ///   - excluded: Endpoints to leave out while there is another, such as the one that has just failed.
    ///   - now: The present time.
    ///   - generator: Decides among equals, and by chance where the strategy says so.
    /// - Returns: `nil` if none may be used now; ``timeUntilAvailable(now:)`` says when one may.
    public mutating func select(
        excluding excluded: Set<Endpoint> = [], now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> Lease? {
        let usable = members.filter {
            !$0.value.isDraining && $0.value.breaker.timeUntilAdmission(now: now) == .zero
        }
        let candidates = usable.filter { !excluded.contains($0.key) }
        guard
            let endpoint = pick(candidates.isEmpty ? usable : candidates, now: now, using: &generator)
        else { return nil }
        return select(endpoint, now: now)
    }

    /// Picks this endpoint.
    ///
    /// - Returns: `nil` if its breaker does not admit an attempt now, or it is not in the pool. Whether it drains does
    ///   not matter.
    public mutating func select(_ endpoint: Endpoint, now: ContinuousClock.Instant) -> Lease? {
        guard let admission = members[endpoint]?.breaker.admit(now: now),
            case .admitted(let permit) = admission
        else { return nil }
        members[endpoint]?.connections += 1
        members[endpoint]?.selections += 1
        turn = members[endpoint]?.order ?? turn
        lastLease += 1
        let lease = Lease(endpoint: endpoint, id: lastLease)
        leases[lease] = OpenLease(permit: permit)
        return lease
    }

    private func pick(
        _ candidates: [Endpoint: Member], now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> Endpoint? {
        // In a fixed order, so that equal histories have equal outcomes.
        let scored = candidates.sorted { $0.value.order < $1.value.order }
            .map { Choice(endpoint: $0.key, member: $0.value, score: $0.value.health.value(now: now)) }
        guard let best = scored.max(by: { $0.score < $1.score }) else { return nil }
        if let preferred, let choice = scored.first(where: { $0.endpoint == preferred }),
            choice.score >= best.score - configuration.preferenceMargin
        {
            return preferred
        }
        let healthy = scored.filter { $0.score >= best.score / 3 }
        switch configuration.strategy {
        case .weightedRandom:
            return draw(scored, using: &generator)
        case .leastConnections:
            let loads = healthy.map { Double($0.member.connections) / $0.member.weight }
            let least = loads.min()
            return draw(zip(healthy, loads).filter { $0.1 == least }.map(\.0), using: &generator)
        case .roundRobin:
            return (healthy.first { $0.member.order > turn } ?? healthy.first)?.endpoint
        }
    }

    private typealias Choice = (endpoint: Endpoint, member: Member, score: Double)

    /// One of them, in proportion to weight and to the square of the score.
    private func draw(_ choices: [Choice], using generator: inout some RandomNumberGenerator) -> Endpoint? {
        let shares = choices.map { $0.member.weight * $0.score * $0.score }
        var point = Double.random(in: 0..<1, using: &generator) * shares.reduce(0, +)
        for (choice, share) in zip(choices, shares) {
            point -= share
            if point < 0 { return choice.endpoint }
        }
        return choices.last?.endpoint
    }

    /// How long until an endpoint may be used; zero if one may now, `nil` if there is none to wait for.
    public func timeUntilAvailable(now: ContinuousClock.Instant) -> Duration? {
        members.values.filter { !$0.isDraining }.map { $0.breaker.timeUntilAdmission(now: now) }.min()
    }

    /// How long until this endpoint may be used; zero if it may now, `nil` if it is not in the pool.
    public func timeUntilAvailable(_ endpoint: Endpoint, now: ContinuousClock.Instant) -> Duration? {
        members[endpoint]?.breaker.timeUntilAdmission(now: now)
    }

    // MARK: Outcomes

    /// Notes that the connection is up.
    ///
    /// - Parameters:
    ///   - lease: Of the attempt.
    ///   - latency: How long it took.
    ///   - now: The present time.
    public mutating func connected(_ lease: Lease, after latency: Duration, now: ContinuousClock.Instant) {
        guard let open = leases[lease], !open.isConnected else { return }
        leases[lease]?.isConnected = true
        members[lease.endpoint]?.breaker.recordSuccess(open.permit, now: now)
        members[lease.endpoint]?.health.recordSuccess(endsStreak: false, now: now)
        members[lease.endpoint]?.health.recordLatency(latency, now: now)
        members[lease.endpoint]?.successes += 1
    }

    /// Notes a round trip on a connection that is up.
    public mutating func measured(_ lease: Lease, _ latency: Duration, now: ContinuousClock.Instant) {
        guard leases[lease]?.isConnected == true else { return }
        members[lease.endpoint]?.health.recordSuccess(now: now)
        members[lease.endpoint]?.health.recordLatency(latency, now: now)
    }

    /// Notes that the connection has ended, or that none could be made.
    ///
    /// - Parameters:
    ///   - lease: Of the attempt or connection.
    ///   - failed: Whether that speaks against the endpoint; not so if the user disconnects.
    ///   - now: The present time.
    public mutating func ended(_ lease: Lease, failed: Bool, now: ContinuousClock.Instant) {
        guard let open = leases.removeValue(forKey: lease) else { return }
        members[lease.endpoint]?.connections -= 1
        guard failed else {
            if !open.isConnected {
                members[lease.endpoint]?.breaker.recordCancellation(open.permit, now: now)
            }
            return
        }
        members[lease.endpoint]?.failures += 1
        members[lease.endpoint]?.health.recordFailure(now: now)
        if !open.isConnected { members[lease.endpoint]?.breaker.recordFailure(open.permit, now: now) }
    }

    // MARK: Statistics

    /// What is known of each endpoint, in the order in which they came.
    public func statistics(now: ContinuousClock.Instant) -> [EndpointStatistics<Endpoint>] {
        members.sorted { $0.value.order < $1.value.order }.map { endpoint, member in
            EndpointStatistics(
                endpoint: endpoint, score: member.health.value(now: now),
                latency: member.health.latency(now: now), connections: member.connections,
                successes: member.successes, failures: member.failures, selections: member.selections,
                breaker: member.breaker.state(now: now), isDraining: member.isDraining,
                weight: member.weight)
        }
    }

    /// The score of one endpoint; `nil` if it is not in the pool.
    public func score(of endpoint: Endpoint, now: ContinuousClock.Instant) -> Double? {
        members[endpoint]?.health.value(now: now)
    }
}
