import CCrypto

/// A kind of libcrypto object that must be released.
protocol ReleasableKind {
    /// Frees the object; libcrypto wipes the key material in it.
    static func release(_ object: OpaquePointer)
}

/// The only reference to an object of libcrypto, released with its owner.
///
/// `@unchecked Sendable`: it cannot be copied, so no two threads use the object at once unless they share the
/// owner, and then a `Mutex` or an immutable use that libcrypto allows (openssl-threads(7)) is the owner's duty.
/// None of the objects held this way is tied to the thread that made it.
struct Owned<Kind: ReleasableKind>: ~Copyable, @unchecked Sendable {
    let object: OpaquePointer

    private init(_ object: OpaquePointer) {
        self.object = object
    }

    /// Takes over what libcrypto made; null is libcrypto's sign of failure.
    static func take(
        _ object: OpaquePointer?, _ message: @autoclosure () -> String,
        code: CryptoError.Code = .libraryFailure
    ) throws(CryptoError) -> Owned {
        guard let object else { throw LibCrypto.failure(message(), code: code) }
        return Owned(object)
    }

    deinit {
        Kind.release(object)
    }
}

/// `EVP_MAC_CTX`
enum MACContextKind: ReleasableKind {
    static func release(_ object: OpaquePointer) { EVP_MAC_CTX_free(object) }
}

/// `EVP_KDF_CTX`
enum KDFContextKind: ReleasableKind {
    static func release(_ object: OpaquePointer) { EVP_KDF_CTX_free(object) }
}

/// `EVP_CIPHER_CTX`
enum CipherContextKind: ReleasableKind {
    static func release(_ object: OpaquePointer) { EVP_CIPHER_CTX_free(object) }
}

/// `EVP_PKEY`
enum KeyKind: ReleasableKind {
    static func release(_ object: OpaquePointer) { EVP_PKEY_free(object) }
}

/// `EVP_PKEY_CTX`
enum KeyContextKind: ReleasableKind {
    static func release(_ object: OpaquePointer) { EVP_PKEY_CTX_free(object) }
}
