/// Makes zlib streams (RFC 1950) with fixed Huffman codes (RFC 1951 section 3.2.6).
///
/// The server compresses by itself, without the library that clients inflate with, so that a client which inflates
/// its frames agrees with the specification and not only with itself.
enum ZlibStream {
    private static let shortestMatch = 3
    private static let longestMatch = 258
    private static let window = 32_768

    static func compress(_ source: [UInt8]) -> [UInt8] {
        // 32 KiB window, fastest level: what the published servers' streams begin with.
        var writer = BitWriter(bytes: [0x78, 0x01])
        // The only and last block, with fixed codes.
        writer.write(0b011, count: 3)
        deflate(source, &writer)
        writer.writeCode(0, length: 7)
        writer.align()
        let checksum = adler32(source)
        for shift in stride(from: 24, through: 0, by: -8) {
            writer.bytes.append(UInt8(truncatingIfNeeded: checksum >> UInt32(shift)))
        }
        return writer.bytes
    }

    /// Looks for the last place where the next three bytes stood, and nothing better.
    private static func deflate(_ source: [UInt8], _ writer: inout BitWriter) {
        var last = [Int](repeating: -1, count: 1 << 12)
        var index = 0
        while index < source.count {
            guard index + shortestMatch <= source.count else {
                literal(source[index], &writer)
                index += 1
                continue
            }
            let slot = slot(source, index)
            let candidate = last[slot]
            last[slot] = index
            let length = candidate >= 0 && index - candidate <= window ? match(source, candidate, index) : 0
            if length >= shortestMatch {
                reference(length: length, distance: index - candidate, &writer)
                index += length
            } else {
                literal(source[index], &writer)
                index += 1
            }
        }
    }

    private static func slot(_ source: [UInt8], _ index: Int) -> Int {
        let key = UInt32(source[index]) << 16 | UInt32(source[index + 1]) << 8 | UInt32(source[index + 2])
        return Int((key &* 2_654_435_761) >> 20)
    }

    private static func match(_ source: [UInt8], _ earlier: Int, _ later: Int) -> Int {
        let limit = min(longestMatch, source.count - later)
        var length = 0
        while length < limit, source[earlier + length] == source[later + length] { length += 1 }
        return length
    }

    private static func literal(_ byte: UInt8, _ writer: inout BitWriter) {
        symbol(Int(byte), &writer)
    }

    private static func reference(length: Int, distance: Int, _ writer: inout BitWriter) {
        if length == longestMatch {
            symbol(285, &writer)
        } else {
            let code = bucket(length - shortestMatch, direct: 8, perPower: 4)
            symbol(257 + code.index, &writer)
            writer.write(UInt32(code.extra), count: code.extraBits)
        }
        let code = bucket(distance - 1, direct: 4, perPower: 2)
        writer.writeCode(UInt32(code.index), length: 5)
        writer.write(UInt32(code.extra), count: code.extraBits)
    }

    /// RFC 1951 counts lengths and distances in buckets that double in size: the first ones hold one value each, and
    /// then so many buckets share a size.
    private static func bucket(
        _ value: Int, direct: Int, perPower: Int
    ) -> (index: Int, extra: Int, extraBits: Int) {
        guard value >= direct else { return (value, 0, 0) }
        let power = Int.bitWidth - 1 - value.leadingZeroBitCount
        let extraBits = power - perPower.trailingZeroBitCount
        let within = (value >> extraBits) & (perPower - 1)
        let index = direct + (power - direct.trailingZeroBitCount) * perPower + within
        return (index, value & ((1 << extraBits) - 1), extraBits)
    }

    private static func symbol(_ value: Int, _ writer: inout BitWriter) {
        switch value {
        case ..<144: writer.writeCode(UInt32(0x30 + value), length: 8)
        case ..<256: writer.writeCode(UInt32(0x190 + value - 144), length: 9)
        case ..<280: writer.writeCode(UInt32(value - 256), length: 7)
        default: writer.writeCode(UInt32(0xC0 + value - 280), length: 8)
        }
    }

    private static func adler32(_ source: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in source {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }
}

/// Fills bytes from their lowest bit up, as RFC 1951 section 3.1.1 wants it.
struct BitWriter {
    var bytes: [UInt8]
    private var buffer: UInt32 = 0
    private var count: UInt32 = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func write(_ value: UInt32, count bits: Int) {
        buffer |= value << count
        count += UInt32(bits)
        while count >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: buffer))
            buffer >>= 8
            count -= 8
        }
    }

    /// Huffman codes stand with their highest bit first.
    mutating func writeCode(_ code: UInt32, length: Int) {
        var reversed: UInt32 = 0
        for bit in 0..<length { reversed |= (code >> UInt32(bit) & 1) << UInt32(length - 1 - bit) }
        write(reversed, count: length)
    }

    mutating func align() {
        guard count > 0 else { return }
        bytes.append(UInt8(truncatingIfNeeded: buffer))
        (buffer, count) = (0, 0)
    }
}
