/// Times an operation: the best of several rounds, as everything that disturbs a round only makes it longer.
struct Measurement {
    /// Seconds for one operation.
    let seconds: Double

    init(rounds: Int = 7, secondsPerRound: Double = 0.05, _ operation: () throws -> Void) rethrows {
        let clock = ContinuousClock()
        var iterations = 1
        var best = Double.infinity
        var round = 0
        while round < rounds {
            let start = clock.now
            for _ in 0..<iterations { try operation() }
            let elapsed = start.duration(to: clock.now)
            let seconds =
                Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
            if seconds < secondsPerRound / 2 {
                iterations *= 2
                continue
            }
            best = min(best, seconds / Double(iterations))
            round += 1
        }
        self.seconds = best
    }
}

/// Keeps the optimiser from dropping a result that nobody reads.
@inline(never)
func consume<Value>(_ value: borrowing Value) {}
