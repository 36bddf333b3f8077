import WSECrypto
import WSEWire

/// The keys of one connection, and what waits for them.
struct EncryptionMachine {
    let settings: WSEEncryption
    private var exchange: (any KeyExchange)?
    private var held: HeldFrames
    private(set) var cipher: (any MessageCipher)?

    init(_ settings: WSEEncryption) {
        self.settings = settings
        held = HeldFrames(maximumCount: settings.heldFrames, maximumBytes: settings.heldBytes)
    }

    /// Begins with a connection; nothing of the last one's remains.
    mutating func begin() throws(CryptoError) -> String {
        self = EncryptionMachine(settings)
        let exchange = try settings.keyExchange.makeKeyExchange()
        self.exchange = exchange
        return exchange.publicKey
    }

    mutating func end() {
        self = EncryptionMachine(settings)
    }

    /// Takes the server's half.
    mutating func finish(_ server: ServerDescription) throws(WSEError) {
        guard let key = server.encryptionPublicKey, server.features.contains("encryption") else {
            throw WSEError(.encryption, "the server did not confirm the encryption that is required")
        }
        guard let exchange = exchange.take() else {
            throw WSEError(.encryption, "no key was offered on this connection")
        }
        do throws(CryptoError) {
            cipher = try exchange.finish(peerPublicKey: key, serverVersion: server.version ?? "")
        } catch {
            throw WSEError(.encryption, "no key could be agreed on: \(error.message)", underlying: error)
        }
    }

    /// Keeps a frame that came before the keys.
    mutating func hold(_ sealed: [UInt8]) throws(CryptoError) {
        try held.hold(sealed)
    }

    mutating func takeHeld() -> [[UInt8]] {
        held.takeAll()
    }

    /// An `E:` frame, for a binary message.
    func seal(_ bytes: [UInt8]) throws(WSEError) -> [UInt8] {
        guard let cipher else { throw WSEError(.encryption, "there is no key yet") }
        do throws(CryptoError) {
            return try cipher.seal(bytes)
        } catch {
            throw WSEError(.encryption, "a message could not be sealed: \(error.message)", underlying: error)
        }
    }
}

/// Lets the decoder open frames.
struct CipherDecryptor: FrameDecryptor {
    let cipher: any MessageCipher

    func open(_ sealed: RawSpan, into plaintext: inout [UInt8]) throws {
        try cipher.open(sealed, into: &plaintext)
    }
}
