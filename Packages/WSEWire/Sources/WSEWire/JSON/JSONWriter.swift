/// Appends JSON text in UTF-8 to a byte array.
struct JSONWriter {
    var bytes: [UInt8] = []

    init(bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// - Throws: ``WireError`` with code `unrepresentable` for a NaN or an infinity.
    mutating func write(_ value: WSEValue) throws(WireError) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .int(let value): write(value)
        case .uint(let value): write(value)
        case .double(let value): try write(value)
        case .string(let value): write(value)
        case .binary(let value):
            append(UInt8(ascii: "\""))
            Base64.encode(value, into: &bytes)
            append(UInt8(ascii: "\""))
        case .ext(let type, _):
            guard let timestamp = value.timestamp else {
                throw WireError(.unrepresentable, "JSON has no MessagePack extension of type \(type)")
            }
            write(timestamp.description)
        case .array(let elements):
            append(UInt8(ascii: "["))
            var isFirst = true
            for element in elements {
                if !isFirst { append(UInt8(ascii: ",")) }
                isFirst = false
                try write(element)
            }
            append(UInt8(ascii: "]"))
        case .object(let members):
            append(UInt8(ascii: "{"))
            var isFirst = true
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                if !isFirst { append(UInt8(ascii: ",")) }
                isFirst = false
                write(key)
                append(UInt8(ascii: ":"))
                try write(member)
            }
            append(UInt8(ascii: "}"))
        }
    }

    mutating func write(_ value: some FixedWidthInteger) {
        if value < 0 { append(UInt8(ascii: "-")) }
        var magnitude = UInt64(value.magnitude)
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        withUnsafeMutableBytes(of: &digits) { buffer in
            var index = buffer.count
            repeat {
                index &-= 1
                buffer[index] = UInt8(ascii: "0") &+ UInt8(magnitude % 10)
                magnitude /= 10
            } while magnitude > 0
            bytes.append(contentsOf: buffer[index...])
        }
    }

    mutating func write(_ value: Double) throws(WireError) {
        guard value.isFinite else {
            throw WireError(.unrepresentable, "JSON has no \(value)")
        }
        var text = value.description
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// A string with its quotes; escapes only what RFC 8259 demands.
    mutating func write(_ value: String) {
        var value = value
        append(UInt8(ascii: "\""))
        value.withUTF8 { utf8 in
            var start = 0
            var index = 0
            while index < utf8.count {
                let byte = utf8[index]
                if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                    bytes.append(contentsOf: utf8[start..<index])
                    escape(byte)
                    start = index &+ 1
                }
                index &+= 1
            }
            bytes.append(contentsOf: utf8[start...])
        }
        append(UInt8(ascii: "\""))
    }

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
            append(Array("0123456789abcdef".utf8)[Int(byte & 15)])
        }
    }

    /// A string as JSON shows it.
    static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.write(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
