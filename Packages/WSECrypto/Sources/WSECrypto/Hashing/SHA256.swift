import CCrypto

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
    /// Hashes a message that is complete.
    ///
    /// - Throws: ``CryptoError`` with code `libraryFailure`.
    public static func digest(of bytes: RawSpan) throws(CryptoError) -> SHA256Digest {
        let algorithm = try Algorithm.sha256.get()
        return try SHA256Digest { (output) throws(CryptoError) in
            let result = bytes.withPointer { pointer, count in
                EVP_Digest(
                    pointer, count, output.baseAddress?.assumingMemoryBound(to: UInt8.self), nil, algorithm,
                    nil)
            }
            try LibCrypto.check(result, "hashing failed")
        }
    }

    /// Hashes a message that is complete; see ``digest(of:)-(RawSpan)``.
    public static func digest(of bytes: [UInt8]) throws(CryptoError) -> SHA256Digest {
        try bytes.withRawSpan { (span) throws(CryptoError) in try digest(of: span) }
    }
}
