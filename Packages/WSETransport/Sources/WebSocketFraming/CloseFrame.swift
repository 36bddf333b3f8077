/// The payload of a close frame (RFC 6455 section 5.5.1).
public enum CloseFrame {
    /// The longest reason in bytes.
    public static let maximumReason = 123

    /// Whether a close frame may hold `code` (section 7.4, and the registry it founds).
    public static func isSendable(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    /// Checks a received payload and returns its code, `nil` if it is empty.
    static func check(_ bytes: RawSpan, at offset: Int, count: Int) throws(FrameViolation) -> UInt16? {
        guard count > 0 else { return nil }
        guard count >= 2 else { throw .truncatedCloseCode }
        let code = UInt16(bytes.byte(at: offset)) << 8 | UInt16(bytes.byte(at: offset + 1))
        guard isSendable(code) else { throw .invalidCloseCode(code) }
        guard UTF8Validator.isValid(bytes, from: offset + 2, to: offset + count) else {
            throw .invalidReasonEncoding
        }
        return code
    }

    /// A payload to send; the reason is cut at a character boundary if it is too long.
    public static func payload(code: UInt16, reason: String) -> [UInt8] {
        var bytes = [UInt8(code >> 8), UInt8(code & 0xFF)]
        for scalar in reason.unicodeScalars {
            let encoded = UTF8.encode(scalar).map(Array.init) ?? []
            guard bytes.count + encoded.count <= 2 + maximumReason else { break }
            bytes += encoded
        }
        return bytes
    }
}
