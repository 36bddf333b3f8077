/// Checks bytes for UTF-8 (RFC 3629) in pieces of any size.
///
/// It fails at the first byte that no valid text can hold there, not at the end of the character.
public struct UTF8Validator: Sendable {
    /// Continuation bytes that the character begun last still lacks.
    private var missing: UInt8 = 0
    /// What the next continuation byte may be: 80…BF, or less after some lead bytes.
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    /// A validator at the beginning of a text.
    public init() {}

    /// Whether the bytes so far end with a whole character.
    public var isComplete: Bool { missing == 0 }

    /// Whether a part of `bytes` is UTF-8 by itself.
    @inline(__always)
    public static func isValid(_ bytes: RawSpan, from start: Int, to end: Int) -> Bool {
        var validator = UTF8Validator()
        return validator.consume(bytes, from: start, to: end) && validator.isComplete
    }

    /// Takes a piece; `false` once the text cannot be UTF-8 any more.
    public mutating func consume(_ bytes: RawSpan, from start: Int, to end: Int) -> Bool {
        var index = start
        while index < end {
            if missing == 0 {
                index = Self.skipASCII(bytes, from: index, to: end)
                guard index < end else { return true }
                guard begin(bytes.byte(at: index)) else { return false }
            } else {
                let byte = bytes.byte(at: index)
                guard byte >= lower, byte <= upper else { return false }
                lower = 0x80
                upper = 0xBF
                missing -= 1
            }
            index += 1
        }
        return true
    }

    /// The index of the first byte from `start` on that is not ASCII, or `end`.
    private static func skipASCII(_ bytes: RawSpan, from start: Int, to end: Int) -> Int {
        // All that is loaded unchecked below lies between the two.
        precondition(start >= 0 && end <= bytes.byteCount)
        func word(_ index: Int) -> UInt64 {
            bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
        }
        let highBits: UInt64 = 0x8080_8080_8080_8080
        var index = start
        while end - index >= 32 {
            let words = word(index) | word(index &+ 8) | word(index &+ 16) | word(index &+ 24)
            guard words & highBits == 0 else { break }
            index &+= 32
        }
        while end - index >= 8 {
            let high = word(index).littleEndian & highBits
            guard high == 0 else { return index + high.trailingZeroBitCount / 8 }
            index &+= 8
        }
        // The last word may overlap the one before it.
        if end - start >= 8, word(end - 8) & highBits == 0 { return end }
        while index < end, bytes.byte(at: index) < 0x80 { index += 1 }
        return index
    }

    /// Takes a byte that begins a character and is not ASCII (table 3-7 of the Unicode Standard).
    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xC2...0xDF: missing = 1
        case 0xE0...0xEF:
            missing = 2
            if byte == 0xE0 { lower = 0xA0 } else if byte == 0xED { upper = 0x9F }
        case 0xF0...0xF4:
            missing = 3
            if byte == 0xF0 { lower = 0x90 } else if byte == 0xF4 { upper = 0x8F }
        default: return false
        }
        return true
    }
}
