internal import WSECrypto

/// How a frame's bytes stand in a text.
public enum ByteForm: String, Sendable, CaseIterable {
    /// Two digits a byte; blanks, line ends and colons between them do not matter.
    case hex
    /// Of either alphabet, padded or not.
    case base64
    /// The bytes themselves.
    case raw

    /// Finds out how a frame is given.
    ///
    /// A frame holds a brace, bytes beyond ASCII, or a colon behind a letter, so text of nothing but hexadecimal digits, in
    /// pairs where colons are between them, is hex, and text of base64's alphabet is that. Only base64 of nothing but `0`-`9`, `a`-`f`, `A`-`F`, which a very short frame might be by
    /// chance, would be taken for hex.
    static func guess(_ bytes: some Sequence<UInt8>) -> ByteForm {
        var (isHex, isBase64, digits, digitsBeforeColon) = (true, true, 0, 0)
        for byte in bytes {
            if isBlank(byte) { continue }
            if byte == colon {
                // Between whole bytes; behind a single digit it is the mark of a frame.
                isHex = isHex && digitsBeforeColon > 0 && digitsBeforeColon.isMultiple(of: 2)
                (isBase64, digitsBeforeColon) = (false, 0)
                continue
            }
            digits += 1
            digitsBeforeColon += 1
            isHex = isHex && Self.isHexadecimal(byte)
            isBase64 = isBase64 && Self.isBase64(byte)
        }
        if digits == 0 { return .raw }
        if isHex, digits.isMultiple(of: 2) { return .hex }
        return isBase64 ? .base64 : .raw
    }

    /// The bytes of a frame.
    ///
    /// - Parameter trimsLineEnd: Whether a line end behind raw text is the shell's and not the frame's.
    /// - Throws: ``ToolError`` with status `failure` that names the byte of the text that is wrong, counted from 0.
    func decode(_ text: [UInt8], trimsLineEnd: Bool = true) throws(ToolError) -> [UInt8] {
        switch self {
        case .raw:
            // Only behind text, so that no byte of a binary frame is lost.
            guard trimsLineEnd, let first = text.first, "{WSUP".utf8.contains(first) else { return text }
            var frame = text[...]
            if frame.last == 0x0A { frame.removeLast() }
            if frame.last == 0x0D { frame.removeLast() }
            return Array(frame)
        case .hex:
            let isLayout: (UInt8) -> Bool = { Self.isBlank($0) || $0 == Self.colon }
            if let wrong = text.firstIndex(where: { !(isLayout($0) || Self.isHexadecimal($0)) }) {
                throw ToolError(.failure, "the input is not hexadecimal at byte \(wrong)")
            }
            let digits = text.filter { !isLayout($0) }
            do {
                return try Hexadecimal.decode(String(decoding: digits, as: UTF8.self).lowercased())
            } catch {
                throw ToolError(.failure, "the input ends within a hexadecimal byte, at byte \(text.count)")
            }
        case .base64:
            if let wrong = text.firstIndex(where: { !(Self.isBlank($0) || Self.isBase64($0)) }) {
                throw ToolError(.failure, "the input is not base64 at byte \(wrong)")
            }
            var digits = text.compactMap { byte -> UInt8? in
                switch byte {
                case UInt8(ascii: "-"): UInt8(ascii: "+")
                case UInt8(ascii: "_"): UInt8(ascii: "/")
                case let byte where Self.isBlank(byte): nil
                default: byte
                }
            }
            while !digits.count.isMultiple(of: 4) { digits.append(UInt8(ascii: "=")) }
            do {
                return try Base64.decode(String(decoding: digits, as: UTF8.self))
            } catch {
                throw ToolError(
                    .failure,
                    "the input is not base64: its digits or its padding end wrongly, at byte \(text.count)")
            }
        }
    }

    func encode(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .raw: bytes
        case .hex: Array((Hexadecimal.encode(bytes) + "\n").utf8)
        case .base64: Array((Base64.encode(bytes) + "\n").utf8)
        }
    }

    private static let colon = UInt8(ascii: ":")

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "/"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "="):
            true
        default: false
        }
    }
}
