/// Decodes `Decodable` types straight from the bytes of a payload, in JSON or MessagePack, without building values
/// in between.
///
/// <!-- given: event: WSEEvent -->
/// ```swift
/// struct Trade: Decodable { var px: Double; var sym: String }
/// let trade = try event.decode(Trade.self)
///
/// var decoder = PayloadDecoder()
/// decoder.keyDecodingStrategy = .convertFromSnakeCase
/// struct Order: Decodable { var limitPrice: Double }
/// let order = try decoder.decode(Order.self, from: event.payload)
/// ```
///
/// Numbers that are whole decode as integers however they are written (`3`, `3.0`), and every number decodes as a
/// floating-point one. Nothing is rounded silently: an integer that does not fit its type is an error. A ``WSEValue``
/// or an ``ExactNumber`` may stand anywhere in a type.
///
/// A value type: keep one per set of strategies, share it between threads as you like.
public struct PayloadDecoder: Sendable {
    var options = PayloadDecodingOptions.standard

    /// A decoder that takes keys as they are.
    public init() {}

    /// How keys of the payload become coding keys. The keys of a `[String: Value]` always stay as they are.
    public var keyDecodingStrategy: KeyDecodingStrategy {
        get { options.keys }
        set { options = PayloadDecodingOptions(newValue, options.userInfo, options.types) }
    }

    /// What `Decodable` types find in their decoder's `userInfo`.
    public var userInfo: [CodingUserInfoKey: any Sendable] {
        get { options.userInfo }
        set { options = PayloadDecodingOptions(options.keys, newValue, options.types) }
    }

    /// How a type is read, should that differ from the type's own way. The types that `Codable` itself knows (`Bool`,
    /// `String` and numbers), ``WSEValue`` and ``ExactNumber`` are not asked about.
    public subscript<Value>(strategyFor type: Value.Type) -> (any TypeDecodingStrategy<Value>)? {
        get { options.types[ObjectIdentifier(type)]?.strategy as? any TypeDecodingStrategy<Value> }
        set {
            var types = options.types
            types[ObjectIdentifier(type)] = newValue.map { ErasedTypeDecodingStrategy($0) }
            options = PayloadDecodingOptions(options.keys, options.userInfo, types)
        }
    }

    /// Decodes the payload of an event; a missing payload counts as `null`.
    ///
    /// - Throws: ``WireError`` with the ``WireError/path`` to the value that does not fit the type.
    public func decode<Value: Decodable>(
        _ type: Value.Type, from payload: WSEPayload
    ) throws(WireError) -> Value {
        let event = payload.event
        return try event.withBytes { (base, _) throws(WireError) in
            try decode(
                type, base: base, at: payload.start ?? -1, isJSON: event.fields.encoding == .json,
                owner: event)
        }
    }

    /// Decodes the payload of an event, as ``decode(_:from:)`` does, with less work where many follow one another.
    ///
    /// - Parameters:
    ///   - type: What the payload becomes.
    ///   - payload: An event's; a missing one counts as `null`.
    ///   - memory: Kept from one payload to the next by whoever decodes them.
    /// - Throws: ``WireError`` with the ``WireError/path`` to the value that does not fit the type.
    public func decode<Value: Decodable>(
        _ type: Value.Type, from payload: WSEPayload, reusing memory: inout DecodingMemory
    ) throws(WireError) -> Value {
        let event = payload.event
        return try event.withBytes { (base, _) throws(WireError) in
            var session = memory.session(
                base: base, root: payload.start ?? -1, isJSON: event.fields.encoding == .json, owner: event,
                options: options)
            do {
                let value = try session.decode(type, at: session.root)
                memory.keep(&session)
                return value
            } catch {
                memory.keep(&session)
                throw WireError(decoding: error)
            }
        }
    }

    /// Decodes JSON text in UTF-8.
    ///
    /// - Throws: ``WireError``: that of a malformed text has a byte offset, that of a value which does not fit the
    ///   type has a path.
    public func decode<Value: Decodable>(
        _ type: Value.Type, fromJSON bytes: RawSpan, limits: WireLimits = WireLimits()
    ) throws(WireError) -> Value {
        let storage = try ValidatedBytes.json(bytes, limits: limits)
        return try storage.withBytes { (base, _) throws(WireError) in
            try decode(
                type, base: base, at: ValidatedBytes.firstValue(base), isJSON: true, owner: storage)
        }
    }

    /// Decodes MessagePack.
    ///
    /// - Throws: ``WireError``: that of malformed bytes has a byte offset, that of a value which does not fit the
    ///   type has a path.
    public func decode<Value: Decodable>(
        _ type: Value.Type, fromMessagePack bytes: RawSpan, limits: WireLimits = WireLimits()
    ) throws(WireError) -> Value {
        let storage = try ValidatedBytes.messagePack(bytes, limits: limits)
        return try storage.withBytes { (base, _) throws(WireError) in
            try decode(type, base: base, at: 0, isJSON: false, owner: storage)
        }
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type, base: UnsafePointer<UInt8>, at position: Int, isJSON: Bool, owner: AnyObject
    ) throws(WireError) -> Value {
        let session = DecodingSession(
            base: base, root: position, isJSON: isJSON, owner: owner, options: options)
        do {
            return try session.decode(type, at: position)
        } catch {
            throw WireError(decoding: error)
        }
    }
}

extension WSEEvent {
    /// Decodes the payload.
    ///
    /// - Throws: ``WireError`` with the ``WireError/path`` to the value that does not fit the type.
    public func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, using decoder: PayloadDecoder = PayloadDecoder()
    ) throws(WireError) -> Value {
        try decoder.decode(type, from: payload)
    }
}

extension WSEPayload {
    /// Decodes the payload.
    ///
    /// - Throws: ``WireError`` with the ``WireError/path`` to the value that does not fit the type.
    public func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, using decoder: PayloadDecoder = PayloadDecoder()
    ) throws(WireError) -> Value {
        try decoder.decode(type, from: self)
    }
}
