import CCrypto

/// A keyed HMAC-SHA256 that can authenticate one message after the other.
struct HMACContext: ~Copyable {
    private let context: Owned<MACContextKind>

    /// - Throws: ``CryptoError`` with code `invalidKeyLength` for an empty key, `libraryFailure`.
    init(key: RawSpan) throws(CryptoError) {
        guard key.byteCount > 0 else { throw CryptoError(.invalidKeyLength, "an HMAC key must not be empty") }
        let context = try Owned<MACContextKind>.take(
            EVP_MAC_CTX_new(try Algorithm.hmac.get()), "no HMAC context")
        let object = context.object
        let result = key.withPointer { pointer, count in wse_hmac_sha256_init(object, pointer, count) }
        try LibCrypto.check(result, "the HMAC key was not accepted")
        self.context = context
    }

    mutating func code(for message: RawSpan) throws(CryptoError) -> SHA256Digest {
        // Starts anew with the key it has.
        let context = context.object
        try LibCrypto.check(EVP_MAC_init(context, nil, 0, nil), "HMAC did not start")
        let updated = message.withPointer { pointer, count in EVP_MAC_update(context, pointer, count) }
        try LibCrypto.check(updated, "HMAC failed")
        return try SHA256Digest { (output) throws(CryptoError) in
            var count = 0
            let result = EVP_MAC_final(
                context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), &count, output.count)
            try LibCrypto.check(result, "HMAC did not finish")
            guard count == SHA256Digest.byteCount else {
                throw CryptoError(.libraryFailure, "HMAC gave a code of another length")
            }
        }
    }
}
