import Testing
import WSEResilience

@Suite("TokenBucket")
struct TokenBucketTests {
    private let start = ContinuousClock.now

    @Test("a full bucket allows a burst of its capacity, then the rate")
    func burst() {
        var bucket = TokenBucket()
        #expect(bucket.availableTokens(now: start) == 1000)
        for _ in 0..<1000 { #expect(bucket.tryAcquire(now: start) == true) }
        #expect(bucket.tryAcquire(now: start) == false)
        #expect(bucket.timeUntilAvailable(now: start) == .milliseconds(10))
        #expect(bucket.timeUntilAvailable(5, now: start) == .milliseconds(50))
        #expect(bucket.tryAcquire(now: start + .microseconds(9_999)) == false)
        #expect(bucket.tryAcquire(now: start + .milliseconds(10)) == true)
        #expect(bucket.availableTokens(now: start + .milliseconds(35)) == 2)
    }

    @Test("it fills up to its capacity and no further")
    func cap() {
        var bucket = TokenBucket(.init(capacity: 10, rate: 10))
        #expect(bucket.tryAcquire(10, now: start) == true)
        let later = start + .seconds(3_600)
        #expect(bucket.availableTokens(now: later) == 10)
        #expect(bucket.tryAcquire(10, now: later) == true)
        #expect(bucket.tryAcquire(now: later) == false)
    }

    @Test("several tokens are taken together or not at all")
    func several() {
        var bucket = TokenBucket(.init(capacity: 10, rate: 1))
        #expect(bucket.tryAcquire(7, now: start) == true)
        #expect(bucket.tryAcquire(4, now: start) == false)
        #expect(bucket.availableTokens(now: start) == 3)
        #expect(bucket.tryAcquire(3, now: start) == true)
        #expect(bucket.tryAcquire(11, now: start + .seconds(100)) == false)
        #expect(bucket.timeUntilAvailable(11, now: start) == nil)
        #expect(bucket.tryAcquire(0, now: start) == true)
        #expect(bucket.tryAcquire(-3, now: start) == true)
        #expect(bucket.availableTokens(now: start) == 0)
    }

    @Test("no rounding error builds up over a million tokens at an odd rate")
    func noDrift() {
        var bucket = TokenBucket(.init(capacity: 1, rate: 3))
        var now = start
        for _ in 0..<1_000_000 {
            guard bucket.tryAcquire(now: now), let wait = bucket.timeUntilAvailable(now: now) else {
                Issue.record("no token where one was promised")
                return
            }
            now = now.advanced(by: wait)
        }
        // A third of a second each, as exact as a Double tells it: 64 attoseconds.
        let expected = Duration.seconds(1_000_000) / 3
        let elapsed = start.duration(to: now)
        #expect(max(elapsed - expected, expected - elapsed) <= Duration(attoseconds: 64_000_000))
    }

    @Test("a refusal pauses, empties the bucket and halves the rate")
    func refusal() {
        var bucket = TokenBucket(.init(capacity: 100, rate: 10))
        bucket.heed(.refusal(retryAfter: .seconds(2)), now: start)
        #expect(bucket.rate == 5)
        #expect(bucket.availableTokens(now: start + .seconds(1)) == 0)
        #expect(bucket.tryAcquire(now: start + .milliseconds(1_999)) == false)
        #expect(bucket.timeUntilAvailable(now: start) == .seconds(2))
        let resume = start + .seconds(2)
        #expect(bucket.availableTokens(now: resume) == 1)
        #expect(bucket.tryAcquire(now: resume) == true)
        #expect(bucket.timeUntilAvailable(now: resume) == .milliseconds(200))
    }

    @Test(
        "refusals during a pause prolong it without lowering the rate again; later ones lower it to the minimum"
    )
    func refusals() {
        var bucket = TokenBucket(.init(capacity: 100, rate: 10))
        bucket.heed(.refusal(retryAfter: .seconds(2)), now: start)
        bucket.heed(.refusal(retryAfter: .seconds(2)), now: start + .seconds(1))
        bucket.heed(.refusal(retryAfter: .zero), now: start + .seconds(1))
        #expect(bucket.rate == 5)
        #expect(bucket.tryAcquire(now: start + .milliseconds(2_999)) == false)
        #expect(bucket.tryAcquire(now: start + .seconds(3)) == true)
        for second in 4..<9 { bucket.heed(.refusal(retryAfter: .zero), now: start + .seconds(second)) }
        #expect(bucket.rate == 1)
    }

    @Test("a lowered rate rises in steps back to the configured one, and the tokens owed are kept")
    func recovery() {
        var bucket = TokenBucket(.init(capacity: 100, rate: 10))
        bucket.heed(.refusal(retryAfter: .zero), now: start)
        for step in 1...6 {
            _ = bucket.availableTokens(now: start + .seconds(10 * step) - .milliseconds(1))
            #expect(bucket.rate == min(Double(4 + step), 10))
            _ = bucket.availableTokens(now: start + .seconds(10 * step))
            #expect(bucket.rate == min(Double(5 + step), 10))
        }
        // 1 at the start, then 10 s at each of 5, 6, 7: 181 would be more than fit, so look after 10 s and 15 s.
        var other = TokenBucket(.init(capacity: 100, rate: 10))
        other.heed(.refusal(retryAfter: .zero), now: start)
        #expect(other.availableTokens(now: start + .seconds(10)) == 51)
        #expect(other.availableTokens(now: start + .seconds(15)) == 81)
    }

    @Test("a warning slows down once per interval and takes what is said to remain")
    func warning() {
        var bucket = TokenBucket(.init(capacity: 100, rate: 10))
        bucket.heed(.warning(remaining: 7), now: start)
        #expect(bucket.rate == 5)
        #expect(bucket.availableTokens(now: start) == 7)
        bucket.heed(.warning(remaining: 50), now: start + .milliseconds(1))
        #expect(bucket.rate == 5)
        #expect(bucket.availableTokens(now: start + .milliseconds(1)) == 7)
        bucket.heed(.warning(remaining: -4), now: start + .milliseconds(1))
        #expect(bucket.availableTokens(now: start + .milliseconds(1)) == 0)
        bucket.heed(.warning(remaining: nil), now: start + .seconds(10))
        #expect(bucket.rate == 3)
    }

    @Test("reservations are served in order")
    func reservations() {
        var bucket = TokenBucket(.init(capacity: 2, rate: 1))
        #expect(bucket.reserve(2, now: start)?.delay == .zero)
        #expect(bucket.reserve(now: start)?.delay == .seconds(1))
        let third = bucket.reserve(2, now: start)
        #expect(third?.delay == .seconds(3))
        #expect(bucket.tryAcquire(now: start + .seconds(2)) == false)
        #expect(bucket.reserve(3, now: start) == nil)
        #expect(bucket.reserve(within: .seconds(3), now: start) == nil)
        #expect(bucket.timeUntilAvailable(now: start) == .seconds(4))
        if let third { bucket.cancel(third, now: start) }
        #expect(bucket.timeUntilAvailable(now: start) == .seconds(2))
    }

    @Test("however the rate changes during a pause, one token is there at its end")
    func longPause() {
        var bucket = TokenBucket(.init(capacity: 1000, rate: 100, recoveryInterval: .seconds(10)))
        bucket.heed(.refusal(retryAfter: .seconds(60)), now: start)
        for second in [15, 30, 59] {
            #expect(bucket.availableTokens(now: start + .seconds(second)) == 0)
        }
        let end = start + .seconds(60)
        #expect(bucket.rate == 100)
        #expect(bucket.availableTokens(now: end) == 1)
        #expect(bucket.tryAcquire(2, now: end) == false)
        #expect(bucket.availableTokens(now: end + .seconds(1)) == 101)
    }

    @Test("what a warning during a pause leaves is left at its end")
    func warningDuringPause() {
        var bucket = TokenBucket(.init(capacity: 100, rate: 10, slowdown: 1))
        bucket.heed(.refusal(retryAfter: .seconds(60)), now: start)
        bucket.heed(.warning(remaining: 0), now: start + .seconds(1))
        #expect(bucket.timeUntilAvailable(now: start + .seconds(60)) == .milliseconds(100))
    }

    @Test("a refusal voids reservations")
    func voided() throws {
        var bucket = TokenBucket(.init(capacity: 10, rate: 1))
        let made = bucket.reserve(10, now: start)
        let reservation = try #require(made)
        #expect(bucket.isValid(reservation))
        bucket.heed(.refusal(retryAfter: .seconds(5)), now: start)
        #expect(!bucket.isValid(reservation))
        let before = bucket.timeUntilAvailable(10, now: start)
        bucket.cancel(reservation, now: start)
        #expect(bucket.timeUntilAvailable(10, now: start) == before)
    }

    @Test("a reset fills it and restores the rate")
    func reset() {
        var bucket = TokenBucket(.init(capacity: 10, rate: 10))
        bucket.heed(.refusal(retryAfter: .seconds(60)), now: start)
        bucket.reset()
        #expect(bucket.rate == 10)
        #expect(bucket.tryAcquire(10, now: start) == true)
    }

    @Test("no configuration and no feedback traps", arguments: 0..<500)
    func extremes(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let doubles: [Double] = [0, -1, 1, 0.5, 1e-300, 1e300, .infinity, -.infinity, .nan, 100]
        let durations: [Duration] = [
            .zero, .seconds(-1), .nanoseconds(1), .seconds(1), .seconds(Int64.max), .seconds(Int64.min),
        ]
        let counts = [0, 1, -1, 5, .max, .min, 1_000_000_000]
        var bucket = TokenBucket(
            .init(
                capacity: counts[generator.below(counts.count)],
                rate: doubles[generator.below(doubles.count)],
                slowdown: doubles[generator.below(doubles.count)],
                minimum: doubles[generator.below(doubles.count)],
                recoveryInterval: durations[generator.below(durations.count)],
                recoveryStep: doubles[generator.below(doubles.count)]))
        var now = start
        for _ in 0..<100 {
            let count = counts[generator.below(counts.count)]
            switch generator.below(6) {
            case 0: _ = bucket.tryAcquire(count, now: now)
            case 1:
                if let reservation = bucket.reserve(count, now: now) { bucket.cancel(reservation, now: now) }
            case 2: bucket.heed(.refusal(retryAfter: durations[generator.below(durations.count)]), now: now)
            case 3: bucket.heed(.warning(remaining: count), now: now)
            case 4: now = now.advanced(by: .seconds(generator.below(100_000)))
            default: _ = bucket.reserve(count, now: now)
            }
            let tokens = bucket.availableTokens(now: now)
            #expect(tokens >= 0 && tokens <= bucket.configuration.capacity)
            #expect((bucket.timeUntilAvailable(now: now) ?? .zero) >= .zero)
            #expect(bucket.rate > 0 && bucket.rate <= bucket.configuration.rate)
        }
    }
}

@Suite("TokenBucket: random histories")
struct TokenBucketHistoryTests {
    @Test("agrees to the nanosecond with a count of credit")
    func agreesWithCredit() {
        Histories.run("bucket", default: 3_000) { generator in
            // Intervals of whole nanoseconds, so that the model is exact: credit grows by one per nanosecond.
            let interval = [1, 3, 7, 1_000, 123_457, 10_000_000][generator.below(6)]
            let capacity = 1 + generator.below(20)
            var bucket = TokenBucket(.init(capacity: capacity, rate: 1e9 / Double(interval)))
            let start = ContinuousClock.now
            var credit = capacity * interval
            var last = 0
            var now = 0
            for step in 0..<(10 + generator.below(90)) {
                now += generator.below(interval * 3) * generator.below(3)
                credit = min(capacity * interval, credit + now - last)
                last = now
                let instant = start + .nanoseconds(now)
                let count = generator.below(capacity + 2)
                let isThere = credit >= count * interval && count <= capacity
                let wait = bucket.timeUntilAvailable(count, now: instant)
                let expected: Duration? =
                    count > capacity ? nil : .nanoseconds(max(0, count * interval - credit))
                try same(wait, expected, "step \(step): wait for \(count)")
                let tokens = bucket.availableTokens(now: instant)
                try same(tokens, credit / interval, "step \(step): tokens")
                let isTaken = bucket.tryAcquire(count, now: instant)
                try same(isTaken, isThere, "step \(step): taking \(count)")
                if isTaken { credit -= count * interval }
            }
        }
    }

