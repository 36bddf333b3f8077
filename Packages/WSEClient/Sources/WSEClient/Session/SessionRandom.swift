/// The session's only source of randomness: the system's, or a seeded one that makes a run repeatable.
struct SessionRandom: RandomNumberGenerator, Sendable {
    private var seeded: UInt64?

    /// The system's generator.
    init() {}

    /// The same numbers at every run (SplitMix64).
    init(seed: UInt64) {
        seeded = seed
    }

    mutating func next() -> UInt64 {
        guard var state = seeded else {
            var system = SystemRandomNumberGenerator()
            return system.next()
        }
        state &+= 0x9E37_79B9_7F4A_7C15
        seeded = state
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
