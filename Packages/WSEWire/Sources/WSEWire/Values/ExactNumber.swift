/// A number digit by digit as it was written, for prices and amounts that a `Double` would round.
///
/// Stands anywhere in a `Codable` type; through this package's coders all digits survive in JSON. MessagePack
/// carries integers of up to 64 bits and `Double`s, so there it is what those can hold; other coders know it as such
/// a number, too.
public struct ExactNumber: Sendable, Hashable, CustomStringConvertible {
    /// A JSON number, such as `-12.50` or `6.02e23`. Numbers are equal if their digits are.
    public let digits: String

    init(validated digits: String) {
        self.digits = digits
    }

    /// - Returns: `nil` if the text is no number as JSON defines it.
    public init?(_ text: String) {
        let padded = PaddedBytes(Array(text.utf8).span.bytes)
        let isNumber = padded.withBytes { base, count in
            let scanner = JSONScanner(base: base, count: count)
            return count > 0 && (try? scanner.endOfNumber().end) == count
        }
        guard isNumber else { return nil }
        digits = text
    }

    /// The digits of an integer of any size.
    public init(_ value: some FixedWidthInteger) {
        digits = "\(value)"
    }

    /// - Returns: `nil` for a NaN or an infinity.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        digits = "\(value)"
    }

    /// The nearest `Double`; infinite if the number is beyond the largest.
    public var doubleValue: Double { Double(digits) ?? .nan }

    /// The number as any integer type; `nil` if it is written with a fraction or an exponent, or does not fit.
    public func integer<Integer: FixedWidthInteger>(as type: Integer.Type = Integer.self) -> Integer? {
        Integer(digits)
    }

    public var description: String { digits }

    /// The value that holds the number without loss; `nil` if none does.
    var exactValue: WSEValue? {
        if let value = Int64(digits) { return .int(value) }
        if let value = UInt64(digits) { return .uint(value) }
        let value = doubleValue
        guard value.isFinite, Decimal(digits) == Decimal("\(value)") else { return nil }
        return .double(value)
    }

    /// An integer, however it is written: `1e2` and `100.0` are 100. `nil` if it has a fraction or does not fit.
    static func wholeNumber<Integer: FixedWidthInteger>(_ digits: String) -> Integer? {
        guard let decimal = Decimal(digits), decimal.exponent >= 0 else { return nil }
        var value: Integer = 0
        // Zeros behind the digits; that many fit no type, and none is counted where there are no digits.
        guard decimal.exponent <= Integer.bitWidth else { return nil }
        for digit in decimal.digits + Array(repeating: UInt8(ascii: "0"), count: decimal.exponent) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let step = Integer(digit &- UInt8(ascii: "0"))
            let (sum, carry) =
                decimal.isNegative
                ? product.subtractingReportingOverflow(step) : product.addingReportingOverflow(step)
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }

    /// Digits without leading and trailing zeros, and the power of ten they count: equal for equal numbers.
    private struct Decimal: Equatable {
        var isNegative = false
        var digits: [UInt8] = []
        var exponent = 0

        init?(_ text: String) {
            var bytes = Array(text.utf8)[...]
            if bytes.first == UInt8(ascii: "-") {
                isNegative = true
                bytes.removeFirst()
            }
            let mantissa = bytes.prefix { $0 | 0x20 != UInt8(ascii: "e") }
            let power = bytes.dropFirst(mantissa.count + 1)
            if !power.isEmpty {
                // As a narrow type, so that no exponent can make the counting below overflow.
                guard let parsed = Int32(String(decoding: power, as: UTF8.self)) else { return nil }
                exponent = Int(parsed)
            }
            let point = mantissa.firstIndex(of: UInt8(ascii: "."))
            if let point { exponent -= mantissa.endIndex - point - 1 }
            digits = Array(mantissa.filter { $0 != UInt8(ascii: ".") }.drop { $0 == UInt8(ascii: "0") })
            while digits.last == UInt8(ascii: "0") {
                digits.removeLast()
                exponent += 1
            }
            if digits.isEmpty { exponent = 0 }
        }
    }
}

extension ExactNumber: Codable {
    /// For other coders than this package's: what they can tell of a number.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Int64.self) {
            self.init(value)
        } else if let value = try? container.decode(UInt64.self) {
            self.init(value)
        } else if let number = ExactNumber(try container.decode(Double.self)) {
            self = number
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a finite number")
        }
    }

    /// - Throws: `EncodingError` if the number has more digits than the format can carry.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch exactValue {
        case .int(let value)?: try container.encode(value)
        case .uint(let value)?: try container.encode(value)
        case .double(let value)?: try container.encode(value)
        default:
            throw EncodingError.invalidValue(
                self,
                EncodingError.Context(
                    codingPath: encoder.codingPath,
                    debugDescription: "neither a 64-bit integer nor a Double holds this number exactly"))
        }
    }
}
