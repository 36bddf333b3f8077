#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
public import WSEWire

/// `Decimal` from and to all the digits of a number.
public struct DecimalCoding: TypeDecodingStrategy, TypeEncodingStrategy {
    public init() {}

    public func decode(from decoder: any Decoder) throws -> Decimal {
        let container = try decoder.singleValueContainer()
        let digits = try container.decode(ExactNumber.self).digits
        guard let decimal = Decimal(string: digits), decimal.isFinite else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "the number does not fit a Decimal")
        }
        return decimal
    }

    public func encode(_ decimal: Decimal, to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        guard let number = ExactNumber(decimal.description) else {
            throw EncodingError.invalidValue(
                decimal,
                EncodingError.Context(codingPath: encoder.codingPath, debugDescription: "not a number"))
        }
        try container.encode(number)
    }
}

/// `URL` from and to text.
public struct URLCoding: TypeDecodingStrategy, TypeEncodingStrategy {
    public init() {}

    public func decode(from decoder: any Decoder) throws -> URL {
        let container = try decoder.singleValueContainer()
        guard let url = URL(string: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected a URL")
        }
        return url
    }

    public func encode(_ url: URL, to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(url.absoluteString)
    }
}
