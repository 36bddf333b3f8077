/// Encodes `Encodable` types straight to the bytes of a payload, in JSON or MessagePack, without building values
/// in between.
///
/// A value type: keep one per set of strategies, share it between threads as you like.
public struct PayloadEncoder: Sendable {
    var options = PayloadEncodingOptions.standard

    /// An encoder that writes keys as they are.
    public init() {}

    /// How coding keys become keys of the payload. The keys of a `[String: Value]` always stay as they are.
    public var keyEncodingStrategy: KeyEncodingStrategy {
        get { options.keys }
        set { options = PayloadEncodingOptions(newValue, options.userInfo, options.types) }
    }

    /// What `Encodable` types find in their encoder's `userInfo`.
    public var userInfo: [CodingUserInfoKey: any Sendable] {
        get { options.userInfo }
        set { options = PayloadEncodingOptions(options.keys, newValue, options.types) }
    }

    /// How a type is written, should that differ from the type's own way. The types that `Codable` itself knows (`Bool`,
    /// `String` and numbers), ``WSEValue`` and ``ExactNumber`` are not asked about.
    public subscript<Value>(strategyFor type: Value.Type) -> (any TypeEncodingStrategy<Value>)? {
        get { options.types[ObjectIdentifier(type)]?.strategy as? any TypeEncodingStrategy<Value> }
        set {
            var types = options.types
            types[ObjectIdentifier(type)] = newValue.map { ErasedTypeEncodingStrategy($0) }
            options = PayloadEncodingOptions(options.keys, options.userInfo, types)
        }
    }

    /// The value as compact JSON in UTF-8.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` or `nestingTooDeep`, such as for a NaN.
    public func json(_ value: some Encodable) throws(WireError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        try encodeJSON(value, into: &bytes)
        return bytes
    }

    /// The value in MessagePack, every part in its shortest form.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` or `nestingTooDeep`.
    public func messagePack(_ value: some Encodable) throws(WireError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        try encodeMessagePack(value, into: &bytes)
        return bytes
    }

    /// Appends the value as compact JSON in UTF-8.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` or `nestingTooDeep`; `bytes` are as before then.
    public func encodeJSON(_ value: some Encodable, into bytes: inout [UInt8]) throws(WireError) {
        try encode(value, isJSON: true, into: &bytes)
    }

    /// Appends the value in MessagePack.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` or `nestingTooDeep`; `bytes` are as before then.
    public func encodeMessagePack(_ value: some Encodable, into bytes: inout [UInt8]) throws(WireError) {
        try encode(value, isJSON: false, into: &bytes)
    }

    private func encode(
        _ value: some Encodable, isJSON: Bool, into bytes: inout [UInt8]
    ) throws(WireError) {
        try OutputBuffer.append(to: &bytes) { (output) throws(WireError) in
            try encode(value, isJSON: isJSON, into: &output)
        }
    }

    func encode(
        _ value: some Encodable, isJSON: Bool, into output: inout OutputBuffer
    ) throws(WireError) {
        let start = output.count
        var taken = OutputBuffer(capacity: 0)
        swap(&taken, &output)
        let session = EncodingSession(isJSON: isJSON, options: options, output: taken)
        defer { output = session.takeOutput() }
        do {
            try session.encodeTopLevel(value)
        } catch {
            session.state.output.truncate(to: start)
            throw WireError(encoding: error)
        }
    }
}
