/// How a ``PayloadEncoder`` writes one particular type, instead of by the type's own `encode(to:)`.
public protocol TypeEncodingStrategy<Value>: Sendable {
    associatedtype Value

    /// Writes a value. A ``WSEValue`` encoded into the encoder's single value container comes out as what it
    /// is: a binary or a timestamp in MessagePack, base64 or ISO 8601 text in JSON.
    func encode(_ value: Value, to encoder: any Encoder) throws
}
