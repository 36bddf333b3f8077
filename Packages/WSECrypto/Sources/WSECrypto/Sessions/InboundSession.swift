import CCrypto

/// The receiving half of a session: what may be opened, and opening it.
struct InboundSession: ~Copyable {
    private var opener: AESGCMOpener
    private var nonces: NonceGuard
    private(set) var remaining: UInt64

    init(
        key: borrowing SymmetricKey, nonces: consuming NonceGuard, limit: UInt64
    ) throws(CryptoError) {
        opener = try AESGCMOpener(key: key)
        self.nonces = nonces
        remaining = limit
    }

    /// - Parameters:
    ///   - sealed: Nonce, ciphertext and tag.
    ///   - output: As long as the plaintext. Holds nothing of the message after an error.
    ///   - admit: Asked once the message is authentic; may refuse its nonce by throwing.
    mutating func open(
        _ sealed: UnsafeRawBufferPointer, to output: UnsafeMutableRawBufferPointer,
        admit: (Nonce) throws(CryptoError) -> Void
    ) throws(CryptoError) {
        guard let base = sealed.baseAddress, sealed.count >= AESGCM.overhead else {
            throw CryptoError(
                .frameTooShort, "a sealed message has at least \(AESGCM.overhead) bytes, not \(sealed.count)")
        }
        guard remaining > 0 else {
            throw CryptoError(.messageLimitReached, "this key has opened as many messages as it may")
        }
        let nonce = Nonce(at: base)
        try nonces.check(nonce)
        try opener.open(sealed, to: output)
        // Nothing before this line may change the state: until here anybody could have made the message.
        do throws(CryptoError) {
            try admit(nonce)
        } catch {
            OPENSSL_cleanse(output.baseAddress, output.count)
            throw error
        }
        nonces.accept(nonce)
        remaining -= 1
    }
}
