/// A 256-bit key. It cannot be copied or printed, and is wiped when released.
public struct SymmetricKey: ~Copyable, Sendable {
    /// How many bytes a key has.
    public static let byteCount = 32

    private let bytes: SecretBytes

    /// Copies a key that came from elsewhere; wiping the original is the caller's duty.
    ///
    /// - Throws: ``CryptoError`` with code `invalidKeyLength` unless there are 32 bytes.
    public init(copying bytes: RawSpan) throws(CryptoError) {
        guard bytes.byteCount == Self.byteCount else {
            throw CryptoError(.invalidKeyLength, "a key has 32 bytes, not \(bytes.byteCount)")
        }
        self.bytes = SecretBytes(copying: bytes)
    }

    init(derivingWith derive: (UnsafeMutableRawBufferPointer) throws(CryptoError) -> Void) throws(CryptoError)
    {
        var bytes = SecretBytes(zeroes: Self.byteCount)
        try bytes.withMutableBytes(derive)
        self.bytes = bytes
    }

    /// Lends the key. What is copied out of it is the caller's to wipe.
    public func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withBytes(body)
    }
}
