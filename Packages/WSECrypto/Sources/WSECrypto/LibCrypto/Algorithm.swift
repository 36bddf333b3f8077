import CCrypto

/// An algorithm looked up in libcrypto once per process; looking one up for every use costs more than using it.
///
/// `@unchecked Sendable`: what `EVP_*_fetch` returns is immutable and counts its references atomically
/// (openssl-threads(7) lists such objects as safe to share). It is never freed, so it cannot dangle.
struct Algorithm: @unchecked Sendable {
    private let object: OpaquePointer?
    private let name: StaticString

    private init(_ name: StaticString, _ fetch: (UnsafePointer<CChar>) -> OpaquePointer?) {
        self.name = name
        object = name.withUTF8Buffer { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { $0.baseAddress.flatMap(fetch) }
        }
        // The reason belongs to the thread that came first; every use reports the failure itself.
        if object == nil { LibCrypto.forgetReasons() }
    }

    /// - Throws: ``CryptoError`` with code `libraryFailure` if this libcrypto does not have it.
    func get() throws(CryptoError) -> OpaquePointer {
        guard let object else {
            throw CryptoError(.libraryFailure, "this libcrypto does not offer \(name)")
        }
        return object
    }

    static let sha256 = Algorithm("SHA256") { EVP_MD_fetch(nil, $0, nil) }
    static let hmac = Algorithm("HMAC") { EVP_MAC_fetch(nil, $0, nil) }
    static let hkdf = Algorithm("HKDF") { EVP_KDF_fetch(nil, $0, nil) }
    static let aes256GCM = Algorithm("AES-256-GCM") { EVP_CIPHER_fetch(nil, $0, nil) }
}
