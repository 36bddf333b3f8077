/// A key that the application gives to both sides, to sign payloads with and to verify them.
///
/// A class, so that a configuration, which is copied freely, can hold it while the key itself exists once. It cannot
/// be printed, shows nothing to reflection, and is wiped when released.
public final class SigningKey: Sendable, CustomReflectable {
    private let bytes: SecretBytes

    /// Copies the key; wiping the original is the caller's duty.
    ///
    /// - Parameter bytes: 32 random bytes are best. Fewer make signatures easier to forge, more do not help.
    /// - Throws: ``CryptoError`` with code `invalidKeyLength` if there are none.
    public convenience init(copying bytes: RawSpan) throws(CryptoError) {
        try self.init(SecretBytes(copying: bytes))
    }

    /// Copies the key; see ``init(copying:)-(RawSpan)``.
    public convenience init(copying bytes: [UInt8]) throws(CryptoError) {
        var secret = SecretBytes(zeroes: bytes.count)
        secret.withMutableBytes { $0.copyBytes(from: bytes) }
        try self.init(secret)
    }

    private init(_ bytes: consuming SecretBytes) throws(CryptoError) {
        guard bytes.byteCount > 0 else {
            throw CryptoError(.invalidKeyLength, "a signing key must not be empty")
        }
        self.bytes = bytes
    }

    /// Empty: keys are not for reflection.
    public var customMirror: Mirror { Mirror(self, children: []) }

    func makeContext() throws(CryptoError) -> HMACContext {
        try bytes.withBytes { (key) throws(CryptoError) in try HMACContext(key: key) }
    }
}
