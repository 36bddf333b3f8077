/// Makes UUIDs of version 7 (RFC 9562 section 5.7): sorted by time, and by order within a millisecond.
///
/// Time and randomness come from the caller.
public struct UUIDv7Generator: Sendable {
    private var lastMilliseconds: UInt64 = 0
    /// 12 bits; counts within a millisecond from a random start.
    private var counter: UInt64 = 0

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

    private static let digits = Array("0123456789abcdef".utf8)

    private static func text(_ high: UInt64, _ low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 36) { target in
            var written = 0
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    target[written] = UInt8(ascii: "-")
                    written += 1
                }
                let half = index < 16 ? high : low
                let nibble = Int(truncatingIfNeeded: half >> UInt64(60 - 4 * (index & 15))) & 15
                target[written] = digits[nibble]
                written += 1
            }
            return written
        }
    }
}
