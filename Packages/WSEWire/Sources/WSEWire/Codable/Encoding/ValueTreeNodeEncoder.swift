/// The `Encoder` of one part of a ``ValueTreeEncoder``'s tree.
struct ValueTreeNodeEncoder: Encoder, SingleValueEncodingContainer {
    let tree: ValueTreeEncoder
    let node: ValueTreeEncoder.Node
    let codingPath: [any CodingKey]
    var keepsKeys = false

    var userInfo: [CodingUserInfoKey: Any] { tree.options.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.becomeObject()
        return KeyedEncodingContainer(
            ValueTreeKeyedEncoding(tree: tree, node: node, codingPath: codingPath, keepsKeys: keepsKeys))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.becomeArray()
        return ValueTreeUnkeyedEncoding(tree: tree, node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() throws { node.set(.null) }
    func encode(_ value: Bool) throws { node.set(.bool(value)) }
    func encode(_ value: String) throws { node.set(.string(value)) }
    func encode(_ value: Double) throws { node.set(.double(value)) }
    func encode(_ value: Float) throws { node.set(value) }
    func encode(_ value: Int) throws { node.set(.int(Int64(value))) }
    func encode(_ value: Int8) throws { node.set(.int(Int64(value))) }
    func encode(_ value: Int16) throws { node.set(.int(Int64(value))) }
    func encode(_ value: Int32) throws { node.set(.int(Int64(value))) }
    func encode(_ value: Int64) throws { node.set(.int(Int64(value))) }
    func encode(_ value: Int128) throws { node.set(value) }
    func encode(_ value: UInt) throws { node.set(WSEValue(UInt64(value))) }
    func encode(_ value: UInt8) throws { node.set(WSEValue(UInt64(value))) }
    func encode(_ value: UInt16) throws { node.set(WSEValue(UInt64(value))) }
    func encode(_ value: UInt32) throws { node.set(WSEValue(UInt64(value))) }
    func encode(_ value: UInt64) throws { node.set(WSEValue(UInt64(value))) }
    func encode(_ value: UInt128) throws { node.set(value) }

    func encode<Value: Encodable>(_ value: Value) throws {
        try tree.encode(value, into: node, path: codingPath)
    }
}

/// The members of one object of the tree.
struct ValueTreeKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let tree: ValueTreeEncoder
    let node: ValueTreeEncoder.Node
    let codingPath: [any CodingKey]
    let keepsKeys: Bool

    private func member(_ key: any CodingKey) -> ValueTreeNodeEncoder {
        let text = tree.convert(key, path: codingPath, keepsKeys: keepsKeys)
        return ValueTreeNodeEncoder(tree: tree, node: node.insert(text), codingPath: codingPath + [key])
    }

    func encodeNil(forKey key: Key) throws { try member(key).encodeNil() }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try member(key).encode(value) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        member(key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { member(PayloadKey.super) }
    func superEncoder(forKey key: Key) -> any Encoder { member(key) }
    func encode(_ value: Bool, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: String, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: Double, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: Float, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: Int, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: Int8, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: Int16, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: Int32, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: Int64, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: Int128, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: UInt, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: UInt8, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: UInt16, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: UInt32, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: UInt64, forKey key: Key) throws { try member(key).encode(value) }
    func encode(_ value: UInt128, forKey key: Key) throws { try member(key).encode(value) }
}

/// The elements of one array of the tree.
struct ValueTreeUnkeyedEncoding: UnkeyedEncodingContainer {
    let tree: ValueTreeEncoder
    let node: ValueTreeEncoder.Node
    let codingPath: [any CodingKey]

    var count: Int { node.count }

    private func element() -> ValueTreeNodeEncoder {
        let path = codingPath + [PayloadKey(index: count)]
        return ValueTreeNodeEncoder(tree: tree, node: node.append(), codingPath: path)
    }

    func encodeNil() throws { try element().encodeNil() }

    func encode<Value: Encodable>(_ value: Value) throws { try element().encode(value) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        element().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }
    func superEncoder() -> any Encoder { element() }
    func encode(_ value: Bool) throws { try element().encode(value) }
    func encode(_ value: String) throws { try element().encode(value) }
    func encode(_ value: Double) throws { try element().encode(value) }
    func encode(_ value: Float) throws { try element().encode(value) }
    func encode(_ value: Int) throws { try element().encode(value) }
    func encode(_ value: Int8) throws { try element().encode(value) }
    func encode(_ value: Int16) throws { try element().encode(value) }
    func encode(_ value: Int32) throws { try element().encode(value) }
    func encode(_ value: Int64) throws { try element().encode(value) }
    func encode(_ value: Int128) throws { try element().encode(value) }
    func encode(_ value: UInt) throws { try element().encode(value) }
    func encode(_ value: UInt8) throws { try element().encode(value) }
    func encode(_ value: UInt16) throws { try element().encode(value) }
    func encode(_ value: UInt32) throws { try element().encode(value) }
    func encode(_ value: UInt64) throws { try element().encode(value) }
    func encode(_ value: UInt128) throws { try element().encode(value) }
}
