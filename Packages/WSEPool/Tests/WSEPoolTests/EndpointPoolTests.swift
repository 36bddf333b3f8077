import Testing
import WSEPool
import WSEResilience

@Suite struct EndpointPoolTests {
    private let start = ContinuousClock.now
    private var generator = SeededGenerator(seed: 1)

    private func pool(
        _ strategy: SelectionStrategy, _ endpoints: [String] = ["a", "b", "c"]
    ) -> EndpointPool<String> {
        EndpointPool(endpoints, configuration: .init(strategy: strategy))
    }

    /// Picks `count` times; each connection ends well at once.
    private mutating func shares(
        _ pool: inout EndpointPool<String>, _ count: Int, now: ContinuousClock.Instant
    ) -> [String: Int] {
        var counts: [String: Int] = [:]
        for _ in 0..<count {
            guard let lease = pool.select(now: now, using: &generator) else { continue }
            counts[lease.endpoint, default: 0] += 1
            pool.ended(lease, failed: false, now: now)
        }
        return counts
    }

    /// Fails an endpoint's attempts until its breaker opens.
    private mutating func fail(_ endpoint: String, in pool: inout EndpointPool<String>) {
        let others = Set(pool.endpoints).subtracting([endpoint])
        for _ in 0..<3 {
            guard let lease = pool.select(excluding: others, now: start, using: &generator) else { return }
            #expect(lease.endpoint == endpoint)
            pool.ended(lease, failed: true, now: start)
        }
    }

    // MARK: Distribution

