/// Reads numbers out of text that a ``JSONScanner`` has validated.
enum JSONNumber {
    enum Value: Equatable {
        case int(Int64)
        case uint(UInt64)
        case double(Double)
    }

    /// The index behind the number that begins at `start`.
    @inline(__always)
    static func end(base: UnsafePointer<UInt8>, start: Int) -> Int {
        var index = start
        while true {
            switch base[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
                UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                index &+= 1
            default: return index
            }
        }
    }

    /// The number as it is written.
    static func digits(base: UnsafePointer<UInt8>, start: Int) -> String {
        let count = end(base: base, start: start) &- start
        return String(decoding: UnsafeRawBufferPointer(start: base + start, count: count), as: UTF8.self)
    }

    /// An integer exactly while it fits 64 bits; what is larger, or has a fraction or an exponent, as the nearest
    /// `Double`.
    static func value(base: UnsafePointer<UInt8>, start: Int) -> Value {
        let isNegative = base[start] == UInt8(ascii: "-")
        let first = isNegative ? start &+ 1 : start
        let (magnitude, end) = integer(base: base, start: first)
        if let magnitude {
            switch base[end] {
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): break
            default:
                if !isNegative {
                    return magnitude <= UInt64(Int64.max) ? .int(Int64(magnitude)) : .uint(magnitude)
                }
                if magnitude <= UInt64(Int64.max) &+ 1 {
                    return .int(Int64(truncatingIfNeeded: 0 &- magnitude))
                }
            }
        }
        return .double(double(base: base, start: start))
    }

    /// The run of digits at `start`, `nil` if it exceeds 64 bits, and the index behind it.
    @inline(__always)
    static func integer(base: UnsafePointer<UInt8>, start: Int) -> (magnitude: UInt64?, end: Int) {
        var magnitude: UInt64 = 0
        var index = start
        while true {
            let digit = base[index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            magnitude = magnitude &* 10 &+ UInt64(digit)
            index &+= 1
        }
        // 19 digits always fit.
        return (index &- start <= 19 ? magnitude : long(base: base, start: start), index)
    }

    /// The same for more than 19 digits.
    @inline(never)
    private static func long(base: UnsafePointer<UInt8>, start: Int) -> UInt64? {
        var magnitude: UInt64 = 0
        var index = start
        while true {
            let digit = base[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return magnitude }
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            if overflow || carry { return nil }
            magnitude = sum
            index &+= 1
        }
    }

    /// Powers of ten that a `Double` holds exactly.
    private static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18,
        1e19, 1e20, 1e21, 1e22,
    ]

    /// The nearest `Double`; beyond the largest it is infinite, as the text is legal JSON all the same.
    static func double(base: UnsafePointer<UInt8>, start: Int) -> Double {
        exactDouble(base: base, start: start) ?? Double(digits(base: base, start: start)) ?? .nan
    }

    /// Clinger's fast path: at most 2^53 times or by a power of ten up to 10^22 rounds only once.
    private static func exactDouble(base: UnsafePointer<UInt8>, start: Int) -> Double? {
        var index = start
        let isNegative = base[index] == UInt8(ascii: "-")
        if isNegative { index &+= 1 }
        var mantissa: UInt64 = 0
        var digits = 0
        var scale = 0
        var seenPoint = false
        while true {
            let byte = base[index]
            let digit = byte &- UInt8(ascii: "0")
            if digit < 10 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
                digits &+= 1
                if seenPoint { scale &-= 1 }
            } else if byte == UInt8(ascii: "."), !seenPoint {
                seenPoint = true
            } else {
                break
            }
            index &+= 1
        }
        guard digits <= 19, mantissa <= 1 << 53 else { return nil }
        if base[index] | 0x20 == UInt8(ascii: "e") {
            index &+= 1
            let negativeExponent = base[index] == UInt8(ascii: "-")
            if negativeExponent || base[index] == UInt8(ascii: "+") { index &+= 1 }
            guard let exponent = integer(base: base, start: index).magnitude, exponent < 1_000 else {
                return nil
            }
            scale &+= negativeExponent ? -Int(exponent) : Int(exponent)
        }
        guard (-22...22).contains(scale) else { return nil }
        let whole = Double(mantissa)
        let value = scale < 0 ? whole / exactPowers[-scale] : whole * exactPowers[scale]
        return isNegative ? -value : value
    }
}
