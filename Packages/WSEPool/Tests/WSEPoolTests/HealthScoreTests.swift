import Testing
import WSEPool

@Suite struct HealthScoreTests {
    private let start = ContinuousClock.now

    @Test func `without observations the score is neutral`() {
        #expect(HealthScore().value(now: start) == HealthScore.neutral)
    }

    @Test func `success raises it, failure lowers it, failures in a row lower it more`() {
        var good = HealthScore()
        for _ in 0..<20 { good.recordSuccess(now: start) }
        #expect(good.value(now: start) > 0.9)

        var mixed = HealthScore()
        var streak = HealthScore()
        for index in 0..<4 {
            if index.isMultiple(of: 2) {
                mixed.recordFailure(now: start)
            } else {
                mixed.recordSuccess(now: start)
            }
            if index < 2 { streak.recordSuccess(now: start) } else { streak.recordFailure(now: start) }
        }
        // As many of either kind; only their order differs.
        #expect(streak.value(now: start) < mixed.value(now: start))
    }

    @Test func `latency lowers it, and the reference halves it`() {
        var score = HealthScore(.init(latencyReference: .milliseconds(100)))
        score.recordLatency(.milliseconds(100), now: start)
        #expect(abs(score.value(now: start) - HealthScore.neutral / 2) < 1e-9)
        #expect(score.latency(now: start) == .milliseconds(100))
    }

    @Test(arguments: [true, false])
    func `an idle score comes back to neutral`(isGood: Bool) {
        var score = HealthScore(.init(halfLife: .seconds(10)))
        for _ in 0..<20 {
            if isGood { score.recordSuccess(now: start) } else { score.recordFailure(now: start) }
        }
        var distance = abs(score.value(now: start) - HealthScore.neutral)
        for seconds in stride(from: 10, through: 200, by: 10) {
            let next = abs(score.value(now: start + .seconds(seconds)) - HealthScore.neutral)
            #expect(next < distance)
            distance = next
        }
        #expect(distance < 0.001)
    }

    @Test func `no order of observations leaves the range from 0 to 1`() {
        for seed in 0..<200 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var score = HealthScore(
                .init(halfLife: .milliseconds(Int64.random(in: 0...5_000, using: &generator))))
            var now = start
            for _ in 0..<200 {
                now += .milliseconds(Int64.random(in: -100...3_000, using: &generator))
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: score.recordSuccess(now: now)
                case 1: score.recordFailure(now: now)
                default:
                    score.recordLatency(
                        .milliseconds(Int64.random(in: -10...100_000, using: &generator)), now: now)
                }
                let value = score.value(now: now)
                guard value >= 0, value <= 1 else {
                    Issue.record("seed \(seed): \(value)")
                    return
                }
            }
        }
    }
}
