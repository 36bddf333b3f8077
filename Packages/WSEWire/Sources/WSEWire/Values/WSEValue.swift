/// Any value that a payload can hold, from JSON or MessagePack alike.
///
/// ```swift
/// let order: WSEValue = ["symbol": "BTC", "quantity": 3, "limit": 42_000.5, "tags": ["a", "b"]]
/// order["tags", 0]?.stringValue  // "a"
/// ```
@dynamicMemberLookup
public enum WSEValue: Sendable, Hashable {
    /// JSON's `null`, MessagePack's nil.
    case null
    /// True or false.
    case bool(Bool)
    /// An integer that fits 64 signed bits; every such integer is this case.
    case int(Int64)
    /// An integer above `Int64.max`.
    case uint(UInt64)
    /// A number with a fraction or an exponent, or an integer beyond 64 bits.
    case double(Double)
    /// Text.
    case string(String)
    /// Bytes, which MessagePack knows and JSON does not; written to JSON as base64 text.
    case binary([UInt8])
    /// One of MessagePack's extensions, its timestamps (type -1) among them; see ``timestamp``.
    case ext(type: Int8, data: [UInt8])
    /// Values in order.
    case array([WSEValue])
    /// Values by name; their order is not kept. Names are equal as Swift's strings are: of two that differ only in how a
    /// character is composed (`é` as one or as two) the last is kept. A payload's subscripts tell them apart.
    case object([String: WSEValue])

    /// The canonical case of an unsigned integer: ``int(_:)`` where it fits.
    public init(_ value: UInt64) {
        self = value <= UInt64(Int64.max) ? .int(Int64(value)) : .uint(value)
    }
}

extension WSEValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: WSEValue...) { self = .array(elements) }

    /// Of equal keys the last wins, as in decoding.
    public init(dictionaryLiteral elements: (String, WSEValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}
