/// Builds values from text that a ``JSONScanner`` has validated, so nothing here can fail; the scanner's depth
/// limit also bounds the recursion.
struct JSONValueReader {
    let base: UnsafePointer<UInt8>
    var position: Int

    mutating func readValue() -> WSEValue {
        skipWhitespace()
        switch base[position] {
        case UInt8(ascii: "\""): return .string(readString())
        case UInt8(ascii: "{"): return readObject()
        case UInt8(ascii: "["): return readArray()
        case UInt8(ascii: "t"):
            position &+= 4
            return .bool(true)
        case UInt8(ascii: "f"):
            position &+= 5
            return .bool(false)
        case UInt8(ascii: "n"):
            position &+= 4
            return .null
        default:
            let start = position
            position = JSONNumber.end(base: base, start: start)
            return switch JSONNumber.value(base: base, start: start) {
            case .int(let value): .int(value)
            case .uint(let value): .uint(value)
            case .double(let value): .double(value)
            }
        }
    }

    /// The string whose opening quote is the current byte.
    mutating func readString() -> String {
        let (bytes, hasEscapes) = JSONString.span(base: base, openingQuote: position)
        defer { position &+= bytes.count &+ 2 }
        guard hasEscapes else { return String(decoding: bytes, as: UTF8.self) }
        return JSONString.string(base: base, openingQuote: position)
    }

    private mutating func readObject() -> WSEValue {
        var members: [String: WSEValue] = [:]
        forEachMember { reader, key in members[key] = reader.readValue() }
        return .object(members)
    }

    private mutating func readArray() -> WSEValue {
        var elements: [WSEValue] = []
        forEachElement { reader in elements.append(reader.readValue()) }
        return .array(elements)
    }

    /// Calls `body` with the reader at each member's value; it must read or skip that value.
    mutating func forEachMember(_ body: (inout JSONValueReader, String) -> Void) {
        position &+= 1
        skipWhitespace()
        while base[position] != UInt8(ascii: "}") {
            let key = readString()
            skipWhitespace()
            position &+= 1
            skipWhitespace()
            body(&self, key)
            skipSeparator()
        }
        position &+= 1
    }

    /// Calls `body` with the reader at each element; it must read or skip it.
    mutating func forEachElement(_ body: (inout JSONValueReader) -> Void) {
        position &+= 1
        skipWhitespace()
        while base[position] != UInt8(ascii: "]") {
            body(&self)
            skipSeparator()
        }
        position &+= 1
    }

    private mutating func skipSeparator() {
        skipWhitespace()
        if base[position] == UInt8(ascii: ",") {
            position &+= 1
            skipWhitespace()
        }
    }

    @inline(__always)
    mutating func skipWhitespace() {
        while true {
            switch base[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
            default: return
            }
        }
    }

    /// Moves behind the value at the current position without building it.
    mutating func skipValue() {
        // The text was validated, so the scan cannot fail; its depth was checked then.
        var scanner = JSONScanner(base: base, count: .max, position: position)
        try? scanner.skipValue(depth: 0, maximumDepth: .max)
        position = scanner.position
    }
}
