/// The `Decoder` of one value.
///
/// Small enough to be kept inside of an `any Decoder` without an allocation.
struct PayloadValueDecoder: Decoder {
    let session: DecodingSession
    let position: Int
    var keepsKeys = false

    var codingPath: [any CodingKey] { session.path(to: position) }
    var userInfo: [CodingUserInfoKey: Any] { session.options.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(
            try PayloadKeyedDecoding(session: session, position: position, keepsKeys: keepsKeys))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try PayloadUnkeyedDecoding(session: session, position: position)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }
}

extension PayloadValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { session.isNull(at: position) }
    func decode(_ type: Bool.Type) throws -> Bool { try session.bool(at: position) }
    func decode(_ type: String.Type) throws -> String { try session.string(at: position) }
    func decode(_ type: Double.Type) throws -> Double { try session.double(at: position) }
    func decode(_ type: Float.Type) throws -> Float { try session.float(at: position) }
    func decode(_ type: Int.Type) throws -> Int { try session.integer(at: position) }
    func decode(_ type: Int8.Type) throws -> Int8 { try session.integer(at: position) }
    func decode(_ type: Int16.Type) throws -> Int16 { try session.integer(at: position) }
    func decode(_ type: Int32.Type) throws -> Int32 { try session.integer(at: position) }
    func decode(_ type: Int64.Type) throws -> Int64 { try session.integer(at: position) }
    func decode(_ type: Int128.Type) throws -> Int128 { try session.integer(at: position) }
    func decode(_ type: UInt.Type) throws -> UInt { try session.integer(at: position) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try session.integer(at: position) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try session.integer(at: position) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try session.integer(at: position) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try session.integer(at: position) }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try session.integer(at: position) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try session.decode(type, at: position)
    }
}
