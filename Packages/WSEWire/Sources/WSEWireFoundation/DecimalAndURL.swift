#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
public import WSEWire

/// `Decimal` from and to all the digits of a number. One that a `Decimal` would round, of more than 38 digits or beyond its
/// exponents, is an error.
public struct DecimalCoding: TypeDecodingStrategy, TypeEncodingStrategy {
    /// The one there is; it has no settings.
    public init() {}

    public func decode(from decoder: any Decoder) throws -> Decimal {
        let container = try decoder.singleValueContainer()
        let digits = try container.decode(ExactNumber.self).digits
        guard let decimal = Decimal(string: digits), decimal.isFinite, Self.fits(digits, decimal) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "the number does not fit a Decimal")
        }
        return decimal
    }

    private static func fits(_ digits: String, _ decimal: Decimal) -> Bool {
        let mantissa = digits.utf8.prefix { $0 | 0x20 != UInt8(ascii: "e") }
        let significant = mantissa.filter { (0x30...0x39).contains($0) }.drop { $0 == 0x30 }
        let trailing = significant.reversed().prefix { $0 == 0x30 }.count
        return significant.count - trailing <= 38 && decimal.isZero == significant.isEmpty
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
    /// The one there is; it has no settings.
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
