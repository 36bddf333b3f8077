/// Encodes `Encodable` types straight to the bytes of a payload, in JSON or MessagePack, without building values
/// in between.
///
/// A value type: keep one per set of strategies, share it between threads as you like.
public struct PayloadEncoder: Sendable {
    /// How coding keys become keys of the payload. The keys of a `[String: Value]` always stay as they are.
    public var keyEncodingStrategy: KeyEncodingStrategy = .useDefaultKeys
    /// What `Encodable` types find in their encoder's `userInfo`.
    public var userInfo: [CodingUserInfoKey: any Sendable] = [:]

    var typeStrategies: [ObjectIdentifier: ErasedTypeEncodingStrategy] = [:]

    public init() {}

    /// How a type is written, should that differ from the type's own way.
    public subscript<Value>(strategyFor type: Value.Type) -> (any TypeEncodingStrategy<Value>)? {
        get { typeStrategies[ObjectIdentifier(type)]?.strategy as? any TypeEncodingStrategy<Value> }
        set {
            typeStrategies[ObjectIdentifier(type)] = newValue.map { ErasedTypeEncodingStrategy($0) }
        }
    }

    /// The value as compact JSON in UTF-8.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable`, such as for a NaN.
    public func json(_ value: some Encodable) throws(WireError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        try encodeJSON(value, into: &bytes)
        return bytes
    }

    /// The value in MessagePack, every part in its shortest form.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable`.
    public func messagePack(_ value: some Encodable) throws(WireError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        try encodeMessagePack(value, into: &bytes)
        return bytes
    }

    /// Appends the value as compact JSON in UTF-8.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable`; `bytes` are as before then.
    public func encodeJSON(_ value: some Encodable, into bytes: inout [UInt8]) throws(WireError) {
        try encode(value, isJSON: true, into: &bytes)
    }

    /// Appends the value in MessagePack.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable`; `bytes` are as before then.
    public func encodeMessagePack(_ value: some Encodable, into bytes: inout [UInt8]) throws(WireError) {
        try encode(value, isJSON: false, into: &bytes)
    }

    private func encode(
        _ value: some Encodable, isJSON: Bool, into bytes: inout [UInt8]
    ) throws(WireError) {
        let start = bytes.count
        let session = EncodingSession(isJSON: isJSON, options: self, bytes: bytes)
        bytes = []
        defer { bytes = session.takeBytes() }
        do {
            try session.encodeTopLevel(value)
        } catch {
            session.truncate(to: start)
            throw WireError(encoding: error)
        }
    }
}

/// A ``TypeEncodingStrategy`` with its type forgotten, callable without casting.
struct ErasedTypeEncodingStrategy: Sendable {
    let strategy: any Sendable
    /// Writes the value of the strategy's type that the pointer points at.
    let encode: @Sendable (UnsafeRawPointer, any Encoder) throws -> Void

    init<Value>(_ strategy: any TypeEncodingStrategy<Value>) {
        self.strategy = strategy
        encode = { source, encoder in
            try strategy.encode(source.assumingMemoryBound(to: Value.self).pointee, to: encoder)
        }
    }
}
