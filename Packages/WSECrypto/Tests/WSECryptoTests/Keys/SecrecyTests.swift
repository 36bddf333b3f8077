import Testing
import WSECrypto

@Suite("Keys are not shown")
struct SecrecyTests {
    @Test("printing, dumping and reflecting shows a type's name and nothing else")
    func reflection() throws {
        let exchange = try SessionKeyExchange()
        let cipher = try SessionCipher(key: try .of(pattern(32)))
        let key = try SigningKey(copying: pattern(32))
        let objects: [any CustomReflectable] = [
            exchange, cipher, RotatingCipher(cipher), key, try PayloadSigner(key: key),
            try PayloadVerifier(key: key),
        ]
        for object in objects {
            #expect(Mirror(reflecting: object).children.isEmpty)
            let name = "\(type(of: object))"
            let rest = shown(object).replacing("WSECrypto.", with: "").replacing(name, with: "")
            #expect(rest.allSatisfy { " -#0\n".contains($0) }, "\(rest)")
        }
    }

    @Test("errors show no bytes of what was at fault")
    func errors() throws {
        let secret = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        let attempts: [() throws -> Void] = [
            { _ = try P256PublicKey(sec1: hex("04" + secret + secret)) },
            { _ = try SymmetricKey.of(hex(secret + "00")) },
            { _ = try Base64.decode(secret + "*") },
            { _ = try Hexadecimal.decode(secret + "*") },
            { _ = try SessionCipher(key: try .of(hex(secret))).open(hex(secret)) },
            { _ = try KeyDerivation(serverVersion: secret) },
            { _ = try HMACSHA256.code(for: hex(secret), key: []) },
        ]
        for attempt in attempts {
            let error = try #require(throws: CryptoError.self) { try attempt() }
            for text in [secret, Base64.encode(hex(secret)), "\(hex(secret))"] {
                #expect(!shown(error).contains(text.prefix(8)))
            }
        }
    }
}
