import Synchronization

/// The key exchange of one connection with a P-256 key pair of its own.
///
/// A class, because it waits for the peer's answer in the state of a connection, which is copied and cannot hold a
/// private key itself. The key is used once and wiped when it was used, or with the exchange if it never was.
public final class SessionKeyExchange: KeyExchange, CustomReflectable {
    public let publicKey: String

    private let privateKey: Mutex<P256PrivateKey?>
    private let configuration: SessionCipher.Configuration

    /// Makes a key pair.
    ///
    /// - Throws: ``CryptoError`` with code `libraryFailure`.
    public convenience init(
        configuration: SessionCipher.Configuration = SessionCipher.Configuration()
    ) throws(CryptoError) {
        try self.init(privateKey: P256PrivateKey(), configuration: configuration)
    }

    /// Takes a key pair that exists. A pair must serve one connection only.
    public init(
        privateKey: consuming P256PrivateKey,
        configuration: SessionCipher.Configuration = SessionCipher.Configuration()
    ) {
        publicKey = privateKey.publicKey.base64
        self.privateKey = Mutex(privateKey)
        self.configuration = configuration
    }

    /// Empty: keys are not for reflection.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Makes the cipher of the connection; see ``KeyExchange/finish(peerPublicKey:serverVersion:)``.
    ///
    /// - Throws: ``CryptoError`` with code `keyExchangeFinished` the second time; `invalidServerVersion`; for the
    ///   peer's key what ``P256PublicKey/init(base64:)`` throws, and `ownPublicKey`; `libraryFailure`.
    public func finish(
        peerPublicKey: String, serverVersion: String
    ) throws(CryptoError) -> any MessageCipher {
        let privateKey = try takePrivateKey()
        return try makeCipher(
            privateKey, P256PublicKey(base64: peerPublicKey), KeyDerivation(serverVersion: serverVersion))
    }

    /// Makes the cipher of the connection with a derivation that is known.
    ///
    /// - Throws: ``CryptoError`` with code `keyExchangeFinished` the second time, `ownPublicKey`, `libraryFailure`.
    public func finish(
        peerPublicKey: P256PublicKey, _ derivation: KeyDerivation
    ) throws(CryptoError) -> SessionCipher {
        try makeCipher(takePrivateKey(), peerPublicKey, derivation)
    }

    /// The private key, which nobody gets a second time.
    private func takePrivateKey() throws(CryptoError) -> P256PrivateKey {
        guard let key = privateKey.withLock({ $0.take() }) else {
            throw CryptoError(.keyExchangeFinished, "this key exchange has been finished")
        }
        return key
    }

    private func makeCipher(
        _ privateKey: borrowing P256PrivateKey, _ peerPublicKey: P256PublicKey, _ derivation: KeyDerivation
    ) throws(CryptoError) -> SessionCipher {
        let key = try privateKey.sharedSecret(with: peerPublicKey).key(derivation)
        return try SessionCipher(key: key, configuration: configuration)
    }
}

/// Begins a ``SessionKeyExchange`` for each connection.
public struct SessionKeyExchangeFactory: KeyExchangeFactory {
    /// Of the ciphers that come of the exchanges.
    public var configuration: SessionCipher.Configuration

    /// A factory whose ciphers all have this configuration.
    public init(configuration: SessionCipher.Configuration = SessionCipher.Configuration()) {
        self.configuration = configuration
    }

    public func makeKeyExchange() throws(CryptoError) -> any KeyExchange {
        try SessionKeyExchange(configuration: configuration)
    }
}
