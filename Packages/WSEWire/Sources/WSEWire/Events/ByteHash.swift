/// A fast keyed hash of short byte strings, for tables whose keys a peer chooses.
///
/// Multiply-and-fold over 8-byte words. The key is drawn once per process, so collisions cannot be prepared.
struct ByteHash: Sendable {
    private let multiplier: UInt64
    private let seed: UInt64

    /// The one of this process. Kept by those who hash often, as reaching it costs a check.
    static let shared: ByteHash = {
        var generator = SystemRandomNumberGenerator()
        return ByteHash(multiplier: generator.next() | 1, seed: generator.next())
    }()

    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        shared.hash(bytes)
    }

    @inline(__always)
    func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let count = bytes.count
        var state = seed ^ UInt64(truncatingIfNeeded: count)
        if count >= 8 {
            var index = 0
            while index &+ 8 < count {
                state = ByteHash.fold(state ^ word(bytes, index), multiplier)
                index &+= 8
            }
            // The last word may overlap the one before it.
            state = ByteHash.fold(state ^ word(bytes, count &- 8), multiplier)
        } else if count >= 4 {
            let first = bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
            let last = bytes.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
            state = ByteHash.fold(state ^ (UInt64(first) &<< 32 | UInt64(last)), multiplier)
        } else if count > 0 {
            let letters =
                UInt64(bytes[0]) | UInt64(bytes[count &>> 1]) &<< 8 | UInt64(bytes[count &- 1]) &<< 16
            state = ByteHash.fold(state ^ letters, multiplier)
        }
        return ByteHash.fold(state, 0x9E37_79B9_7F4A_7C15)
    }

    @inline(__always)
    private func word(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
