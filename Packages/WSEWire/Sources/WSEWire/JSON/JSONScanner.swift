/// Validates JSON text (RFC 8259) and finds where values begin and end, without building them.
///
/// ## Bounds
/// `base` points at `count` bytes of text that are followed by at least ``JSONScanner/padding`` zero bytes.
/// Every loop stops at a zero byte, since none is legal in JSON outside of an escape, so the byte at `count`
/// ends them all; an 8-byte load at an index of at most `count` stays inside the padding.
///
/// ## Speed
/// What is not inlined takes the scanner as a value and returns a position. So nobody ever needs the address of a
/// scanner, and the hot loops keep it in registers.
struct JSONScanner {
    /// Zero bytes that must follow the text.
    static let padding = 8

    let base: UnsafePointer<UInt8>
    let count: Int
    var position: Int

    @inline(__always)
    init(base: UnsafePointer<UInt8>, count: Int, position: Int = 0) {
        self.base = base
        self.count = count
        self.position = position
    }

    /// The byte at the current position; 0 at the end.
    @inline(__always)
    var byte: UInt8 { base[position] }

    @inline(__always)
    func word(at index: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    mutating func skipWhitespace() {
        guard byte <= 0x20 else { return }
        while byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position &+= 1
        }
    }

    /// The failure that fits an unwanted byte at the current position.
    @inline(never)
    func failure(_ reason: JSONFailure.Reason) -> JSONFailure {
        JSONFailure(position >= count ? .unexpectedEnd : reason, at: position)
    }

    /// Checks that nothing but white space follows.
    @inline(__always)
    mutating func expectEnd() throws(JSONFailure) {
        skipWhitespace()
        guard position == count else { throw JSONFailure(.trailingBytes, at: position) }
    }

    // MARK: Strings

    /// Skips the rest of a string, from behind its opening quote to behind its closing one.
    ///
    /// - Returns: Whether the string contains escapes.
    @inline(__always)
    mutating func skipString() throws(JSONFailure) -> Bool {
        while JSONScanner.specials(in: word(at: position)) == 0 { position &+= 8 }
        // The end lies within 8 bytes. Counting the zeros in front of it would take fewer instructions, but all that
        // follows would wait for the count; this way it only waits for a branch that is mostly predicted.
        while byte != UInt8(ascii: "\"") {
            if byte &- 0x20 >= 0x60 || byte == UInt8(ascii: "\\") {
                let (end, hasEscapes) = try endOfUncommonString()
                position = end
                return hasEscapes
            }
            position &+= 1
        }
        position &+= 1
        return false
    }

    /// The high bit of every byte that ends a run of plain characters: quote, backslash, control, non-ASCII.
    ///
    /// Borrows of the subtractions only disturb bytes above a true hit, so the lowest hit is exact.
    @inline(__always)
    static func specials(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let controls = word &- ones &* 0x20
        let quotes = (word ^ (ones &* 0x22)) &- ones
        let backslashes = (word ^ (ones &* 0x5C)) &- ones
        return (word | controls | quotes | backslashes) & (ones &* 0x80)
    }

    /// The same from a byte that is not plain on: escapes and multi-byte characters.
    ///
    /// - Returns: The index behind the closing quote, and whether there are escapes.
    @inline(never)
    private func endOfUncommonString() throws(JSONFailure) -> (end: Int, hasEscapes: Bool) {
        var scanner = self
        var hasEscapes = false
        while true {
            let current = scanner.byte
            if current >= 0x80 {
                try scanner.skipMultibyteCharacter()
            } else if current == UInt8(ascii: "\"") {
                return (scanner.position &+ 1, hasEscapes)
            } else if current == UInt8(ascii: "\\") {
                hasEscapes = true
                try scanner.skipEscape()
            } else if current < 0x20 {
                throw scanner.failure(.controlCharacter)
            } else {
                let hits = JSONScanner.specials(in: scanner.word(at: scanner.position))
                scanner.position &+= hits == 0 ? 8 : hits.trailingZeroBitCount &>> 3
            }
        }
    }

