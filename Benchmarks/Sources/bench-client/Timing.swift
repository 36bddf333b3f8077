/// Seconds for one operation: the best of several rounds, as everything that disturbs a round only makes it longer.
func secondsPerCall(rounds: Int = 7, _ operation: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    var iterations = 1
    var best = Double.infinity
    var round = 0
    while round < rounds {
        let start = clock.now
        for _ in 0..<iterations { try operation() }
        let seconds = start.duration(to: clock.now).inSeconds
        if seconds < 0.015 {
            iterations *= 2
            continue
        }
        best = min(best, seconds / Double(iterations))
        round += 1
    }
    return best
}
