/// Base64 with padding (RFC 4648 section 4).
enum Base64 {
    /// What is no base64, and at which byte of the text.
    struct Failure: Error {
        let message: String
        let byteOffset: Int
    }

    static func decode(_ text: Substring.UTF8View) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var (bits, digits, padding): (UInt32, Int, Int) = (0, 0, 0)
        for (offset, character) in text.enumerated() {
            if character == UInt8(ascii: "="), digits % 4 + padding > 1, digits % 4 + padding < 4 {
                padding += 1
                continue
            }
            guard padding == 0, let digit = digit(character) else {
                throw Failure(message: "no base64", byteOffset: offset)
            }
            bits = bits << 6 | digit
            digits += 1
            // Each digit but the first of four completes a byte.
            let spare = UInt32(6 - 2 * ((digits - 1) % 4))
            if spare < 6 { bytes.append(UInt8(truncatingIfNeeded: bits >> spare)) }
        }
        guard (digits + padding) % 4 == 0 else {
            throw Failure(message: "base64 that breaks off", byteOffset: text.count)
        }
        return bytes
    }

    private static func digit(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
