/// The payload of an event, read on demand from the event's bytes.
///
/// A subscript reads one member without building the rest; ``value`` builds everything.
///
/// <!-- given: event: WSEEvent -->
/// ```swift
/// event.payload["px"]?.doubleValue
/// event.payload["user", "tags", 0]?.stringValue
/// event.payload.user.tags[0]?.stringValue
/// ```
@dynamicMemberLookup
public struct WSEPayload: Sendable {
    // Immutable once made; see EventStorage.
    nonisolated(unsafe) let event: EventStorage

    init(event: EventStorage) {
        self.event = event
    }

    /// The whole payload as a value, built anew at each call.
    public var value: WSEValue {
        guard let start else { return .null }
        return event.withBytes { base, _ in format.value(base, at: start) }
    }

    /// Whether it is `null` or missing.
    public var isNull: Bool {
        guard let start else { return true }
        return event.withBytes { base, _ in format.isNull(base, at: start) }
    }

    /// One member of a payload that is an object; `nil` if there is none of that name.
    public subscript(key: String) -> WSEValue? {
        value(at: start.flatMap { position(of: key, at: $0) })
    }

    /// One element of a payload that is an array; `nil` if it is not in there.
    public subscript(index: Int) -> WSEValue? {
        value(at: start.flatMap { position(of: index, at: $0) })
    }

    /// The value at the end of a path, such as `payload["user", "tags", 0]`; nothing beside it is built.
    public subscript(
        first: WSEValue.PathComponent, second: WSEValue.PathComponent, more: WSEValue.PathComponent...
    ) -> WSEValue? {
        value(at: position(of: [first, second] + more))
    }

    /// The value at the end of a path; nothing beside it is built.
    public subscript(path path: some Sequence<WSEValue.PathComponent>) -> WSEValue? {
        value(at: position(of: path))
    }

    /// The number at the end of a path, digit by digit as the sender wrote it, however long: what
    /// ``WSEValue/double(_:)`` may round. `nil` if there is no number.
    public func digits(_ path: WSEValue.PathComponent...) -> String? {
        guard let position = position(of: path) else { return nil }
        return event.withBytes { base, _ in format.digits(base, at: position) }
    }

    /// One step into the payload, for paths spelled with dots: `payload.user.tags[0]`.
    public subscript(dynamicMember key: String) -> PayloadPath {
        PayloadPath(payload: self, components: [.key(key)])
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
}

extension WSEPayload: CustomStringConvertible {
    /// The payload as text for people. It may be confidential, so keep it out of logs.
    public var description: String { value.description }
}
