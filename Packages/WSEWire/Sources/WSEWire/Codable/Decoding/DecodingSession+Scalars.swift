extension DecodingSession {
    /// What kind of value begins at a position.
    enum Kind {
        case null, bool, number, string, binary, ext, array, object
    }

    func kind(at position: Int) -> Kind {
        guard position >= 0 else { return .null }
        guard isJSON else {
            return switch MessagePackHead(base: base, at: position).kind {
            case .null, .invalid: .null
            case .bool: .bool
            case .signed, .unsigned, .float, .double: .number
            case .string: .string
            case .binary: .binary
            case .ext: .ext
            case .array: .array
            case .map: .object
            }
        }
        return switch base[position] {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "n"): .null
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        default: .number
        }
    }

    @inline(__always)
    func isNull(at position: Int) -> Bool {
        guard position >= 0 else { return true }
        return base[position] == (isJSON ? UInt8(ascii: "n") : 0xC0)
    }

    func bool(at position: Int) throws -> Bool {
        guard kind(at: position) == .bool else { throw mismatch(Bool.self, at: position) }
        return base[position] == (isJSON ? UInt8(ascii: "t") : 0xC3)
    }

    @inline(__always)
    func string(at position: Int) throws -> String {
        if isJSON {
            guard position >= 0, base[position] == UInt8(ascii: "\"") else {
                throw mismatch(String.self, at: position)
            }
            return JSONString.string(base: base, openingQuote: position)
        }
        guard kind(at: position) == .string else { throw mismatch(String.self, at: position) }
        var reader = MessagePackReader(base: base, position: position)
        return reader.readString()
    }

    @inline(__always)
    private func isNumber(at position: Int) -> Bool {
        guard isJSON else { return kind(at: position) == .number }
        guard position >= 0 else { return false }
        return base[position] == UInt8(ascii: "-") || base[position] &- UInt8(ascii: "0") < 10
    }

    @inline(__always)
    private func number(at position: Int) -> JSONNumber.Value {
        isJSON
            ? JSONNumber.value(base: base, start: position)
            : MessagePackReader.number(base: base, at: position)
    }

    @inline(__always)
    func integer<Integer: FixedWidthInteger>(at position: Int) throws -> Integer {
        guard isNumber(at: position) else { throw mismatch(Integer.self, at: position) }
        let value: Integer? =
            switch number(at: position) {
            case .int(let value): Integer(exactly: value)
            case .uint(let value): Integer(exactly: value)
            case .double(let value): exactInteger(value, at: position)
            }
        guard let value else { throw doesNotFit(Integer.self, at: position) }
        return value
    }

    /// What is large, or has a fraction or an exponent, was read as a `Double`, which may have rounded it.
    @inline(never)
    private func exactInteger<Integer: FixedWidthInteger>(_ value: Double, at position: Int) -> Integer? {
        if isJSON { return ExactNumber.wholeNumber(JSONNumber.digits(base: base, start: position)) }
        // From 2^53 on a whole Double stands for a range of integers, which the sender did not mean.
        guard value.magnitude < 9_007_199_254_740_992 else { return nil }
        return Integer(exactly: value)
    }

    @inline(__always)
    func double(at position: Int) throws -> Double {
        guard isNumber(at: position) else { throw mismatch(Double.self, at: position) }
        if isJSON {
            let value = JSONNumber.double(base: base, start: position)
            guard value.isFinite else { throw doesNotFit(Double.self, at: position) }
            return value
        }
        return switch MessagePackReader.number(base: base, at: position) {
        case .int(let value): Double(value)
        case .uint(let value): Double(value)
        case .double(let value): value
        }
    }

    func float(at position: Int) throws -> Float {
        guard isNumber(at: position) else { throw mismatch(Float.self, at: position) }
        guard isJSON else {
            let value = try double(at: position)
            guard value.isFinite == Float(value).isFinite else { throw doesNotFit(Float.self, at: position) }
            return Float(value)
        }
        // From the digits and not by way of Double, as rounding twice may end one off.
        guard let value = Float(JSONNumber.digits(base: base, start: position)), value.isFinite else {
            throw doesNotFit(Float.self, at: position)
        }
        return value
    }

    func exactNumber(at position: Int) throws -> ExactNumber {
        guard isNumber(at: position) else { throw mismatch(ExactNumber.self, at: position) }
        let digits =
            isJSON
            ? JSONPayloadFormat.digits(base, at: position)
            : MessagePackPayloadFormat.digits(base, at: position)
        guard let digits else { throw doesNotFit(ExactNumber.self, at: position) }
        return ExactNumber(validated: digits)
    }

    func value(at position: Int) -> WSEValue {
        guard position >= 0 else { return .null }
        return isJSON
            ? JSONPayloadFormat.value(base, at: position)
            : MessagePackPayloadFormat.value(base, at: position)
    }
}
