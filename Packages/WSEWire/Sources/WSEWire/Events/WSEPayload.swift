/// The payload of an event, read on demand from the event's bytes.
///
/// A subscript reads one member without building the rest; ``value`` builds everything.
public struct WSEPayload: Sendable {
    // Immutable once made; see EventStorage.
    nonisolated(unsafe) let event: EventStorage

    init(event: EventStorage) {
        self.event = event
    }

    /// The whole payload as a value, built anew at each call.
    public var value: WSEValue {
        withReader { $0.readValue() } ?? .null
    }

    /// Whether it is `null` or missing.
    public var isNull: Bool {
        withReader { reader in reader.base[reader.position] == UInt8(ascii: "n") } ?? true
    }

    /// One member of a payload that is an object; `nil` if there is none of that name.
    public subscript(key: String) -> WSEValue? {
        guard let position = position(of: key) else { return nil }
        return event.withBytes { base, _ in
            var reader = JSONValueReader(base: base, position: position)
            return reader.readValue()
        }
    }

    /// One element of a payload that is an array; `nil` if it is not in there.
    public subscript(index: Int) -> WSEValue? {
        value[index]
    }

    /// The value at the end of a path, such as `payload["user", "tags", 0]`.
    public subscript(
        first: WSEValue.PathComponent, second: WSEValue.PathComponent, more: WSEValue.PathComponent...
    ) -> WSEValue? {
        value[path: [first, second] + more]
    }

    /// Hands out the payload exactly as it was on the wire: JSON text, or MessagePack for events that came so.
    /// Empty if the envelope has no payload.
    public func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let (start, end) = (Int(event.fields.payloadStart), Int(event.fields.payloadEnd))
        return try event.withBytes { (base, _) throws(Failure) in
            try body(RawSpan(_unsafeStart: base + start, byteCount: end - start))
        }
    }

    private func withReader<Result>(_ body: (inout JSONValueReader) -> Result) -> Result? {
        let start = Int(event.fields.payloadStart)
        guard start != 0 else { return nil }
        return event.withBytes { base, _ in
            var reader = JSONValueReader(base: base, position: start)
            return body(&reader)
        }
    }

    /// Where the value of a member begins in the event's bytes.
    private func position(of key: String) -> Int? {
        withReader { reader in
            guard reader.base[reader.position] == UInt8(ascii: "{") else { return nil }
            var found: Int?
            var key = key
            key.withUTF8 { utf8 in
                reader.beginContainer()
                // To the end: of equal keys the last wins.
                while let name = reader.nextMember() {
                    if name.matches(utf8) { found = reader.position }
                    reader.skipValue()
                }
            }
            return found
        } ?? nil
    }

    /// Where the value of a member lies in the event's bytes.
    func extent(of key: String) -> Range<Int>? {
        guard let start = position(of: key) else { return nil }
        return event.withBytes { base, _ in
            var reader = JSONValueReader(base: base, position: start)
            reader.skipValue()
            return start..<reader.position
        }
    }

    /// Where the elements of a member that is an array lie in the event's bytes: the first `limit` and, if there
    /// are more, one of them. `nil` if there is no such array.
    func extents(ofElementsIn key: String, limit: Int) -> [Range<Int>]? {
        guard let start = position(of: key) else { return nil }
        return event.withBytes { base, _ in
            guard base[start] == UInt8(ascii: "[") else { return nil }
            var reader = JSONValueReader(base: base, position: start)
            var extents: [Range<Int>] = []
            reader.beginContainer()
            while extents.count <= limit, reader.nextElement() {
                let start = reader.position
                reader.skipValue()
                extents.append(start..<reader.position)
            }
            return extents
        }
    }

    /// Whether an object begins at that index of the event's bytes.
    func isObject(at position: Int) -> Bool {
        event.withBytes { base, _ in base[position] == UInt8(ascii: "{") }
    }
}

extension WSEPayload: CustomStringConvertible {
    /// The payload as text for people. It may be confidential, so keep it out of logs.
    public var description: String { value.description }
}
