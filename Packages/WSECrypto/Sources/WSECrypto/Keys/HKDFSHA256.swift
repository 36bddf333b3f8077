import CCrypto

/// HKDF-SHA256, extract and expand (RFC 5869).
public enum HKDFSHA256 {
    /// The most bytes that one derivation gives.
    public static let maximumOutput = 255 * SHA256Digest.byteCount

    /// Fills `output` with key material.
    ///
    /// - Parameters:
    ///   - inputKey: The secret to derive from, at least one byte.
    ///   - salt: May be empty, which is the same as 32 zero bytes.
    ///   - info: What the key is for; may be empty.
    ///   - output: From 1 to ``maximumOutput`` bytes, all of which are overwritten.
    /// - Throws: ``CryptoError`` with code `invalidKeyLength` for an input or output of another length,
    ///   `libraryFailure`.
    public static func derive(
        from inputKey: RawSpan, salt: RawSpan, info: RawSpan, into output: inout MutableRawSpan
    ) throws(CryptoError) {
        let result: Result<Void, CryptoError> = output.withUnsafeMutableBytes { buffer in
            do throws(CryptoError) {
                return .success(try derive(from: inputKey, salt: salt, info: info, into: buffer))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    static func derive(
        from inputKey: RawSpan, salt: RawSpan, info: RawSpan, into output: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) {
        guard inputKey.byteCount > 0 else {
            throw CryptoError(.invalidKeyLength, "nothing to derive a key from")
        }
        guard 1...maximumOutput ~= output.count else {
            throw CryptoError(.invalidKeyLength, "HKDF-SHA256 gives 1 to \(maximumOutput) bytes")
        }
        let context = try Owned<KDFContextKind>.take(
            EVP_KDF_CTX_new(try Algorithm.hkdf.get()), "no HKDF context")
        let object = context.object
        let result = inputKey.withPointer { inputKey, inputCount in
            salt.withPointer { salt, saltCount in
                info.withPointer { info, infoCount in
                    wse_hkdf_sha256(
                        object, inputKey, inputCount, salt, saltCount, info, infoCount,
                        output.baseAddress, output.count)
                }
            }
        }
        try LibCrypto.check(result, "no key could be derived")
    }
}
