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
        withReader { reader in
            guard reader.base[reader.position] == UInt8(ascii: "{") else { return nil }
            var found: Int?
            // To the end: of equal keys the last wins.
            reader.forEachMember { reader, name in
                if name == key { found = reader.position }
                reader.skipValue()
            }
            guard let found else { return nil }
            reader.position = found
            return reader.readValue()
        } ?? nil
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
}

extension WSEPayload: CustomStringConvertible {
    /// The payload as text for people. It may be confidential, so keep it out of logs.
    public var description: String { value.description }
}
