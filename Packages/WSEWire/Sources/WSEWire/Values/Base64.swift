/// Standard base64 with padding (RFC 4648 section 4), for binary values in JSON.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ source: [UInt8], into target: inout [UInt8]) {
        var index = 0
        while index < source.count {
            let remaining = source.count - index
            let first = UInt32(source[index])
            let second = remaining > 1 ? UInt32(source[index + 1]) : 0
            let third = remaining > 2 ? UInt32(source[index + 2]) : 0
            let group = first << 16 | second << 8 | third
            target.append(alphabet[Int(group >> 18)])
            target.append(alphabet[Int(group >> 12 & 63)])
            target.append(remaining > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            target.append(remaining > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
            index += 3
        }
    }
}

extension Base64 {
    static func text(_ source: [UInt8]) -> String {
        var bytes: [UInt8] = []
        encode(source, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
