/// The members of one object.
struct PayloadKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let session: EncodingSession
    let depth: Int
    let name: UInt32
    let keepsKeys: Bool

    var codingPath: [any CodingKey] { session.path(depth: depth) }

    /// Writes the key; the value must follow.
    @inline(__always)
    func begin(_ key: some CodingKey) throws {
        try session.beginMember(key, of: name, depth: depth, keepsKeys: keepsKeys)
    }

    func encodeNil(forKey key: Key) throws {
        try begin(key)
        session.writeNil()
    }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try member(key) { try session.encode(value, depth: depth &+ 1) }
    }

    /// A member whose value may fail, and is not there then.
    @inline(__always)
    private func member(_ key: Key, _ write: () throws -> Void) throws {
        try begin(key)
        do {
            try write()
        } catch {
            session.takeBack(depth: depth)
            throw error
        }
    }

    // MARK: Nested

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        nested(key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { deferred(PayloadKey.super) }

    func superEncoder(forKey key: Key) -> any Encoder { deferred(key) }

    /// An encoder for the value of a member. Should the container be closed, beginning fails and leaves the
    /// session marked as interleaved, which is where the failure is heeded: these functions cannot throw.
    private func nested(_ key: some CodingKey) -> PayloadValueEncoder {
        try? begin(key)
        return PayloadValueEncoder(session: session, depth: depth + 1, start: session.byteCount)
    }

    private func deferred(_ key: some CodingKey) -> PayloadValueEncoder {
        let encoder = nested(key)
        session.state.due = session.byteCount
        return encoder
    }
}

// One function for each type that `Codable` knows.
extension PayloadKeyedEncoding {
    func encode(_ value: Bool, forKey key: Key) throws {
        try begin(key)
        session.write(value)
    }
    func encode(_ value: String, forKey key: Key) throws {
        try member(key) { try session.write(value) }
    }
    func encode(_ value: Double, forKey key: Key) throws {
        try member(key) { try session.write(value) }
    }
    func encode(_ value: Float, forKey key: Key) throws {
        try member(key) { try session.write(value) }
    }
    func encode(_ value: Int, forKey key: Key) throws {
        try begin(key)
        session.write(Int64(value))
    }
    func encode(_ value: Int8, forKey key: Key) throws {
        try begin(key)
        session.write(Int64(value))
    }
    func encode(_ value: Int16, forKey key: Key) throws {
        try begin(key)
        session.write(Int64(value))
    }
    func encode(_ value: Int32, forKey key: Key) throws {
        try begin(key)
        session.write(Int64(value))
    }
    func encode(_ value: Int64, forKey key: Key) throws {
        try begin(key)
        session.write(Int64(value))
    }
    func encode(_ value: Int128, forKey key: Key) throws {
        try member(key) { try session.write(wide: value) }
    }
    func encode(_ value: UInt, forKey key: Key) throws {
        try begin(key)
        session.write(UInt64(value))
    }
    func encode(_ value: UInt8, forKey key: Key) throws {
        try begin(key)
        session.write(UInt64(value))
    }
    func encode(_ value: UInt16, forKey key: Key) throws {
        try begin(key)
        session.write(UInt64(value))
    }
    func encode(_ value: UInt32, forKey key: Key) throws {
        try begin(key)
        session.write(UInt64(value))
    }
    func encode(_ value: UInt64, forKey key: Key) throws {
        try begin(key)
        session.write(UInt64(value))
    }
    func encode(_ value: UInt128, forKey key: Key) throws {
        try member(key) { try session.write(wide: value) }
    }
}
