import WSEWire

/// Reproducible randomness (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension SeededGenerator {
    mutating func string() -> String {
        let alphabets: [ClosedRange<UInt32>] = [
            0x20...0x7E, 0x00...0x1F, 0x80...0x7FF, 0x800...0xFFFD, 0x10000...0x10FFFF,
        ]
        let alphabet = alphabets.randomElement(using: &self) ?? 0x20...0x7E
        let length = [0, 1, 7, 8, 9, 15, 16, 31, 32, 40, 255, 256].randomElement(using: &self) ?? 0
        var text = ""
        for _ in 0..<Int.random(in: 0...length, using: &self) {
            let range = Bool.random(using: &self) ? alphabet : 0x20...0x7E
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    mutating func integer() -> Int64 {
        Int64(truncatingIfNeeded: next()) >> Int64.random(in: 0...63, using: &self)
    }

    mutating func double() -> Double {
        switch Int.random(in: 0..<4, using: &self) {
        case 0: Double(integer()) / 1_000
        case 1: Double.random(in: -1...1, using: &self)
        case 2: Double(Int16.random(in: .min ... .max, using: &self))
        default: finiteDouble()
        }
    }

    private mutating func finiteDouble() -> Double {
        let value = Double(bitPattern: next())
        return value.isFinite ? value : 0.5
    }

    /// - Parameter json: Only what JSON can carry.
    mutating func value(depth: Int = 4, json: Bool) -> WSEValue {
        switch Int.random(in: 0..<(depth > 0 ? 12 : 8), using: &self) {
        case 0: .null
        case 1: .bool(.random(using: &self))
        case 2, 3: .int(integer())
        case 4: .uint(UInt64(Int64.max) + 1 + (next() >> 1))
        case 5: .double(double())
        case 6: .string(string())
        case 7: json ? .string("") : exotic()
        case 8, 9:
            .array(
                (0..<Int.random(in: 0...20, using: &self)).map { _ in value(depth: depth - 1, json: json) })
        default:
            .object(
                Dictionary(
                    (0..<Int.random(in: 0...20, using: &self)).map { _ in
                        (string(), value(depth: depth - 1, json: json))
                    },
                    uniquingKeysWith: { $1 }))
        }
    }

    private mutating func exotic() -> WSEValue {
        let bytes = (0..<Int.random(in: 0...300, using: &self)).map { _ in
            UInt8.random(in: 0...255, using: &self)
        }
        return switch Int.random(in: 0..<4, using: &self) {
        case 0: .binary(bytes)
        case 1: .ext(type: Int8.random(in: -128...127, using: &self), data: bytes)
        case 2: .double([Double.infinity, -.infinity, -0.0].randomElement(using: &self) ?? 0)
        default:
            WSEValue(
                MessagePackTimestamp(
                    seconds: integer(), nanoseconds: UInt32.random(in: 0..<1_000_000_000, using: &self)))
        }
    }
}
