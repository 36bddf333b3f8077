/// A signature taken apart, and what its code is made over.
enum Signature {
    case timestamped(Timestamped)
    case plain(code: [UInt8])

    struct Timestamped {
        let hash: [UInt8]
        let unixSeconds: Int64
        let nonce: [UInt8]
        let code: [UInt8]
    }

    static let nonceByteCount = 16
    /// 15 digits: past the year 30,000,000, and far from where sums of seconds overflow.
    static let latestTime: Int64 = 999_999_999_999_999

    /// - Throws: ``CryptoError`` with code `malformedSignature` for anything but the one text of a signature.
    init(_ text: String) throws(CryptoError) {
        // Far beyond any signature, so that nobody makes this copy megabytes.
        guard text.utf8.count <= 256 else { throw Self.malformed }
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        switch parts.count {
        case 1:
            self = .plain(code: try Self.bytes(parts[0], count: SHA256Digest.byteCount))
        case 4:
            self = .timestamped(
                Timestamped(
                    hash: try Self.bytes(parts[0], count: SHA256Digest.byteCount),
                    unixSeconds: try Self.seconds(parts[1]),
                    nonce: try Self.bytes(parts[2], count: Self.nonceByteCount),
                    code: try Self.bytes(parts[3], count: SHA256Digest.byteCount)))
        default: throw Self.malformed
        }
    }

    /// What the code of a timestamped signature authenticates: `hash:seconds:nonce`.
    ///
    /// The plain form authenticates a hash alone, so that no signature of one form passes for one of the other.
    static func message(hash: String, unixSeconds: Int64, nonce: [UInt8]) -> String {
        "\(hash):\(unixSeconds):\(Hexadecimal.encode(nonce))"
    }

    private static func bytes(_ digits: Substring.UTF8View, count: Int) throws(CryptoError) -> [UInt8] {
        guard digits.count == count * 2, let bytes = try? Hexadecimal.decode(String(Substring(digits))) else {
            throw malformed
        }
        return bytes
    }

    private static func seconds(_ digits: Substring.UTF8View) throws(CryptoError) -> Int64 {
        let isCanonical = digits.first != UInt8(ascii: "0") || digits.count == 1
        guard isCanonical, digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let seconds = Int64(Substring(digits)), seconds <= latestTime
        else { throw malformed }
        return seconds
    }

    private static let malformed = CryptoError(.malformedSignature, "neither form of a signature")
}
