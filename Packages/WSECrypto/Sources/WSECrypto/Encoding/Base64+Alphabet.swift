extension Base64 {
    /// Which of the alphabets of RFC 4648, and with it whether there is padding.
    public struct Alphabet: Sendable, Hashable {
        /// The digits for 62 and 63.
        let last: (UInt8, UInt8)
        let isPadded: Bool

        /// Section 4, with `+` and `/`, padded with `=` to a multiple of four.
        public static let standard = Alphabet(
            last: (UInt8(ascii: "+"), UInt8(ascii: "/")), isPadded: true)
        /// Section 5, with `-` and `_`, never padded, as JSON Web Tokens have it (RFC 7515).
        public static let urlSafe = Alphabet(
            last: (UInt8(ascii: "-"), UInt8(ascii: "_")), isPadded: false)

        public static func == (first: Alphabet, second: Alphabet) -> Bool {
            first.isPadded == second.isPadded
        }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(isPadded)
        }

        func digit(_ value: UInt8) -> UInt8 {
            switch value {
            case 0..<26: UInt8(ascii: "A") &+ value
            case 26..<52: UInt8(ascii: "a") &+ (value &- 26)
            case 52..<62: UInt8(ascii: "0") &+ (value &- 52)
            case 62: last.0
            default: last.1
            }
        }

        func value(_ digit: UInt8) -> UInt8? {
            switch digit {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit &- UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): digit &- UInt8(ascii: "a") &+ 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit &- UInt8(ascii: "0") &+ 52
            case last.0: 62
            case last.1: 63
            default: nil
            }
        }
    }
}
