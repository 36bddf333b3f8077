/// How a ``PayloadDecoder`` reads one particular type, instead of by the type's own `init(from:)`.
///
/// This is how types of other modules are taught to the decoder; `WSEWireFoundation` does so for `Date`, `Data`,
/// `Decimal` and `URL`.
public protocol TypeDecodingStrategy<Value>: Sendable {
    associatedtype Value

    /// Reads a value. To tell a binary, a timestamp or a number's exact digits from other values, decode a
    /// ``WSEValue`` or an ``ExactNumber`` from the decoder's single value container.
    func decode(from decoder: any Decoder) throws -> Value
}
