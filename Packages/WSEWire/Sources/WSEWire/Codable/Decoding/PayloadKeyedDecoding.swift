/// The members of one object.
struct PayloadKeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let session: DecodingSession
    let members: DecodingSession.Members

    init(session: DecodingSession, position: Int, keepsKeys: Bool) throws {
        guard session.kind(at: position) == .object else {
            throw session.mismatch([String: Any].self, at: position)
        }
        self.session = session
        members = session.members(at: position, keepsKeys: keepsKeys)
    }

    var codingPath: [any CodingKey] { session.path(to: members.position) }

    var allKeys: [Key] { session.keys(of: members).compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { session.find(key.stringValue, in: members) != nil }

    /// Where the value of a member begins.
    @inline(__always)
    func position(_ key: Key) throws -> Int {
        guard let position = session.find(key.stringValue, in: members) else {
            throw session.missing(key, in: members.position)
        }
        return position
    }

    /// Where the value of a member begins, unless it is missing or `null`.
    @inline(__always)
    func present(_ key: Key) -> Int? {
        guard let position = session.find(key.stringValue, in: members), !session.isNull(at: position)
        else { return nil }
        return position
    }

    func decodeNil(forKey key: Key) throws -> Bool { session.isNull(at: try position(key)) }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try session.decode(type, at: position(key))
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let position = present(key) else { return nil }
        return try session.decode(type, at: position)
    }

    // MARK: Nested

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        KeyedDecodingContainer(
            try PayloadKeyedDecoding<NestedKey>(
                session: session, position: position(key), keepsKeys: false))
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try PayloadUnkeyedDecoding(session: session, position: position(key))
    }

    func superDecoder() throws -> any Decoder {
        PayloadValueDecoder(
            session: session, position: session.find(PayloadKey.super.stringValue, in: members) ?? -1)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        PayloadValueDecoder(session: session, position: session.find(key.stringValue, in: members) ?? -1)
    }
}
