/// A fast keyed hash of short byte strings, for tables whose keys a peer chooses.
///
/// Multiply-and-fold over 8-byte words. The key is drawn once per process, so collisions cannot be prepared.
enum ByteHash {
    private static let key: (UInt64, UInt64) = {
        var generator = SystemRandomNumberGenerator()
        return (generator.next() | 1, generator.next())
    }()

    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let (multiplier, seed) = key
        var state = seed ^ UInt64(truncatingIfNeeded: bytes.count)
        var index = 0
        while index &+ 8 <= bytes.count {
            state = fold(state ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self), multiplier)
            index &+= 8
        }
        var tail: UInt64 = 0
        while index < bytes.count {
            tail = tail &<< 8 | UInt64(bytes[index])
            index &+= 1
        }
        return fold(fold(state ^ tail, multiplier), 0x9E37_79B9_7F4A_7C15)
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
