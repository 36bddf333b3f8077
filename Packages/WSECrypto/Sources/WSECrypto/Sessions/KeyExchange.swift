/// Begins a key exchange for each connection; the seam through which a client gets its encryption.
///
/// May be called from any thread.
public protocol KeyExchangeFactory: Sendable {
    /// Makes fresh keys for one connection.
    ///
    /// - Throws: ``CryptoError`` with code `libraryFailure`.
    func makeKeyExchange() throws(CryptoError) -> any KeyExchange
}

/// The key exchange of one connection: one public key out, one in, a cipher made (PROTOCOL section 9).
///
/// May be called from any thread.
public protocol KeyExchange: Sendable {
    /// What goes into this side's hello message as `encryption_public_key`.
    var publicKey: String { get }

    /// Makes the cipher of the connection. Whatever happens, the private key is gone afterwards.
    ///
    /// - Parameters:
    ///   - peerPublicKey: The `encryption_public_key` of the peer's hello message.
    ///   - serverVersion: The `server_version` of `server_hello`, which decides how the key is derived.
    /// - Throws: ``CryptoError``; the connection has no encryption then, and no user data may cross it.
    func finish(peerPublicKey: String, serverVersion: String) throws(CryptoError) -> any MessageCipher
}
