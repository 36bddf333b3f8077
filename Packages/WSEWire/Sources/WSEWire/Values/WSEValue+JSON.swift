extension WSEValue {
    /// Parses JSON text as RFC 8259 defines it; of equal keys the last wins.
    ///
    /// - Throws: ``WireError`` that names what is wrong and at which byte.
    public init(json text: String, limits: WireLimits = WireLimits()) throws(WireError) {
        let bytes = Array(text.utf8)
        self = try WSEValue(json: bytes.span.bytes, limits: limits)
    }

    /// Parses JSON text in UTF-8.
    ///
    /// - Throws: ``WireError`` that names what is wrong and at which byte.
    public init(json bytes: RawSpan, limits: WireLimits = WireLimits()) throws(WireError) {
        guard bytes.byteCount <= limits.maximumMessageSize else {
            throw WireError(.messageTooLarge, "\(bytes.byteCount) bytes of JSON exceed the limit")
        }
        let padded = PaddedBytes(bytes)
        self = try padded.withBytes { (base, count) throws(WireError) in
            do throws(JSONFailure) {
                var scanner = JSONScanner(base: base, count: count)
                try scanner.skipValue(depth: 0, maximumDepth: limits.maximumDepth)
                try scanner.expectEnd()
            } catch {
                throw error.wireError
            }
            var reader = JSONValueReader(base: base, position: 0)
            return reader.readValue()
        }
    }

    /// Compact JSON text; members in the order of their keys.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` for a NaN or an infinity.
    public func jsonText() throws(WireError) -> String {
        var output = OutputBuffer()
        try output.writeJSON(self)
        return output.text()
    }
}

extension WSEValue: CustomStringConvertible {
    /// JSON-like text for people: members sorted, bytes in hexadecimal, NaN and infinities by name, and dots for what
    /// is nested deeper than any decoder reads.
    public var description: String { description(depth: 0) }

    private func description(depth: Int) -> String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .uint(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let value): OutputBuffer.quoted(value)
        case .binary(let bytes): "<" + Hexadecimal.text(bytes) + ">"
        case .ext(let type, let data):
            timestamp?.description ?? "ext(\(type), <" + Hexadecimal.text(data) + ">)"
        case .array, .object:
            depth < WireLimits.deepest ? contents(depth: depth + 1) : "…"
        }
    }

    private func contents(depth: Int) -> String {
        if case .array(let elements) = self {
            return "[" + elements.map { $0.description(depth: depth) }.joined(separator: ", ") + "]"
        }
        let members = (objectValue ?? [:]).sorted { $0.key < $1.key }
            .map { OutputBuffer.quoted($0.key) + ": " + $0.value.description(depth: depth) }
        return "{" + members.joined(separator: ", ") + "}"
    }
}
