/// What a ``PayloadDecoder`` is set to: one immutable object, so that passing a decoder around costs little.
final class PayloadDecodingOptions: Sendable {
    static let standard = PayloadDecodingOptions(.useDefaultKeys, [:], [:])

    let keys: KeyDecodingStrategy
    let usesDefaultKeys: Bool
    let userInfo: [CodingUserInfoKey: any Sendable]
    let types: [ObjectIdentifier: ErasedTypeDecodingStrategy]

    init(
        _ keys: KeyDecodingStrategy, _ userInfo: [CodingUserInfoKey: any Sendable],
        _ types: [ObjectIdentifier: ErasedTypeDecodingStrategy]
    ) {
        self.keys = keys
        usesDefaultKeys = keys.isDefault
        self.userInfo = userInfo
        self.types = types
    }
}

/// A ``TypeDecodingStrategy`` with its type forgotten, callable without casting.
struct ErasedTypeDecodingStrategy: Sendable {
    let strategy: any Sendable
    /// Reads a value into uninitialised memory of the strategy's type.
    let decode: @Sendable (any Decoder, UnsafeMutableRawPointer) throws -> Void

    init<Value>(_ strategy: any TypeDecodingStrategy<Value>) {
        self.strategy = strategy
        decode = { decoder, target in
            target.initializeMemory(as: Value.self, to: try strategy.decode(from: decoder))
        }
    }
}
