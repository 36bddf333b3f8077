/// Nanoseconds per operation of the fastest of several runs: the others differ by what else the machine did.
///
/// - Parameters:
///   - operations: How many operations one call of `body` makes. Few are repeated until a run is long enough for
///     the clock.
///   - body: Goes on with whatever state it has captured, so caches are as warm as in a program that runs.
func nanoseconds(per operations: Int, _ body: () -> Void) -> Double {
    let repetitions = max(1, 100_000 / operations)
    let clock = ContinuousClock()
    body()
    var fastest = Double.infinity
    for _ in 0..<5 {
        let elapsed = clock.measure {
            for _ in 0..<repetitions { body() }
        }
        fastest = min(fastest, elapsed / .nanoseconds(1) / Double(operations * repetitions))
    }
    return fastest
}

/// Keeps the optimiser from dropping what leads to `value`.
@inline(never)
func consume<Value>(_ value: Value) {}

/// SplitMix64, so that every run sees the same numbers.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
