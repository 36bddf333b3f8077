/// The `Encoder` of one value.
struct PayloadValueEncoder: Encoder {
    let session: EncodingSession
    private let depthAndKeys: UInt32
    private let start: UInt32

    init(session: EncodingSession, depth: Int, start: Int, keepsKeys: Bool = false) {
        self.session = session
        depthAndKeys = UInt32(truncatingIfNeeded: depth) &<< 1 | (keepsKeys ? 1 : 0)
        self.start = UInt32(truncatingIfNeeded: start)
    }

    private var depth: Int { Int(depthAndKeys &>> 1) }

    var codingPath: [any CodingKey] { session.path(depth: depth) }
    var userInfo: [CodingUserInfoKey: Any] { session.options.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        let name = session.open(isObject: true, depth: depth, start: Int(start))
        return KeyedEncodingContainer(
            PayloadKeyedEncoding(
                session: session, depth: depth, name: name, keepsKeys: depthAndKeys & 1 == 1))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        let name = session.open(isObject: false, depth: depth, start: Int(start))
        return PayloadUnkeyedEncoding(session: session, depth: depth, name: name)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    /// Whoever encodes a value late, or a second one, has to be encoded anew as a tree.
    @inline(__always)
    func begin() throws {
        guard session.byteCount == Int(start), session.state.open.count == depth else {
            session.state.isInterleaved = true
            throw EncodingSession.Restart()
        }
    }
}

extension PayloadValueEncoder: SingleValueEncodingContainer {
    func encodeNil() throws {
        try begin()
        session.writeNil()
    }

    func encode(_ value: Bool) throws {
        try begin()
        session.write(value)
    }
    func encode(_ value: String) throws {
        try begin()
        try session.write(value)
    }
    func encode(_ value: Double) throws {
        try begin()
        try session.write(value)
    }
    func encode(_ value: Float) throws {
        try begin()
        try session.write(value)
    }
    func encode(_ value: Int) throws {
        try begin()
        session.write(Int64(value))
    }
    func encode(_ value: Int8) throws {
        try begin()
        session.write(Int64(value))
    }
    func encode(_ value: Int16) throws {
        try begin()
        session.write(Int64(value))
    }
    func encode(_ value: Int32) throws {
        try begin()
        session.write(Int64(value))
    }
    func encode(_ value: Int64) throws {
        try begin()
        session.write(Int64(value))
    }
    func encode(_ value: Int128) throws {
        try begin()
        try session.write(wide: value)
    }
    func encode(_ value: UInt) throws {
        try begin()
        session.write(UInt64(value))
    }
    func encode(_ value: UInt8) throws {
        try begin()
        session.write(UInt64(value))
    }
    func encode(_ value: UInt16) throws {
        try begin()
        session.write(UInt64(value))
    }
    func encode(_ value: UInt32) throws {
        try begin()
        session.write(UInt64(value))
    }
    func encode(_ value: UInt64) throws {
        try begin()
        session.write(UInt64(value))
    }
    func encode(_ value: UInt128) throws {
        try begin()
        try session.write(wide: value)
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        try begin()
        do {
            try session.encode(value, depth: depth)
        } catch {
            session.forget(from: Int(start), depth: depth)
            throw error
        }
    }
}
