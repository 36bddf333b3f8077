internal import WSECrypto

/// A file with certificates in PEM, looked at before anything is connected, so that a wrong one is told as such and not as
/// a server that nobody vouches for.
struct CertificateFile {
    let bytes: [UInt8]

    private static let begin = "-----BEGIN CERTIFICATE-----"
    private static let end = "-----END CERTIFICATE-----"

    /// - Throws: ``ToolError`` with status `noInput` if it cannot be read, and `dataError` if it holds anything else.
    init(_ path: String) throws(ToolError) {
        bytes = try InputFile.path(path).read()
        let text = String(decoding: bytes, as: UTF8.self)
        func wrong(_ reason: String) -> ToolError {
            ToolError(
                .dataError, "\(path) holds no certificates in PEM: \(reason)",
                advice:
                    "--ca wants a file with \(Self.begin); openssl x509 -inform der makes one of a DER file")
        }
        let blocks = text.split(separator: Self.begin, omittingEmptySubsequences: false).dropFirst()
        guard !blocks.isEmpty else { throw wrong("nothing in it begins one") }
        for (index, block) in blocks.enumerated() {
            let parts = block.split(separator: Self.end, maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw wrong("number \(index + 1) does not end") }
            let digits = parts[0].filter { !$0.isWhitespace }
            guard let der = try? Base64.decode(digits), Self.isSequence(der) else {
                throw wrong("number \(index + 1) is damaged")
            }
        }
    }

    /// Whether DER holds one SEQUENCE and nothing behind it (X.690 section 8.1), as a certificate that is whole does.
    private static func isSequence(_ der: [UInt8]) -> Bool {
        guard der.count > 4, der[0] == 0x30 else { return false }
        guard der[1] & 0x80 != 0 else { return der.count == Int(der[1]) + 2 }
        let lengthBytes = Int(der[1] & 0x7F)
        guard (1...4).contains(lengthBytes), der.count > 2 + lengthBytes else { return false }
        let length = der[2..<2 + lengthBytes].reduce(0) { $0 << 8 | Int($1) }
        return der.count == length + 2 + lengthBytes
    }
}
