/// Validates JSON text (RFC 8259) and finds where values begin and end, without building them.
///
/// ## Bounds
/// `base` points at `count` bytes of text that are followed by at least ``JSONScanner/padding`` zero bytes.
/// Every loop stops at a zero byte, since none is legal in JSON outside of an escape, so the byte at `count`
/// ends them all; an 8-byte load at an index of at most `count` stays inside the padding.
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
        while true {
            let hits = JSONScanner.specials(in: word(at: position))
            if hits == 0 {
                position &+= 8
                continue
            }
            position &+= hits.trailingZeroBitCount &>> 3
            if byte == UInt8(ascii: "\"") {
                position &+= 1
                return false
            }
            return try skipUncommonString()
        }
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
    @inline(never)
    private mutating func skipUncommonString() throws(JSONFailure) -> Bool {
        var hasEscapes = false
        while true {
            let current = byte
            if current >= 0x80 {
                try skipMultibyteCharacter()
            } else if current == UInt8(ascii: "\"") {
                position &+= 1
                return hasEscapes
            } else if current == UInt8(ascii: "\\") {
                hasEscapes = true
                try skipEscape()
            } else if current < 0x20 {
                throw failure(.controlCharacter)
            } else {
                let hits = JSONScanner.specials(in: word(at: position))
                position &+= hits == 0 ? 8 : hits.trailingZeroBitCount &>> 3
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

    /// Skips a number.
    ///
    /// - Returns: Whether it is written as an integer, without fraction and exponent.
    @inline(__always)
    mutating func skipNumber() throws(JSONFailure) -> Bool {
        if byte == UInt8(ascii: "-") { position &+= 1 }
        if byte == UInt8(ascii: "0") {
            position &+= 1
            if isDigit { throw failure(.invalidNumber) }
        } else {
            try skipDigits()
        }
        var isInteger = true
        if byte == UInt8(ascii: ".") {
            isInteger = false
            position &+= 1
            try skipDigits()
        }
        if byte | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position &+= 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position &+= 1 }
            try skipDigits()
        }
        return isInteger
    }

    @inline(__always)
    private var isDigit: Bool { byte &- UInt8(ascii: "0") < 10 }

    /// At least one digit.
    @inline(__always)
    private mutating func skipDigits() throws(JSONFailure) {
        guard isDigit else { throw failure(.invalidNumber) }
        while true {
            let hits = JSONScanner.nonDigits(in: word(at: position))
            if hits != 0 {
                position &+= hits.trailingZeroBitCount &>> 3
                return
            }
            position &+= 8
        }
    }

    /// The high bit of every byte that is no digit; as in ``specials(in:)``, the lowest hit is exact.
    @inline(__always)
    private static func nonDigits(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let distances = word ^ (ones &* 0x30)
        return ((distances &+ ones &* 0x76) | distances) & (ones &* 0x80)
    }

    @inline(__always)
    mutating func skipLiteral() throws(JSONFailure) {
        let four = UInt32(truncatingIfNeeded: word(at: position))
        if four == 0x6C6C_756E || four == 0x6575_7274 {  // "null", "true"
            position &+= 4
        } else if four == 0x736C_6166, base[position &+ 4] == UInt8(ascii: "e") {  // "fals"
            position &+= 5
        } else {
            throw failure(.invalidLiteral)
        }
    }
}