    @Test("agrees with a plain count of tokens while the server interferes")
    func agreesUnderFeedback() {
        Histories.run("bucket with feedback", default: 3_000) { generator in
            let configuration = TokenBucket.Configuration(
                capacity: 1 + generator.below(20), rate: Double(1 + generator.below(50)),
                slowdown: 0.5, minimum: 0.1, recoveryInterval: .milliseconds(1 + generator.below(5_000)),
                recoveryStep: 0.25)
            var bucket = TokenBucket(configuration)
            var model = TokenModel(configuration)
            let start = ContinuousClock.now
            var now = 0.0
            for step in 0..<(10 + generator.below(90)) {
                // Whole milliseconds, so that the model's times are those of the bucket.
                now += Double(generator.below(1_500) * generator.below(2)) / 1_000
                let instant = start + .milliseconds(Int((now * 1_000).rounded()))
                model.pass(to: now)
                switch generator.below(10) {
                case 0:
                    let pause = generator.below(generator.chance(20) ? 60_000 : 3_000)
                    bucket.heed(.refusal(retryAfter: .milliseconds(pause)), now: instant)
                    model.refuse(for: Double(pause) / 1_000)
                case 1:
                    let remaining = generator.chance(70) ? generator.below(25) : nil
                    bucket.heed(.warning(remaining: remaining), now: instant)
                    model.warn(remaining: remaining)
                default:
                    let count = 1 + generator.below(configuration.capacity)
                    // On the edge of a token, the model's own rounding decides: leave such cases out.
                    let margin = model.tokens - Double(count)
                    if abs(margin) < 1e-6 || abs(now - model.pausedUntil) < 1e-6 { continue }
                    let isTaken = bucket.tryAcquire(count, now: instant)
                    let isThere = margin > 0 && now > model.pausedUntil
                    try same(isTaken, isThere, "step \(step): taking \(count) of \(model.tokens)")
                    if isTaken { model.tokens -= Double(count) }
                }
                _ = bucket.availableTokens(now: instant)
                try holds(
                    abs(bucket.rate - model.rate) < 1e-9,
                    "step \(step): rate \(bucket.rate), not \(model.rate)")
            }
        }
    }

