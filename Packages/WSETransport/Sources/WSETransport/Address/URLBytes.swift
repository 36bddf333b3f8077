// Which bytes may stand where in a URL (RFC 3986).

extension UInt8 {
    static let slash = UInt8(ascii: "/")
    static let question = UInt8(ascii: "?")
    static let hash = UInt8(ascii: "#")

    var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    var hexValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    var isHexDigit: Bool { hexValue != nil }

    /// Letters, digits, hyphen and dot; the underscore too, as container networks hand such names out.
    var isHostNameByte: Bool {
        isLetterOrDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: ".") || self == UInt8(ascii: "_")
    }

    /// `unreserved` of RFC 3986 section 2.3.
    var isUnreserved: Bool { isHostNameByte || self == UInt8(ascii: "~") }

    var mayStandInPathAndQuery: Bool {
        switch self {
        case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"),
            UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            false
        default: self > 0x20 && self < 0x7f
        }
    }
}

extension [UInt8] {
    mutating func append(percentEncoded byte: UInt8) {
        let digits = Array("0123456789ABCDEF".utf8)
        append(contentsOf: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }

    mutating func append(percentEncoding text: String) {
        for byte in text.utf8 {
            if byte.isUnreserved { append(byte) } else { append(percentEncoded: byte) }
        }
    }
}
