#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// The session's only source of randomness: the system's, or a seeded one that makes a run repeatable.
///
/// A copy hands out the same numbers as the original, so there must be one owner.
struct SessionRandom: RandomNumberGenerator, Sendable {
    private var seeded: UInt64?
    /// The system's, not handed out yet. One system call fetches 32, as every message takes some for its id.
    private var words: [UInt64] = []

    /// The system's generator.
    init() {}

    /// The same numbers at every run (SplitMix64).
    init(seed: UInt64) {
        seeded = seed
    }

    mutating func next() -> UInt64 {
        guard var state = seeded else { return nextOfSystem() }
        state &+= 0x9E37_79B9_7F4A_7C15
        seeded = state
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private mutating func nextOfSystem() -> UInt64 {
        if words.isEmpty {
            // 256 bytes are the most that one call gives.
            words = Array(repeating: 0, count: 32)
            let isFilled = words.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { getentropy($0, buffer.count) == 0 } ?? false
            }
            if !isFilled {
                // A sandbox may deny the call; the standard library has other ways.
                var system = SystemRandomNumberGenerator()
                for index in words.indices { words[index] = system.next() }
            }
        }
        return words.removeLast()
    }
}
