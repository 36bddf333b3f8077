/// Reads strings out of text that a ``JSONScanner`` has validated; padding lies behind it.
enum JSONString {
    /// The bytes between the quotes, and whether they contain escapes.
    @inline(__always)
    static func span(
        base: UnsafePointer<UInt8>, openingQuote: Int
    ) -> (bytes: UnsafeRawBufferPointer, hasEscapes: Bool) {
        let start = openingQuote &+ 1
        var index = start
        var hasEscapes = false
        while true {
            // Non-ASCII bytes were validated already and may pass.
            while JSONString.quoteOrBackslash(in: word(base, index)) == 0 { index &+= 8 }
            // One byte at a time for the same reason as in JSONScanner.skipString().
            while base[index] != UInt8(ascii: "\""), base[index] != UInt8(ascii: "\\") { index &+= 1 }
            if base[index] == UInt8(ascii: "\"") { break }
            hasEscapes = true
            index &+= 2
        }
        return (UnsafeRawBufferPointer(start: base + start, count: index &- start), hasEscapes)
    }

    @inline(__always)
    private static func word(_ base: UnsafePointer<UInt8>, _ index: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    private static func quoteOrBackslash(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        return (((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)) & (ones &* 0x80)
    }

    /// The text of a string, escapes resolved.
    static func string(base: UnsafePointer<UInt8>, openingQuote: Int) -> String {
        let (bytes, hasEscapes) = span(base: base, openingQuote: openingQuote)
        guard hasEscapes else { return String(decoding: bytes, as: UTF8.self) }
        return String(unsafeUninitializedCapacity: bytes.count) { unescape(bytes, into: $0) }
    }

    /// Resolves escapes; the result is never longer than the source.
    ///
    /// - Returns: The number of bytes written.
    static func unescape(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<UInt8>)
        -> Int
    {
        var read = 0
        var written = 0
        while read < source.count {
            let byte = source[read]
            read &+= 1
            guard byte == UInt8(ascii: "\\") else {
                target[written] = byte
                written &+= 1
                continue
            }
            let kind = source[read]
            read &+= 1
            if kind == UInt8(ascii: "u") {
                let scalar = codePoint(source, at: &read)
                for unit in UTF8.encode(scalar).unsafelyUnwrapped {
                    target[written] = unit
                    written &+= 1
                }
            } else {
                target[written] = simpleEscape(kind)
                written &+= 1
            }
        }
        return written
    }

    private static func simpleEscape(_ kind: UInt8) -> UInt8 {
        switch kind {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: kind
        }
    }

    private static func codePoint(_ source: UnsafeRawBufferPointer, at index: inout Int) -> Unicode.Scalar {
        let first = hexUnit(source, at: &index)
        guard first & 0xFC00 == 0xD800 else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
        index &+= 2
        let second = hexUnit(source, at: &index)
        return Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF)) ?? "\u{FFFD}"
    }

    private static func hexUnit(_ source: UnsafeRawBufferPointer, at index: inout Int) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            unit = unit << 4 | (JSONScanner.hexDigit(source[index]) ?? 0)
            index &+= 1
        }
        return unit
    }
}
