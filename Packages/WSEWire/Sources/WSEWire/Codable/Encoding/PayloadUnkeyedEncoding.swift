/// The elements of one array.
struct PayloadUnkeyedEncoding: UnkeyedEncodingContainer {
    let session: EncodingSession
    let depth: Int
    let name: UInt32

    var codingPath: [any CodingKey] { session.path(depth: depth) }

    var count: Int {
        let open = session.state.open
        return depth < open.count && open[depth].name == name ? open[depth].count : 0
    }

    /// Begins an element; its value must follow.
    @inline(__always)
    private func begin() throws {
        try session.beginElement(of: name, depth: depth)
    }

    func encodeNil() throws {
        try begin()
        session.writeNil()
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        try element { try session.encode(value, depth: depth &+ 1) }
    }

    /// An element whose value may fail, and is not there then.
    @inline(__always)
    private func element(_ write: () throws -> Void) throws {
        try begin()
        do {
            try write()
        } catch {
            session.takeBack(depth: depth)
            throw error
        }
    }

    // MARK: Nested

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        nested().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }

    func superEncoder() -> any Encoder {
        let encoder = nested()
        session.state.due = session.byteCount
        return encoder
    }

    /// As in ``PayloadKeyedEncoding``, a failure to begin is heeded later.
    private func nested() -> PayloadValueEncoder {
        try? begin()
        return PayloadValueEncoder(session: session, depth: depth + 1, start: session.byteCount)
    }

    // MARK: One function for each type that `Codable` knows

    func encode(_ value: Bool) throws {
        try begin()
        session.write(value)
    }
    func encode(_ value: String) throws {
        try element { try session.write(value) }
    }
    func encode(_ value: Double) throws {
        try element { try session.write(value) }
    }
    func encode(_ value: Float) throws {
        try element { try session.write(value) }
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
        try element { try session.write(wide: value) }
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
        try element { try session.write(wide: value) }
    }
}
