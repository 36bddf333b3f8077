extension EventID {
    /// The UUID written in these UTF-8 bytes as `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, hex digits of either case;
    /// `nil` for anything else.
    public init?(uuid utf8: borrowing RawSpan) {
        guard utf8.byteCount == 36,
            utf8[8] == EventID.dash, utf8[13] == EventID.dash,
            utf8[18] == EventID.dash, utf8[23] == EventID.dash,
            // Four groups of eight digits; where a dash splits a group, its halves are put together.
            let first = EventID.decode(utf8.word(at: 0)),
            let second = EventID.decode(utf8.halfWord(at: 9) | utf8.halfWord(at: 14) &<< 32),
            let third = EventID.decode(utf8.halfWord(at: 19) | utf8.halfWord(at: 24) &<< 32),
            let fourth = EventID.decode(utf8.word(at: 28))
        else { return nil }
        self.init(high: first &<< 32 | second, low: third &<< 32 | fourth)
    }

    private static var dash: UInt8 { 0x2D }

    /// Reads eight ASCII hex digits, the first in the lowest byte, all at once.
    ///
    /// Every addition below stays under 256 per byte, so no byte carries into its neighbour, and the top bit of
    /// each byte tells whether that byte passed the comparison.
    private static func decode(_ digits: UInt64) -> UInt64? {
        let tops: UInt64 = 0x8080_8080_8080_8080
        guard digits & tops == 0 else { return nil }
        let atLeastZero = digits &+ repeating(0x80 - 0x30)
        let aboveNine = digits &+ repeating(0x80 - 0x3A)
        let lowercased = digits | repeating(0x20)
        let atLeastA = lowercased &+ repeating(0x80 - 0x61)
        let aboveF = lowercased &+ repeating(0x80 - 0x67)
        let isDigit = atLeastZero & ~aboveNine & tops
        let isLetter = atLeastA & ~aboveF & tops
        guard isDigit | isLetter == tops else { return nil }
        let nibbles = (digits & repeating(0x0F)) &+ (isLetter &>> 7) &* 9
        let bytes = (nibbles &<< 4 | nibbles &>> 8) & 0x00FF_00FF_00FF_00FF
        let pairs = (bytes &<< 8 | bytes &>> 16) & 0x0000_FFFF_0000_FFFF
        return (pairs &<< 16 | pairs &>> 32) & 0xFFFF_FFFF
    }

    private static func repeating(_ byte: UInt64) -> UInt64 {
        byte &* 0x0101_0101_0101_0101
    }
}

extension RawSpan {
    fileprivate subscript(offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// Eight bytes, the first in the lowest byte. Checks its bounds.
    fileprivate func word(at offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Four bytes, the first in the lowest byte. Checks its bounds.
    fileprivate func halfWord(at offset: Int) -> UInt64 {
        UInt64(UInt32(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }
}