    @Test mutating func `weighted random spreads equals evenly and heeds weights`() {
        var pool = pool(.weightedRandom)
        var counts = shares(&pool, 30_000, now: start)
        // Four standard deviations of a binomial with p = 1/3.
        for endpoint in ["a", "b", "c"] { #expect(abs((counts[endpoint] ?? 0) - 10_000) < 327) }

        pool.add("c", weight: 4)
        counts = shares(&pool, 30_000, now: start)
        #expect(abs((counts["c"] ?? 0) - 20_000) < 327)
    }

    @Test(arguments: SelectionStrategy.allCases)
    mutating func `an endpoint that takes connections and drops them is unhealthy as well`(
        strategy: SelectionStrategy
    ) {
        var pool = pool(strategy, ["a", "b"])
        // The good one is hardly known.
        if let lease = pool.select(excluding: ["a"], now: start, using: &generator) {
            pool.connected(lease, after: .milliseconds(5), now: start)
        }
        for _ in 0..<6 {
            guard let lease = pool.select(excluding: ["b"], now: start, using: &generator) else { continue }
            pool.connected(lease, after: .milliseconds(5), now: start)
            pool.ended(lease, failed: true, now: start)
        }
        let counts = shares(&pool, 10_000, now: start)
        #expect((counts["a"] ?? 0) < 500)
    }

    @Test(arguments: SelectionStrategy.allCases)
    mutating func `an unhealthy endpoint gets less than a twentieth of the choices`(
        strategy: SelectionStrategy
    ) {
        var pool = pool(strategy)
        for _ in 0..<10 {
            for endpoint in ["b", "c"] {
                let others = Set(pool.endpoints).subtracting([endpoint])
                guard let lease = pool.select(excluding: others, now: start, using: &generator) else {
                    continue
                }
                pool.connected(lease, after: .milliseconds(5), now: start)
                pool.ended(lease, failed: false, now: start)
            }
        }
        // Lost again and again after it was up, so that its breaker has no say.
        for _ in 0..<5 {
            guard let lease = pool.select(excluding: ["b", "c"], now: start, using: &generator) else {
                continue
            }
            pool.connected(lease, after: .milliseconds(5), now: start)
            pool.ended(lease, failed: true, now: start)
        }
        let counts = shares(&pool, 10_000, now: start)
        #expect((counts["a"] ?? 0) < 500)
    }

    @Test(arguments: SelectionStrategy.allCases)
    mutating func `an open breaker gets nothing, and one that comes back gets traffic again`(
        strategy: SelectionStrategy
    ) {
        var pool = pool(strategy)
        fail("a", in: &pool)
        #expect(shares(&pool, 3_000, now: start)["a"] == nil)

        // Past the breaker's time, and after four half-lives of the score.
        let later = start + .seconds(120)
        var isBack = false
        for _ in 0..<1_000 where !isBack {
            guard let lease = pool.select(now: later, using: &generator) else { continue }
            isBack = lease.endpoint == "a"
            pool.connected(lease, after: .milliseconds(5), now: later)
            pool.ended(lease, failed: false, now: later)
        }
        #expect(isBack)
    }

    @Test mutating func `round robin takes turns`() {
        var pool = pool(.roundRobin)
        var picked: [String] = []
        for _ in 0..<6 {
            guard let lease = pool.select(now: start, using: &generator) else { continue }
            picked.append(lease.endpoint)
        }
        #expect(picked == ["a", "b", "c", "a", "b", "c"])
    }

    @Test mutating func `least connections evens out, in proportion to weight`() {
        var pool = pool(.leastConnections)
        pool.add("c", weight: 2)
        for _ in 0..<40 { _ = pool.select(now: start, using: &generator) }
        #expect(pool.statistics(now: start).map(\.connections) == [10, 10, 20])
    }

    // MARK: Members

    @Test mutating func `what was excluded is taken only if there is nothing else`() {
        var pool = pool(.weightedRandom, ["a", "b"])
        for _ in 0..<50 {
            #expect(pool.select(excluding: ["a"], now: start, using: &generator)?.endpoint == "b")
        }
        #expect(pool.select(excluding: ["a", "b"], now: start, using: &generator) != nil)
    }

    @Test mutating func `a draining endpoint gets nothing new, keeps what it has, and comes back`() {
        var pool = pool(.roundRobin, ["a", "b"])
        let lease = pool.select(excluding: ["b"], now: start, using: &generator)
        pool.drain("a")
        #expect(shares(&pool, 100, now: start) == ["b": 100])
        #expect(pool.statistics(now: start)[0].connections == 1)
        if let lease { pool.ended(lease, failed: false, now: start) }
        pool.add("a")
        #expect(shares(&pool, 100, now: start)["a"] == 50)
    }

    @Test mutating func `a preferred endpoint is picked while it is about as good as the others`() {
        var pool = pool(.weightedRandom)
        pool.prefer("b")
        #expect(shares(&pool, 100, now: start) == ["b": 100])
        fail("b", in: &pool)
        #expect(shares(&pool, 100, now: start)["b"] == nil)
    }

    @Test mutating func `without endpoints nothing is picked and there is nothing to wait for`() {
        var pool = pool(.weightedRandom, [])
        #expect(pool.select(now: start, using: &generator) == nil)
        #expect(pool.timeUntilAvailable(now: start) == nil)
    }

    @Test mutating func `with all breakers open it says when one may be used`() {
        var pool = pool(.weightedRandom, ["a"])
        fail("a", in: &pool)
        #expect(pool.select(now: start, using: &generator) == nil)
        #expect(pool.timeUntilAvailable(now: start) == .seconds(15))
        #expect(pool.select(now: start + .seconds(15), using: &generator)?.endpoint == "a")
    }

    @Test mutating func `discovery keeps what is known of those that stay, and says who is gone`() {
        var pool = pool(.weightedRandom)
        fail("a", in: &pool)
        #expect(pool.replaceAll(with: ["a", "d"]) == ["b", "c"])
        #expect(pool.endpoints == ["a", "d"])
        #expect(shares(&pool, 100, now: start) == ["d": 100])
    }

    @Test mutating func `what is said of a lease that has ended, or whose endpoint is gone, changes nothing`()
    {
        var pool = pool(.roundRobin, ["a"])
        guard let lease = pool.select(now: start, using: &generator) else {
            Issue.record("nothing picked")
            return
        }
        pool.ended(lease, failed: true, now: start)
        pool.ended(lease, failed: true, now: start)
        pool.connected(lease, after: .zero, now: start)
        pool.measured(lease, .zero, now: start)
        let statistics = pool.statistics(now: start)[0]
        #expect(statistics.failures == 1)
        #expect(statistics.successes == 0)
        #expect(statistics.connections == 0)

        let second = pool.select(now: start, using: &generator)
        pool.remove("a")
        pool.add("a")
        if let second { pool.ended(second, failed: true, now: start) }
        #expect(pool.statistics(now: start)[0].connections == 0)
        #expect(pool.statistics(now: start)[0].failures == 0)
    }
}
