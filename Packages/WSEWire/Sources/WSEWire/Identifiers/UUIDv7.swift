/// Makes UUIDs of version 7 (RFC 9562 section 5.7): sorted by time, and by order within a millisecond.
///
/// Time and randomness come from the caller.
public struct UUIDv7Generator: Sendable {
    private var lastMilliseconds: UInt64 = 0
    /// 12 bits; counts within a millisecond from a random start.
    private var counter: UInt64 = 0

    /// A generator that has made no id yet. One for each process or connection: two may make the same id only by
    /// chance.
    public init() {}

    /// The next id as 36 characters of lower-case text.
    ///
    /// - Parameters:
    ///   - unixMilliseconds: Milliseconds since 1970. A clock that steps back, or more ids in a millisecond than its
    ///     counter has room for, make the id's time run ahead rather than repeat.
    ///   - generator: Gives the random part.
    public mutating func next(
        unixMilliseconds: UInt64, using generator: inout some RandomNumberGenerator
    ) -> String {
        let random = generator.next() as UInt64
        if unixMilliseconds > lastMilliseconds {
            lastMilliseconds = unixMilliseconds
            // The top bit stays clear, which leaves room for 2,048 ids at least.
            counter = (generator.next() as UInt64) & 0x7FF
        } else {
            counter += 1
            if counter > 0xFFF {
                counter = 0
                lastMilliseconds &+= 1
            }
        }
        let high = lastMilliseconds << 16 | 0x7000 | counter
        let low = random & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return UUIDv7Generator.text(high, low)
    }

    private static func text(_ high: UInt64, _ low: UInt64) -> String {
        let dash = UInt8(ascii: "-")
        let (second, third) = (digits(high), digits(low >> 32))
        return String(unsafeUninitializedCapacity: 36) { target in
            let bytes = UnsafeMutableRawBufferPointer(target)
            bytes.storeBytes(of: digits(high >> 32), as: UInt64.self)
            bytes[8] = dash
            bytes.storeBytes(of: UInt32(truncatingIfNeeded: second), toByteOffset: 9, as: UInt32.self)
            bytes[13] = dash
            bytes.storeBytes(of: UInt32(truncatingIfNeeded: second >> 32), toByteOffset: 14, as: UInt32.self)
            bytes[18] = dash
            bytes.storeBytes(of: UInt32(truncatingIfNeeded: third), toByteOffset: 19, as: UInt32.self)
            bytes[23] = dash
            bytes.storeBytes(of: UInt32(truncatingIfNeeded: third >> 32), toByteOffset: 24, as: UInt32.self)
            bytes.storeBytes(of: digits(low), toByteOffset: 28, as: UInt64.self)
            return 36
        }
    }

    /// The lower 32 bits as 8 hexadecimal digits, the first of them in the lowest byte.
    private static func digits(_ value: UInt64) -> UInt64 {
        // Half a byte into each byte, then the letters above the digits.
        var halves = value & 0xFFFF_FFFF
        halves = (halves | halves << 16) & 0x0000_FFFF_0000_FFFF
        halves = (halves | halves << 8) & 0x00FF_00FF_00FF_00FF
        halves = (halves | halves << 4) & 0x0F0F_0F0F_0F0F_0F0F
        let letters = (halves &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (halves &+ 0x3030_3030_3030_3030 &+ letters &* 0x27).byteSwapped
    }
}