    /// Tokens as a plain number that grows with time.
    private struct TokenModel {
        let configuration: TokenBucket.Configuration
        var tokens: Double
        var rate: Double
        var now = 0.0
        var pausedUntil = -1.0
        var nextRaise: Double?
        var lastSlowdown: Double?

        init(_ configuration: TokenBucket.Configuration) {
            self.configuration = configuration
            tokens = Double(configuration.capacity)
            rate = configuration.rate
        }

        private var recoveryInterval: Double { configuration.recoveryInterval / .seconds(1) }

        mutating func pass(to end: Double) {
            while let raise = nextRaise, raise <= end + 1e-9 {
                grow(to: raise)
                rate = min(rate + configuration.rate * configuration.recoveryStep, configuration.rate)
                nextRaise = rate < configuration.rate ? raise + recoveryInterval : nil
            }
            grow(to: end)
        }

        /// Nothing comes back during a pause.
        private mutating func grow(to end: Double) {
            let gained = max(end - max(now, pausedUntil), 0) * rate
            tokens = min(tokens + gained, Double(configuration.capacity))
            now = max(now, end)
        }

        private mutating func slowDown() {
            rate = max(rate * configuration.slowdown, configuration.rate * configuration.minimum)
            nextRaise = now + recoveryInterval
            lastSlowdown = now
        }

        mutating func refuse(for pause: Double) {
            if pausedUntil <= now + 1e-9 { slowDown() }
            pausedUntil = max(pausedUntil, now + pause)
            tokens = 1
        }

        mutating func warn(remaining: Int?) {
            if lastSlowdown.map({ $0 + recoveryInterval <= now + 1e-9 }) ?? true { slowDown() }
            if let remaining { tokens = min(tokens, Double(remaining)) }
        }
    }
}
