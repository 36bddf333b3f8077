/// The elements of one array, read one after the other.
///
/// Small enough to be kept inside of an existential without an allocation.
struct PayloadUnkeyedDecoding: UnkeyedDecodingContainer {
    let session: DecodingSession
    private let start: UInt32
    /// Where the current element begins.
    private var position: UInt32
    private var index: UInt32 = 0
    private var atEnd: Bool

    init(session: DecodingSession, position: Int) throws {
        guard session.kind(at: position) == .array else {
            throw session.mismatch([Any].self, at: position)
        }
        self.session = session
        start = UInt32(truncatingIfNeeded: position)
        let first = session.firstElement(of: position)
        self.position = UInt32(truncatingIfNeeded: first ?? position)
        atEnd = first == nil
    }

    var codingPath: [any CodingKey] { session.path(to: Int(start)) }
    var currentIndex: Int { Int(index) }
    var isAtEnd: Bool { atEnd }

    /// Counts; for JSON this means walking to the end.
    var count: Int? { session.elementCount(of: Int(start)) }

    /// Reads the current element and moves behind it, unless reading fails.
    @inline(__always)
    mutating func next<Value>(_ type: Value.Type, _ read: (Int) throws -> Value) throws -> Value {
        guard !atEnd else { throw ended(type) }
        let value = try read(Int(position))
        advance()
        return value
    }

    @inline(__always)
    private mutating func advance() {
        index &+= 1
        if let next = session.element(after: Int(position), count: Int(index), of: Int(start)) {
            position = UInt32(truncatingIfNeeded: next)
        } else {
            atEnd = true
        }
    }

    @inline(never)
    private func ended(_ type: Any.Type) -> DecodingError {
        .valueNotFound(
            type,
            DecodingError.Context(
                codingPath: codingPath + [PayloadKey(index: currentIndex)],
                debugDescription: "the array has no more elements", underlyingError: OwnFailure()))
    }

    mutating func decodeNil() throws -> Bool {
        guard !atEnd else { throw ended(Never.self) }
        guard session.isNull(at: Int(position)) else { return false }
        advance()
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let session = session
        return try next(type) { try session.decode(type, at: $0) }
    }

    mutating func decodeIfPresent<Value: Decodable>(_ type: Value.Type) throws -> Value? {
        let session = session
        guard !atEnd else { return nil }
        return try next(Value?.self) { session.isNull(at: $0) ? nil : try session.decode(type, at: $0) }
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let session = session
        return try next(KeyedDecodingContainer<NestedKey>.self) {
            KeyedDecodingContainer(
                try PayloadKeyedDecoding<NestedKey>(session: session, position: $0, keepsKeys: false))
        }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let session = session
        return try next((any UnkeyedDecodingContainer).self) {
            try PayloadUnkeyedDecoding(session: session, position: $0)
        }
    }

    mutating func superDecoder() throws -> any Decoder {
        let session = session
        return try next((any Decoder).self) { PayloadValueDecoder(session: session, position: $0) }
    }
}
