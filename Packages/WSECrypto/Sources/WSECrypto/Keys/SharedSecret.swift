/// What two parties agreed on: the x-coordinate of an ECDH point. Not a key yet; ``key(_:)`` makes one of it.
///
/// It cannot be copied or printed, and is wiped when released.
public struct SharedSecret: ~Copyable, Sendable {
    /// How many bytes the x-coordinate has.
    public static let byteCount = 32

    private let bytes: SecretBytes

    init(_ bytes: consuming SecretBytes) {
        self.bytes = bytes
    }

    /// Derives the key of a session (PROTOCOL section 9).
    ///
    /// - Throws: ``CryptoError`` with code `libraryFailure`.
    public func key(_ derivation: KeyDerivation) throws(CryptoError) -> SymmetricKey {
        try SymmetricKey { (output) throws(CryptoError) in
            try bytes.withBytes { (secret) throws(CryptoError) in
                try derivation.salt.withRawSpan { (salt) throws(CryptoError) in
                    try derivation.info.withRawSpan { (info) throws(CryptoError) in
                        try HKDFSHA256.derive(from: secret, salt: salt, info: info, into: output)
                    }
                }
            }
        }
    }

    /// Lends the secret. What is copied out of it is the caller's to wipe.
    public func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withBytes(body)
    }
}
