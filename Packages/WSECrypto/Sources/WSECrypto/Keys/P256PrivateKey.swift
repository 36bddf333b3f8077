import CCrypto

/// A P-256 private key with its public key. It cannot be copied or printed, and is wiped when released.
public struct P256PrivateKey: ~Copyable, Sendable {
    /// How many bytes the secret number has.
    public static let byteCount = 32

    /// The public half, for the peer.
    public let publicKey: P256PublicKey

    private let key: Owned<KeyKind>

    /// Makes a fresh key.
    ///
    /// - Throws: ``CryptoError`` with code `libraryFailure`.
    public init() throws(CryptoError) {
        try self.init(key: Owned<KeyKind>.take(wse_p256_generate(), "no key pair"))
    }

    /// Takes the secret number of a key, most significant byte first, and works out the public half. Wiping the
    /// original is the caller's duty.
    ///
    /// - Throws: ``CryptoError`` with code `invalidKeyLength` unless there are 32 bytes, `invalidPrivateKey` for 0
    ///   and for numbers that are not below the order of the curve, `libraryFailure`.
    public init(scalar: RawSpan) throws(CryptoError) {
        guard scalar.byteCount == Self.byteCount else {
            throw CryptoError(.invalidKeyLength, "a private key has 32 bytes, not \(scalar.byteCount)")
        }
        LibCrypto.forgetReasons()
        let key = try Owned<KeyKind>.take(
            Self.decode(scalar), "not a private key of P-256", code: .invalidPrivateKey)
        let check = try Owned<KeyContextKind>.take(
            EVP_PKEY_CTX_new_from_pkey(nil, key.object, nil), "no context for a private key")
        try LibCrypto.check(
            EVP_PKEY_private_check(check.object), "not a private key of P-256", code: .invalidPrivateKey)
        try self.init(key: key)
    }

    private init(key: consuming Owned<KeyKind>) throws(CryptoError) {
        let object = key.object
        var point = [UInt8](repeating: 0, count: P256PublicKey.byteCount)
        let result = point.withUnsafeMutableBytes { buffer in
            var count = 0
            return wse_p256_point(object, buffer.baseAddress, buffer.count, &count)
        }
        try LibCrypto.check(result, "no public key of a private key")
        publicKey = try P256PublicKey(sec1: point)
        self.key = key
    }

    /// Agrees with the owner of `peer` on a secret (ECDH, SP 800-56A).
    ///
    /// - Throws: ``CryptoError`` with code `ownPublicKey` if the peer presents this key's own public half: then
    ///   somebody sends back what was sent. `libraryFailure`.
    public func sharedSecret(with peer: P256PublicKey) throws(CryptoError) -> SharedSecret {
        guard peer != publicKey else {
            throw CryptoError(.ownPublicKey, "the peer presents this side's own public key")
        }
        let peerKey = try peer.libcryptoKey()
        let context = try Owned<KeyContextKind>.take(
            EVP_PKEY_CTX_new_from_pkey(nil, key.object, nil), "no context for the key agreement")
        let object = context.object
        try LibCrypto.check(EVP_PKEY_derive_init(object), "the key agreement did not start")
        // Without another check of the point: making a key of it was one.
        try LibCrypto.check(
            EVP_PKEY_derive_set_peer_ex(object, peerKey.object, 0), "the key agreement refused the peer's key"
        )

        var secret = SecretBytes(zeroes: SharedSecret.byteCount)
        try secret.withMutableBytes { (buffer) throws(CryptoError) in
            var count = buffer.count
            let result = EVP_PKEY_derive(
                object, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), &count)
            try LibCrypto.check(result, "the key agreement failed")
            guard count == buffer.count else {
                throw CryptoError(.libraryFailure, "the key agreement gave a secret of another length")
            }
        }
        return SharedSecret(secret)
    }

    /// Lets libcrypto read the number as the private key of an `ECPrivateKey` (RFC 5915) without a public half,
    /// which it then works out. Its function for bare numbers does not do that.
    private static func decode(_ scalar: RawSpan) -> OpaquePointer? {
        let head: [UInt8] = [0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20]
        let tail: [UInt8] = [0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]
        var document = SecretBytes(zeroes: head.count + byteCount + tail.count)
        return document.withMutableBytes { buffer in
            UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(head.count)).copyBytes(from: head)
            UnsafeMutableRawBufferPointer(rebasing: buffer.suffix(tail.count)).copyBytes(from: tail)
            scalar.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: buffer[head.count...]).copyMemory(from: $0)
            }
            var start = UnsafePointer(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self))
            return d2i_PrivateKey_ex(EVP_PKEY_EC, nil, &start, buffer.count, nil, nil)
        }
    }
}
