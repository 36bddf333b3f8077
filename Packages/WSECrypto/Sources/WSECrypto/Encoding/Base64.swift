/// Base64 (RFC 4648), strict: every array of bytes has exactly one text, and only that text is accepted.
///
/// So no spaces, no line breaks, no digits of the other alphabet, padding where the alphabet asks for it and only
/// there, and unused bits that are zero.
public enum Base64 {
    /// Writes bytes as text.
    public static func encode(_ bytes: RawSpan, _ alphabet: Alphabet = .standard) -> String {
        bytes.withUnsafeBytes { input in
            let whole = input.count / 3
            let rest = input.count % 3
            let count = whole * 4 + (rest == 0 ? 0 : alphabet.isPadded ? 4 : rest + 1)
            return String(unsafeUninitializedCapacity: count) { output in
                for group in 0..<whole {
                    let (start, end) = (group &* 3, group &* 4)
                    let (first, second, third) = (input[start], input[start &+ 1], input[start &+ 2])
                    output[end] = alphabet.digit(first >> 2)
                    output[end &+ 1] = alphabet.digit((first & 3) << 4 | second >> 4)
                    output[end &+ 2] = alphabet.digit((second & 15) << 2 | third >> 6)
                    output[end &+ 3] = alphabet.digit(third & 63)
                }
                guard rest > 0 else { return count }
                let (start, end) = (whole &* 3, whole &* 4)
                let first = input[start]
                let second = rest == 2 ? input[start &+ 1] : 0
                output[end] = alphabet.digit(first >> 2)
                output[end &+ 1] = alphabet.digit((first & 3) << 4 | second >> 4)
                if rest == 2 { output[end &+ 2] = alphabet.digit((second & 15) << 2) }
                for index in (end &+ rest &+ 1)..<count { output[index] = UInt8(ascii: "=") }
                return count
            }
        }
    }

    /// Writes bytes as text.
    public static func encode(_ bytes: [UInt8], _ alphabet: Alphabet = .standard) -> String {
        bytes.withRawSpan { encode($0, alphabet) }
    }

    /// Reads text.
    ///
    /// - Throws: ``CryptoError`` with code `invalidBase64` for anything but the one text of some bytes.
    public static func decode(
        _ text: String, _ alphabet: Alphabet = .standard
    ) throws(CryptoError) -> [UInt8] {
        var text = text
        let result: Result<[UInt8], CryptoError> = text.withUTF8 { digits in
            do throws(CryptoError) {
                return .success(try decode(digits, alphabet))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func decode(
        _ text: UnsafeBufferPointer<UInt8>, _ alphabet: Alphabet
    ) throws(CryptoError) -> [UInt8] {
        var digits = text[...]
        if alphabet.isPadded {
            guard digits.count.isMultiple(of: 4) else {
                throw CryptoError(.invalidBase64, "not a multiple of four characters")
            }
            if digits.last == UInt8(ascii: "=") { digits.removeLast() }
            if digits.last == UInt8(ascii: "=") { digits.removeLast() }
        }
        guard digits.count % 4 != 1 else { throw CryptoError(.invalidBase64, "one character too many") }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for digit in digits {
            guard let value = alphabet.value(digit) else {
                throw CryptoError(.invalidBase64, "a character outside of the alphabet")
            }
            bits = bits << 6 | UInt32(value)
            bitCount &+= 6
            if bitCount >= 8 {
                bitCount &-= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
            }
        }
        guard bits & ((1 << bitCount) &- 1) == 0 else {
            throw CryptoError(.invalidBase64, "unused bits that are not zero")
        }
        return bytes
    }
}
