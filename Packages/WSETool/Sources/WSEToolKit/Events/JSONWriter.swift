internal import WSEWire

/// Writes one JSON object on one line, its members in the order in which they are given.
struct JSONWriter {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

    mutating func add(_ key: StaticString, _ text: String?) {
        guard let text else { return }
        writeKey(key)
        // Any string can be written as JSON.
        bytes += Array(((try? WSEValue.string(text).jsonText()) ?? "null").utf8)
    }

    mutating func add(_ key: StaticString, _ number: (some FixedWidthInteger)?) {
        guard let number else { return }
        writeKey(key)
        bytes += Array(String(number).utf8)
    }

    mutating func add(_ key: StaticString, _ flag: Bool) {
        writeKey(key)
        bytes += Array((flag ? "true" : "false").utf8)
    }

    mutating func add(_ key: StaticString, _ value: WSEValue?) {
        guard let value else { return }
        writeKey(key)
        bytes += Array(((try? value.jsonText()) ?? "null").utf8)
    }

    /// Adds what is JSON already. Line ends between its tokens are left out; inside of strings JSON has none.
    mutating func add(_ key: StaticString, json: RawSpan) {
        writeKey(key)
        json.withUnsafeBytes { buffer in
            for byte in buffer where !(byte == 0x0A || byte == 0x0D || byte == 0x09) { bytes.append(byte) }
        }
    }

    /// Milliseconds with three digits behind the point.
    mutating func add(_ key: StaticString, milliseconds duration: Duration?) {
        guard let duration else { return }
        writeKey(key)
        bytes += Array(duration.milliseconds.fixed(3).utf8)
    }

    mutating func add(_ key: StaticString, _ number: Double, digits: Int) {
        writeKey(key)
        bytes += Array((number.isFinite ? number.fixed(digits) : "null").utf8)
    }

    /// The object with a line end behind it.
    consuming func line() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    /// The object as text.
    consuming func text() -> String {
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func writeKey(_ key: StaticString) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }
}