    private mutating func skipEscape() throws(JSONFailure) {
        let start = position
        position &+= 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position &+= 1
        case UInt8(ascii: "u"):
            position &+= 1
            let unit = try scanHexUnit()
            if unit & 0xFC00 == 0xDC00 { throw JSONFailure(.loneSurrogate, at: start) }
            if unit & 0xFC00 == 0xD800 {
                guard byte == UInt8(ascii: "\\"), base[position &+ 1] == UInt8(ascii: "u") else {
                    throw JSONFailure(position >= count ? .unexpectedEnd : .loneSurrogate, at: start)
                }
                position &+= 2
                guard try scanHexUnit() & 0xFC00 == 0xDC00 else {
                    throw JSONFailure(.loneSurrogate, at: start)
                }
            }
        default:
            throw failure(.invalidEscape)
        }
    }

    /// Four hexadecimal digits.
    mutating func scanHexUnit() throws(JSONFailure) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = JSONScanner.hexDigit(byte) else { throw failure(.invalidEscape) }
            unit = unit << 4 | digit
            position &+= 1
        }
        return unit
    }

    static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte &- UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte &- UInt8(ascii: "a") &+ 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte &- UInt8(ascii: "A") &+ 10)
        default: nil
        }
    }

    /// One character of two to four bytes, by the table of well-formed sequences (Unicode 3.9, table 3-7).
    private mutating func skipMultibyteCharacter() throws(JSONFailure) {
        let lead = byte
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw JSONFailure(.invalidUTF8, at: position)
        }
        // A continuation byte is never zero, so the padding ends a sequence that the text cuts short.
        guard second.contains(base[position &+ 1]) else { throw JSONFailure(.invalidUTF8, at: position) }
        for index in 2..<max(length, 2) where base[position &+ index] & 0xC0 != 0x80 {
            throw JSONFailure(.invalidUTF8, at: position)
        }
        position &+= length
    }

    // MARK: Numbers and literals

    /// The index behind the number that begins here, and whether it is written as an integer, without fraction and
    /// exponent.
    @inline(never)
    func endOfNumber() throws(JSONFailure) -> (end: Int, isInteger: Bool) {
        var scanner = self
        if scanner.byte == UInt8(ascii: "-") { scanner.position &+= 1 }
        if scanner.byte == UInt8(ascii: "0") {
            scanner.position &+= 1
            if scanner.isDigit { throw scanner.failure(.invalidNumber) }
        } else {
            try scanner.skipDigits()
        }
        var isInteger = true
        if scanner.byte == UInt8(ascii: ".") {
            isInteger = false
            scanner.position &+= 1
            try scanner.skipDigits()
        }
        if scanner.byte | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            scanner.position &+= 1
            if scanner.byte == UInt8(ascii: "+") || scanner.byte == UInt8(ascii: "-") {
                scanner.position &+= 1
            }
            try scanner.skipDigits()
        }
        return (scanner.position, isInteger)
    }

    @inline(__always)
    private var isDigit: Bool { byte &- UInt8(ascii: "0") < 10 }

    /// At least one digit.
    @inline(__always)
    private mutating func skipDigits() throws(JSONFailure) {
        guard isDigit else { throw failure(.invalidNumber) }
        // A byte at a time, as numbers are short; see skipString() for why this is not slow.
        repeat { position &+= 1 } while isDigit
    }

    /// The index behind the `true`, `false` or `null` that begins here.
    @inline(never)
    func endOfLiteral() throws(JSONFailure) -> Int {
        let four = UInt32(truncatingIfNeeded: word(at: position))
        if four == 0x6C6C_756E || four == 0x6575_7274 { return position &+ 4 }  // "null", "true"
        if four == 0x736C_6166, base[position &+ 4] == UInt8(ascii: "e") { return position &+ 5 }  // "fals"
        throw failure(.invalidLiteral)
    }

    @inline(__always)
    mutating func skipLiteral() throws(JSONFailure) {
        position = try endOfLiteral()
    }
}
