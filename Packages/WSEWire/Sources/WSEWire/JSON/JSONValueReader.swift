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
        let key = readKey()
        return key.hasEscapes ? key.string : String(decoding: key.bytes, as: UTF8.self)
    }

    private mutating func readObject() -> WSEValue {
        var members: [String: WSEValue] = [:]
        beginContainer()
        while let key = nextMember() {
            members[key.string] = readValue()
        }
        return .object(members)
    }

    private mutating func readArray() -> WSEValue {
        var elements: [WSEValue] = []
        beginContainer()
        while nextElement() {
            elements.append(readValue())
        }
        return .array(elements)
    }

    // MARK: Walking

    /// Enters the array or object whose opening bracket is the current byte.
    @inline(__always)
    mutating func beginContainer() {
        position &+= 1
        skipWhitespace()
    }

    /// Moves to the next member's value, which must be read or skipped then; `nil` behind the last one.
    @inline(__always)
    mutating func nextMember() -> JSONKey? {
        skipSeparator()
        guard base[position] == UInt8(ascii: "\"") else {
            position &+= 1
            return nil
        }
        let key = readKey()
        skipWhitespace()
        position &+= 1
        skipWhitespace()
        return key
    }

    /// Moves to the next element, which must be read or skipped then; `false` behind the last one.
    @inline(__always)
    mutating func nextElement() -> Bool {
        skipSeparator()
        guard base[position] == UInt8(ascii: "]") else { return true }
        position &+= 1
        return false
    }

    @inline(__always)
    private mutating func readKey() -> JSONKey {
        let key = JSONKey(base: base, openingQuote: position)
        position &+= key.bytes.count &+ 2
        return key
    }

    @inline(__always)
    private mutating func skipSeparator() {
        skipWhitespace()
        if base[position] == UInt8(ascii: ",") {
            position &+= 1
            skipWhitespace()
        }
    }

    @inline(__always)
    mutating func skipWhitespace() {
        // In valid text nothing else that small stands between values.
        while base[position] &- 1 < 0x20 { position &+= 1 }
    }

    /// Moves behind the value at the current position without building it.
    @inline(__always)
    mutating func skipValue() {
        switch base[position] {
        case UInt8(ascii: "\""):
            position &+= JSONString.span(base: base, openingQuote: position).bytes.count &+ 2
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            // The text was validated, so the scan cannot fail; its depth was checked then.
            let scanner = JSONScanner(base: base, count: .max, position: position)
            position = (try? scanner.endOfContainer(depth: 0, maximumDepth: .max)) ?? position
        default:
            // Numbers and literals end where something follows that they cannot hold.
            repeat { position &+= 1 } while JSONValueReader.mayBeInside(base[position])
        }
    }

    /// Whether a byte may be part of a number or literal, among those that may follow one in valid text.
    @inline(__always)
    private static func mayBeInside(_ byte: UInt8) -> Bool {
        byte > UInt8(ascii: ",")
            ? byte != UInt8(ascii: "]") && byte != UInt8(ascii: "}") : byte == UInt8(ascii: "+")
    }
}
