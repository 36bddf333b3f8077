/// What a ``PayloadEncoder`` is set to: one immutable object, so that passing an encoder around costs little.
final class PayloadEncodingOptions: Sendable {
    static let standard = PayloadEncodingOptions(.useDefaultKeys, [:], [:])

    let keys: KeyEncodingStrategy
    let userInfo: [CodingUserInfoKey: any Sendable]
    let types: [ObjectIdentifier: ErasedTypeEncodingStrategy]

    init(
        _ keys: KeyEncodingStrategy, _ userInfo: [CodingUserInfoKey: any Sendable],
        _ types: [ObjectIdentifier: ErasedTypeEncodingStrategy]
    ) {
        self.keys = keys
        self.userInfo = userInfo
        self.types = types
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
