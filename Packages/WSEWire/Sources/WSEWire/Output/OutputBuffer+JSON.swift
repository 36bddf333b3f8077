/// Writing JSON text in UTF-8.
extension OutputBuffer {
    /// - Parameter depth: How many containers are open around it.
    /// - Throws: ``WireError`` with code `unrepresentable` for a NaN, an infinity or an unknown extension, and with
    ///   code `nestingTooDeep`.
    mutating func writeJSON(_ value: WSEValue, depth: Int = 0) throws(WireError) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .int(let value): writeJSON(value)
        case .uint(let value): writeJSON(value)
        case .double(let value): try writeJSON(value)
        case .string(let value): writeJSON(value)
        case .binary(let value): writeJSON(Base64.text(value))
        case .ext(let type, _):
            guard let timestamp = value.timestamp else {
                throw WireError(.unrepresentable, "JSON has no MessagePack extension of type \(type)")
            }
            writeJSON(timestamp.description)
        case .array(let elements):
            try WireLimits.checkDepth(depth)
            append(UInt8(ascii: "["))
            var isFirst = true
            for element in elements {
                if !isFirst { append(UInt8(ascii: ",")) }
                isFirst = false
                try writeJSON(element, depth: depth + 1)
            }
            append(UInt8(ascii: "]"))
        case .object(let members):
            try WireLimits.checkDepth(depth)
            append(UInt8(ascii: "{"))
            var isFirst = true
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                if !isFirst { append(UInt8(ascii: ",")) }
                isFirst = false
                writeJSON(key)
                append(UInt8(ascii: ":"))
                try writeJSON(member, depth: depth + 1)
            }
            append(UInt8(ascii: "}"))
        }
    }

    @inline(__always)
    mutating func writeJSON(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        writeJSON(value.magnitude)
    }

    mutating func writeJSON(_ value: UInt64) {
        reserve(20)
        if value < 10 { return store(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value)) }
        let width = OutputBuffer.digitCount(value)
        store(atMost: width) { target in
            var rest = value
            var index = width
            while index > 0 {
                index &-= 1
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                target[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
                rest = quotient
            }
            return width
        }
    }

    private static func digitCount(_ value: UInt64) -> Int {
        var count = 1
        var limit: UInt64 = 10
        while value >= limit {
            count &+= 1
            let (next, overflow) = limit.multipliedReportingOverflow(by: 10)
            if overflow { break }
            limit = next
        }
        return count
    }

    /// - Throws: ``WireError`` with code `unrepresentable` for a NaN or an infinity.
    mutating func writeJSON(_ value: Double) throws(WireError) {
        guard value.isFinite else {
            throw WireError(.unrepresentable, "JSON has no \(value)")
        }
        if !writeShort(value) { append(text: value.description) }
    }

    /// Writes a number of few digits before and behind the point, as most are.
    ///
    /// A quotient of two integers that a `Double` holds exactly is rounded once, so one that gives back the value
    /// reads back as it; with up to 15 digits there is no shorter way to write it.
    ///
    /// - Returns: `false` if the number is not of that kind; then nothing was written.
    @inline(__always)
    private mutating func writeShort(_ value: Double) -> Bool {
        let magnitude = value.magnitude
        guard magnitude < 1e11, magnitude >= 1e-3 || magnitude == 0 else { return false }
        var scale = 1.0
        var decimals = 0
        // To the nearest integer; the product is below 10^15, so adding a half is exact enough.
        var digits = UInt64(magnitude + 0.5)
        while Double(digits) / scale != magnitude {
            guard decimals < 4 else { return false }
            scale *= 10
            decimals &+= 1
            digits = UInt64(magnitude * scale + 0.5)
        }
        if value.sign == .minus { append(UInt8(ascii: "-")) }
        let unit = UInt64(scale)
        writeJSON(digits / unit)
        append(UInt8(ascii: "."))
        if decimals == 0 {
            append(UInt8(ascii: "0"))
        } else {
            write(digits % unit, width: decimals)
        }
        return true
    }

    /// A number with zeros in front of it, `width` digits in all.
    @inline(__always)
    mutating func write(_ value: UInt64, width: Int) {
        store(atMost: width) { target in
            var rest = value
            var index = width
            while index > 0 {
                index &-= 1
                target[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            return width
        }
    }

    /// A string with its quotes; escapes only what RFC 8259 demands.
    @inline(__always)
    mutating func writeJSON(_ value: String) {
        var value = value
        value.withUTF8 { writeJSON(utf8: $0) }
    }

    private mutating func writeJSON(utf8: UnsafeBufferPointer<UInt8>) {
        let source = UnsafeRawBufferPointer(utf8)
        // Room for the quotes and for 8-byte stores that reach over the end.
        reserve(source.count &+ 16)
        store(UInt8(ascii: "\""))
        var index = 0
        while index &+ 8 <= source.count {
            let word = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            guard OutputBuffer.needsEscape(word) == 0 else { break }
            store(word.littleEndian, used: 8)
            index &+= 8
        }
        while index < source.count {
            let byte = source[index]
            index &+= 1
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                // An escape is up to 6 bytes; the rest of the string and its quote come behind it.
                reserve(source.count &- index &+ 7)
                escape(byte)
            } else {
                store(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    /// Not zero if any of 8 bytes is a control character, a quote or a backslash.
    @inline(__always)
    private static func needsEscape(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let controls = (word &- ones &* 0x20) & ~word
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        return (controls | ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes))
            & (ones &* 0x80)
    }

    @inline(never)
    private mutating func escape(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append("u00")
            append(UInt8(ascii: "0") &+ (byte >> 4))
            let low = byte & 15
            append(low < 10 ? UInt8(ascii: "0") &+ low : UInt8(ascii: "a") &+ low &- 10)
        }
    }

    /// A string as JSON shows it.
    static func quoted(_ text: String) -> String {
        var output = OutputBuffer()
        output.writeJSON(text)
        return output.text()
    }
}
