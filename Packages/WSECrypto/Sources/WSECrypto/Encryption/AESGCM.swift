import CCrypto

/// Sizes of AES-256-GCM (NIST SP 800-38D) as WSE uses it.
enum AESGCM {
    static let tagByteCount = 16

    /// What a sealed message is longer than its plaintext.
    static let overhead = Nonce.byteCount + tagByteCount

    /// libcrypto counts in 32 bits, signed.
    static let maximumPlaintext = Int(Int32.max) - 64
}

/// The sealing half: a context that keeps the expanded key, and is given another nonce for every message.
struct AESGCMSealer: ~Copyable {
    private let context: Owned<CipherContextKind>

    init(key: borrowing SymmetricKey) throws(CryptoError) {
        let context = try Owned<CipherContextKind>.take(EVP_CIPHER_CTX_new(), "no cipher context")
        let (object, algorithm) = (context.object, try Algorithm.aes256GCM.get())
        let result = key.withBytes { bytes in
            bytes.withPointer { pointer, _ in EVP_EncryptInit_ex2(object, algorithm, pointer, nil, nil) }
        }
        try LibCrypto.check(result, "the encryption key was not accepted")
        self.context = context
    }

    /// Seals one message.
    ///
    /// - Parameters:
    ///   - nonce: Never one that this key has sealed with before.
    ///   - output: Room for nonce, ciphertext and tag: ``AESGCM/overhead`` bytes more than the plaintext has. It
    ///     must not overlap with the plaintext.
    mutating func seal(
        _ plaintext: RawSpan, nonce: Nonce, to output: UnsafeMutableRawPointer
    ) throws(CryptoError) {
        guard plaintext.byteCount <= AESGCM.maximumPlaintext else {
            throw CryptoError(.messageTooLarge, "a message of more than \(AESGCM.maximumPlaintext) bytes")
        }
        let context = context.object
        nonce.store(to: output)
        let start = output.assumingMemoryBound(to: UInt8.self)
        let ciphertext = start + Nonce.byteCount
        let result = plaintext.withPointer { plaintext, count -> CInt in
            var written: CInt = 0
            guard EVP_EncryptInit_ex2(context, nil, nil, start, nil) == 1 else { return 0 }
            if count > 0 {
                guard EVP_EncryptUpdate(context, ciphertext, &written, plaintext, CInt(count)) == 1,
                    Int(written) == count
                else { return 0 }
            }
            guard EVP_EncryptFinal_ex(context, ciphertext + count, &written) == 1, written == 0 else {
                return 0
            }
            return wse_gcm_tag(context, ciphertext + count)
        }
        try LibCrypto.check(result, "sealing failed")
    }
}

/// The opening half: a context that keeps the expanded key, and is given another nonce and tag for every message.
struct AESGCMOpener: ~Copyable {
    private let context: Owned<CipherContextKind>

    init(key: borrowing SymmetricKey) throws(CryptoError) {
        let context = try Owned<CipherContextKind>.take(EVP_CIPHER_CTX_new(), "no cipher context")
        let (object, algorithm) = (context.object, try Algorithm.aes256GCM.get())
        let result = key.withBytes { bytes in
            bytes.withPointer { pointer, _ in EVP_DecryptInit_ex2(object, algorithm, pointer, nil, nil) }
        }
        try LibCrypto.check(result, "the decryption key was not accepted")
        self.context = context
    }

    /// Opens one message.
    ///
    /// - Parameters:
    ///   - sealed: Nonce, ciphertext and tag; at least ``AESGCM/overhead`` bytes.
    ///   - output: As long as the plaintext, and not overlapping with `sealed`. Holds nothing of the message after
    ///     an error.
    /// - Throws: ``CryptoError`` with code `authenticationFailed` if the message was not sealed like this under
    ///   this key.
    mutating func open(
        _ sealed: UnsafeRawBufferPointer, to output: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) {
        guard let base = sealed.baseAddress, sealed.count >= AESGCM.overhead else {
            throw CryptoError(.frameTooShort, "a sealed message has at least \(AESGCM.overhead) bytes")
        }
        let count = sealed.count - AESGCM.overhead
        guard count <= AESGCM.maximumPlaintext else {
            throw CryptoError(.messageTooLarge, "a message of more than \(AESGCM.maximumPlaintext) bytes")
        }
        let context = context.object
        let start = base.assumingMemoryBound(to: UInt8.self)
        let ciphertext = start + Nonce.byteCount
        guard output.count == count else {
            throw CryptoError(.outputTooSmall, "room for \(output.count) bytes where \(count) are needed")
        }
        let plaintext = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard EVP_DecryptInit_ex2(context, nil, nil, start, nil) == 1,
            wse_gcm_expect_tag(context, ciphertext + count) == 1
        else { throw LibCrypto.failure("opening did not start") }

        var written: CInt = 0
        let decrypted =
            count == 0 || EVP_DecryptUpdate(context, plaintext, &written, ciphertext, CInt(count)) == 1
        guard decrypted, Int(written) == count, EVP_DecryptFinal_ex(context, plaintext, &written) == 1
        else {
            OPENSSL_cleanse(output.baseAddress, count)
            LibCrypto.forgetReasons()
            throw CryptoError(.authenticationFailed, "the message was not sealed like this under this key")
        }
    }
}
