import Testing
import WSEResilience

@Suite("Backoff")
struct BackoffTests {
    /// The first `count` delays without jitter.
    private func delays(
        _ configuration: Backoff.Configuration, count: Int, quality: NetworkQuality = .unknown
    ) -> [Duration] {
        var configuration = configuration
        configuration.jitter = 0
        var backoff = Backoff(configuration)
        backoff.quality = quality
        var generator = SeededGenerator(seed: 1)
        return (0..<count).compactMap { _ in backoff.next(using: &generator) }
    }

    @Test("exponential grows by the factor up to the maximum")
    func exponentialTable() {
        #expect(
            delays(.init(strategy: .exponential), count: 12) == [
                .seconds(1), .milliseconds(1_500), .milliseconds(2_250), .milliseconds(3_375),
                .microseconds(5_062_500), .microseconds(7_593_750), .microseconds(11_390_625),
                .nanoseconds(17_085_937_500), .nanoseconds(25_628_906_250), .seconds(30), .seconds(30),
                .seconds(30),
            ])
    }

    @Test("linear grows by the base")
    func linearTable() {
        let expected = (1...30).map { Duration.seconds($0) } + [.seconds(30), .seconds(30)]
        #expect(delays(.init(strategy: .linear), count: 32) == expected)
    }

    @Test("fibonacci grows by the sum of the two before")
    func fibonacciTable() {
        let expected: [Duration] = [1, 1, 2, 3, 5, 8, 13, 21, 30, 30].map { .seconds($0) }
        #expect(delays(.init(strategy: .fibonacci), count: 10) == expected)
    }

    @Test(
        "adaptive grows the faster the worse the network",
        arguments: [
            (NetworkQuality.excellent, [1_000, 1_250, 1_562_500, 1_953_125]),
            (.good, [1_000, 1_500, 2_250, 3_375]),
            (.unknown, [1_000, 1_500, 2_250, 3_375]),
            (.fair, [1_000, 1_750, 3_062_500, 5_359_375]),
            (.poor, [1_000, 2_000, 4_000, 8_000]),
        ])
    func adaptiveTable(quality: NetworkQuality, expected: [Int]) {
        // Numbers from 100,000 on are microseconds, the others milliseconds.
        let durations = expected.map { $0 >= 100_000 ? Duration.microseconds($0) : .milliseconds($0) }
        #expect(delays(.init(strategy: .adaptive), count: 4, quality: quality) == durations)
    }

    @Test("every strategy stays at its maximum however long it goes on", arguments: Backoff.Strategy.allCases)
    func longRun(strategy: Backoff.Strategy) {
        let delays = delays(.init(strategy: strategy), count: 5_000)
        #expect(delays.first == .seconds(1))
        #expect(zip(delays, delays.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(delays.suffix(4_000).allSatisfy { $0 == .seconds(30) })
    }

    @Test("adaptive remembers failures across stable connections and forgets them while connected")
    func adaptiveMemory() {
        var backoff = Backoff(.init(strategy: .adaptive, jitter: 0, memory: .seconds(60)))
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<3 { _ = backoff.next(using: &generator) }
        // The stress is now 3.375; 60 s halve what exceeds 1.
        #expect(backoff.recordStable(for: .seconds(60)) == true)
        #expect(backoff.attempt == 0)
        #expect(backoff.next(using: &generator) == .nanoseconds(2_187_500_000))
        #expect(backoff.recordStable(for: .seconds(86_400)) == true)
        #expect(backoff.next(using: &generator) == .seconds(1))
    }

    @Test("adaptive fades a little over connections that were too short to count")
    func adaptiveShortConnections() {
        var backoff = Backoff(.init(strategy: .adaptive, factor: 2, jitter: 0, memory: .seconds(8)))
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2 { _ = backoff.next(using: &generator) }
        // Stress 4; half a half-life takes a quarter of the excess: 1 + 3 * 0.75.
        #expect(backoff.recordStable(for: .seconds(4)) == false)
        #expect(backoff.attempt == 2)
        #expect(backoff.next(using: &generator) == .milliseconds(3_250))
    }

    @Test("adaptive forgets from the maximum on, however long it failed")
    func adaptiveLongOutage() {
        var backoff = Backoff(.init(strategy: .adaptive, jitter: 0, memory: .seconds(60)))
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<10_000 { _ = backoff.next(using: &generator) }
        // 30 times the base; half of what exceeds 1 is gone after a minute.
        backoff.recordStable(for: .seconds(60))
        #expect(backoff.next(using: &generator) == .milliseconds(15_500))
    }

    @Test("the attempts start anew only after a stable connection")
    func stability() {
        var backoff = Backoff(.init(jitter: 0, stableAfter: .seconds(10)))
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<3 { _ = backoff.next(using: &generator) }
        #expect(backoff.recordStable(for: .milliseconds(9_999)) == false)
        #expect(backoff.next(using: &generator) == .milliseconds(3_375))
        #expect(backoff.recordStable(for: .seconds(10)) == true)
        #expect(backoff.next(using: &generator) == .seconds(1))
    }

    @Test("attempts are limited, and given back by a reset", arguments: Backoff.Strategy.allCases)
    func attempts(strategy: Backoff.Strategy) {
        var backoff = Backoff(.init(strategy: strategy, jitter: 0, attempts: 2))
        var generator = SeededGenerator(seed: 1)
        #expect(backoff.next(using: &generator) != nil)
        #expect(backoff.next(using: &generator) != nil)
        #expect(backoff.next(using: &generator) == nil)
        #expect(backoff.next(using: &generator) == nil)
        #expect(backoff.attempt == 2)
        backoff.reset()
        #expect(backoff.next(using: &generator) == .seconds(1))
    }

    @Test("no attempts at all are possible")
    func noAttempts() {
        var backoff = Backoff(.init(attempts: 0))
        var generator = SeededGenerator(seed: 1)
        #expect(backoff.next(using: &generator) == nil)
    }

    @Test("jitter spreads evenly over its range around the delay")
    func jitterDistribution() {
        // 0.8 s ... 1.2 s in 20 bins; chi-squared with 19 degrees of freedom stays below 43.8 with p = 0.999.
        var generator = SeededGenerator(seed: 42)
        var bins = Array(repeating: 0, count: 20)
        let samples = 100_000
        var backoff = Backoff(.init(jitter: 0.2))
        for _ in 0..<samples {
            backoff.reset()
            guard let delay = backoff.next(using: &generator) else { break }
            let fraction = (delay / .seconds(1) - 0.8) / 0.4
            #expect(fraction >= 0 && fraction <= 1)
            bins[min(max(Int(fraction * 20), 0), 19)] += 1
        }
        let expected = Double(samples) / 20
        let chiSquared = bins.reduce(0.0) {
            $0 + (Double($1) - expected) * (Double($1) - expected) / expected
        }
        #expect(chiSquared < 43.8)
    }

    @Test("at the maximum, jitter spreads below it instead of piling up on it")
    func jitterAtMaximum() {
        var generator = SeededGenerator(seed: 43)
        var backoff = Backoff(.init(base: .seconds(30), maximum: .seconds(30), jitter: 0.5))
        var atMaximum = 0
        var sum = 0.0
        for _ in 0..<20_000 {
            guard let delay = backoff.next(using: &generator) else { break }
            #expect(delay >= .seconds(15) && delay <= .seconds(30))
            if delay == .seconds(30) { atMaximum += 1 }
            sum += delay / .seconds(1)
        }
        #expect(atMaximum < 5)
        // The mean of the even spread over 15 ... 30 s; its standard error is 0.03 s.
        #expect(abs(sum / 20_000 - 22.5) < 0.15)
    }

    @Test("no delay is 0 or beyond the maximum, whatever the configuration", arguments: 0..<2_000)
    func bounds(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let durations: [Duration] = [
            .seconds(-5), .zero, .nanoseconds(1), .milliseconds(3), .seconds(1), .seconds(30),
            .seconds(86_400),
            .seconds(Int64.max), .seconds(Int64.min),
        ]
        let doubles = [0, 1, 1.5, 10, -3, 1e300, .infinity, -.infinity, .nan, 0.3, 1e-300]
        let strategies = Backoff.Strategy.allCases
        let qualities = NetworkQuality.allCases
        let configuration = Backoff.Configuration(
            strategy: strategies[generator.below(strategies.count)],
            base: durations[generator.below(durations.count)],
            maximum: durations[generator.below(durations.count)],
            factor: doubles[generator.below(doubles.count)],
            jitter: doubles[generator.below(doubles.count)],
            stableAfter: durations[generator.below(durations.count)],
            memory: durations[generator.below(durations.count)])
        var backoff = Backoff(configuration)
        let maximum = max(configuration.maximum, .nanoseconds(1))
        var delays: [Duration?] = []
        for _ in 0..<50 {
            backoff.quality = qualities[generator.below(qualities.count)]
            if generator.chance(20) { backoff.recordStable(for: durations[generator.below(durations.count)]) }
            delays.append(backoff.next(using: &generator))
        }
        #expect(delays.allSatisfy { $0.map { $0 > .zero && $0 <= maximum } ?? false }, "\(configuration)")
    }

    @Test("a base beyond the maximum counts as the maximum", arguments: Backoff.Strategy.allCases)
    func baseBeyondMaximum(strategy: Backoff.Strategy) {
        let configuration = Backoff.Configuration(
            strategy: strategy, base: .seconds(60), maximum: .seconds(30))
        #expect(delays(configuration, count: 3) == [.seconds(30), .seconds(30), .seconds(30)])
    }

    @Test("equal generators give equal delays")
    func determinism() {
        var left = Backoff()
        var right = Backoff()
        var leftGenerator = SeededGenerator(seed: 7)
        var rightGenerator = SeededGenerator(seed: 7)
        for _ in 0..<20 {
            #expect(left.next(using: &leftGenerator) == right.next(using: &rightGenerator))
        }
    }
}
