/// Comparing short byte strings by whole words; the last word may overlap the one before it.
enum ByteString {
    @inline(__always)
    static func areEqual(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, count: Int) -> Bool {
        if count >= 8 {
            var index = 0
            while index &+ 8 < count {
                guard word(left, index) == word(right, index) else { return false }
                index &+= 8
            }
            return word(left, count &- 8) == word(right, count &- 8)
        }
        if count >= 4 {
            return half(left, 0) == half(right, 0) && half(left, count &- 4) == half(right, count &- 4)
        }
        var index = 0
        while index < count {
            guard byte(left, index) == byte(right, index) else { return false }
            index &+= 1
        }
        return true
    }

    @inline(__always)
    private static func word(_ base: UnsafeRawPointer, _ index: Int) -> UInt64 {
        base.loadUnaligned(fromByteOffset: index, as: UInt64.self)
    }

    @inline(__always)
    private static func half(_ base: UnsafeRawPointer, _ index: Int) -> UInt32 {
        base.loadUnaligned(fromByteOffset: index, as: UInt32.self)
    }

    @inline(__always)
    private static func byte(_ base: UnsafeRawPointer, _ index: Int) -> UInt8 {
        base.load(fromByteOffset: index, as: UInt8.self)
    }
}
