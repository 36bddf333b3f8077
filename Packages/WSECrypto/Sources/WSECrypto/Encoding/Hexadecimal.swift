/// Bytes as lower-case hexadecimal digits.
public enum Hexadecimal {
    /// Writes two digits for each byte, the high half first.
    public static func encode(_ bytes: RawSpan) -> String {
        bytes.withUnsafeBytes { input in
            String(unsafeUninitializedCapacity: input.count * 2) { output in
                for (index, byte) in input.enumerated() {
                    output[index &* 2] = digit(byte >> 4)
                    output[index &* 2 &+ 1] = digit(byte & 15)
                }
                return input.count &* 2
            }
        }
    }

    /// Writes two digits for each byte, the high half first.
    public static func encode(_ bytes: [UInt8]) -> String {
        bytes.withRawSpan { encode($0) }
    }

    /// Reads an even number of digits `0`–`9` and `a`–`f`; nothing else may be there.
    ///
    /// - Throws: ``CryptoError`` with code `invalidHexadecimal`.
    public static func decode(_ text: String) throws(CryptoError) -> [UInt8] {
        var text = text
        guard let bytes = text.withUTF8({ decode($0) }) else {
            throw CryptoError(.invalidHexadecimal, "not an even number of lower-case hexadecimal digits")
        }
        return bytes
    }

    private static func decode(_ digits: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index &+ 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &- 10 &+ value
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit &- UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit &- UInt8(ascii: "a") &+ 10
        default: nil
        }
    }
}
