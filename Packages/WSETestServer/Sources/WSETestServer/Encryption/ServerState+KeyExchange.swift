internal import WSECrypto
internal import WSEWire

extension ServerState {
    /// Answers a `client_hello`.
    ///
    /// On a connection that is encrypted already the newer server goes on with the key that it has and confirms no other;
    /// the older one takes the new key. Neither goes back to the clear.
    ///
    /// - Returns: The connection's cipher if the client asked for encryption and gets it.
    mutating func greet(_ hello: WSEEvent, _ link: ConnectionLink) -> (any MessageCipher)? {
        let wantsEncryption =
            hello.payload["features", "encryption"]?.boolValue == true
            && (!link.isEncrypted || configuration.dialect == .prefixed)
        var publicKey: String?
        var cipher: (any MessageCipher)?
        if wantsEncryption, let peerKey = hello.payload["encryption_public_key"]?.stringValue {
            switch configuration.encryption.value {
            case .refused: break
            // The right length, but not on the curve.
            case .invalidKey: publicKey = Base64.encode([0x04] + [UInt8](repeating: 1, count: 64))
            case .offered:
                do throws(CryptoError) {
                    let exchange = try SessionKeyExchange()
                    cipher = try exchange.finish(
                        peerPublicKey: peerKey, serverVersion: configuration.dialect.serverVersion)
                    publicKey = exchange.publicKey
                } catch {
                    sendKeyExchangeError(error, link)
                }
            }
        }
        // Before `server_hello` is out, so that a client may meet sealed frames before it knows the key.
        if let cipher { link.setCipher(cipher) }
        control(
            ControlMessages.serverHello(
                connectionID: link.id, configuration: configuration, publicKey: publicKey, now: now), to: link
        )
        return cipher
    }

    private func sendKeyExchangeError(_ error: CryptoError, _ link: ConnectionLink) {
        let payload: WSEValue = [
            "code": "KEY_EXCHANGE_FAILED", "message": .string("ECDH key exchange failed: \(error.message)"),
            "recoverable": true,
        ]
        control(Envelope(type: "error", payload: payload, category: .system), to: link, isSealed: false)
    }
}
