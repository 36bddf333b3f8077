import Testing
import WSECrypto

@Suite("Key exchange")
struct KeyExchangeTests {
    @Test("both sides get ciphers that understand each other", arguments: ["2.5.1", "2.0.1"])
    func exchange(version: String) throws {
        let factory: any KeyExchangeFactory = SessionKeyExchangeFactory()
        let (client, server) = (try factory.makeKeyExchange(), try factory.makeKeyExchange())
        let first = try client.finish(peerPublicKey: server.publicKey, serverVersion: version)
        let second = try server.finish(peerPublicKey: client.publicKey, serverVersion: version)
        #expect(try second.open(frame: first.seal([1, 2, 3])) == [1, 2, 3])
        #expect(try first.open(frame: second.seal([4, 5, 6])) == [4, 5, 6])
    }

    @Test("sides that take the server for different versions do not understand each other")
    func versions() throws {
        let (client, server) = (try SessionKeyExchange(), try SessionKeyExchange())
        let first = try client.finish(peerPublicKey: server.publicKey, serverVersion: "2.5.1")
        let second = try server.finish(peerPublicKey: client.publicKey, serverVersion: "2.0.1")
        let frame = try first.seal([1])
        expect(.authenticationFailed) { () throws(CryptoError) in try second.open(frame: frame) }
    }

    @Test("every exchange has keys of its own")
    func fresh() throws {
        #expect(Set(try (0..<20).map { _ in try SessionKeyExchange().publicKey }).count == 20)
    }

    @Test("works with the keys of a connection whose server is Python")
    func pythonVectors() throws {
        let vectors = try PythonVectors.load()
        for example in vectors.agreements {
            for (version, key) in [("2.5.1", example.current), ("2.0.1", example.salted)] {
                let exchange = SessionKeyExchange(
                    privateKey: try hex(example.scalar).withSpan { (span) throws(CryptoError) in
                        try P256PrivateKey(scalar: span)
                    })
                #expect(exchange.publicKey == Base64.encode(hex(example.point)))
                let cipher = try exchange.finish(
                    peerPublicKey: Base64.encode(hex(example.peer)), serverVersion: version)
                let peer = try SessionCipher(key: try .of(hex(key)))
                #expect(try cipher.open(frame: peer.seal([1, 2])) == [1, 2])
            }
        }
    }

    @Test("a bad answer of the peer is an error, and costs nothing but that answer")
    func badAnswers() throws {
        let exchange = try SessionKeyExchange()
        let good = try SessionKeyExchange().publicKey
        func refuse(
            _ code: CryptoError.Code, key: String = good, version: String = "2.5.1",
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let exchange = try SessionKeyExchange()
            expect(code, sourceLocation: sourceLocation) { () throws(CryptoError) in
                try exchange.finish(peerPublicKey: key, serverVersion: version)
            }
        }
        try refuse(.invalidBase64, key: "?")
        try refuse(.invalidPublicKeyLength, key: "")
        try refuse(.invalidPublicKeyLength, key: "AAAA")
        try refuse(.pointAtInfinity, key: "AA==")
        try refuse(.pointNotOnCurve, key: Base64.encode([4] + [UInt8](repeating: 1, count: 64)))
        try refuse(.invalidServerVersion, version: "")
        expect(.ownPublicKey) { () throws(CryptoError) in
            try exchange.finish(peerPublicKey: exchange.publicKey, serverVersion: "2.5.1")
        }
    }

    @Test("a private key is used once, whether it succeeds or not")
    func once() throws {
        let peer = try SessionKeyExchange().publicKey
        let exchange = try SessionKeyExchange()
        _ = try exchange.finish(peerPublicKey: peer, serverVersion: "2.5.1")
        expect(.keyExchangeFinished) { () throws(CryptoError) in
            try exchange.finish(peerPublicKey: peer, serverVersion: "2.5.1")
        }
        let failed = try SessionKeyExchange()
        expect(.pointAtInfinity) { () throws(CryptoError) in
            try failed.finish(peerPublicKey: "AA==", serverVersion: "2.5.1")
        }
        expect(.keyExchangeFinished) { () throws(CryptoError) in
            try failed.finish(peerPublicKey: peer, serverVersion: "2.5.1")
        }
    }

    @Test("hands its configuration on to the cipher")
    func configuration() throws {
        let factory = SessionKeyExchangeFactory(configuration: .init(sealedMessages: 1))
        let cipher = try factory.makeKeyExchange()
            .finish(peerPublicKey: SessionKeyExchange().publicKey, serverVersion: "2.5.1")
        _ = try cipher.seal([1])
        expect(.messageLimitReached) { () throws(CryptoError) in try cipher.seal([1]) }
    }
}
