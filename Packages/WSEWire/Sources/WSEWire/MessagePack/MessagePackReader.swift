/// Builds values from MessagePack that was validated, so nothing here can fail; the depth limit of the validation
/// also bounds the recursion.
struct MessagePackReader {
    let base: UnsafePointer<UInt8>
    var position: Int

    @inline(__always)
    func head() -> MessagePackHead {
        MessagePackHead(base: base, at: position)
    }

    mutating func readValue() -> WSEValue {
        let head = head()
        let start = position
        position &+= head.size
        switch head.kind {
        case .array:
            var elements: [WSEValue] = []
            for _ in 0..<head.count { elements.append(readValue()) }
            return .array(elements)
        case .map:
            var members: [String: WSEValue] = [:]
            for _ in 0..<head.count {
                let key = readString()
                members[key] = readValue()
            }
            return .object(members)
        case .null, .invalid: return .null
        case .bool: return .bool(base[start] == 0xC3)
        case .signed, .unsigned, .float, .double:
            position = start &+ head.size &+ head.count
            return switch MessagePackReader.number(base: base, at: start) {
            case .int(let value): .int(value)
            case .uint(let value): .uint(value)
            case .double(let value): .double(value)
            }
        case .string:
            defer { position &+= head.count }
            return .string(String(decoding: bytes(head.count), as: UTF8.self))
        case .binary:
            defer { position &+= head.count }
            return .binary(Array(bytes(head.count)))
        case .ext:
            defer { position &+= head.count }
            return .ext(type: Int8(bitPattern: base[position &- 1]), data: Array(bytes(head.count)))
        }
    }

    /// The string at the current position, which must be one.
    mutating func readString() -> String {
        let bytes = readStringBytes()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes of the string at the current position, which must be one; moves behind it.
    @inline(__always)
    mutating func readStringBytes() -> UnsafeRawBufferPointer {
        let head = head()
        position &+= head.size
        defer { position &+= head.count }
        return bytes(head.count)
    }

    @inline(__always)
    private func bytes(_ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + position, count: count)
    }

    /// Moves behind the value at the current position.
    @inline(__always)
    mutating func skipValue() {
        var remaining = 1
        while remaining > 0 {
            remaining &-= 1
            let head = head()
            position &+= head.size
            switch head.kind {
            case .array: remaining &+= head.count
            case .map: remaining &+= head.count &* 2
            default: position &+= head.count
            }
        }
    }

    /// The number at `start`; a zero for anything else.
    static func number(base: UnsafePointer<UInt8>, at start: Int) -> JSONNumber.Value {
        let head = MessagePackHead(base: base, at: start)
        let content = start &+ head.size
        switch head.kind {
        case .unsigned:
            let value = MessagePackHead.bigEndian(base, content, head.count)
            return value <= UInt64(Int64.max) ? .int(Int64(value)) : .uint(value)
        case .signed:
            let raw = MessagePackHead.bigEndian(base, content, head.count)
            let unused = UInt64(64 &- head.count &* 8)
            return .int(Int64(bitPattern: raw &<< unused) &>> Int64(unused))
        case .float:
            let bits = UInt32(truncatingIfNeeded: MessagePackHead.bigEndian(base, content, 4))
            return .double(Double(Float(bitPattern: bits)))
        case .double:
            return .double(Double(bitPattern: MessagePackHead.bigEndian(base, content, 8)))
        default: return .int(0)
        }
    }
}
