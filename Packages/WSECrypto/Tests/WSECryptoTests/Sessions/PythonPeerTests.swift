import Testing
import WSECrypto

@Suite(
    "A peer made with Python's cryptography",
    .enabled(if: PythonPeer.isWanted, "WSE_PYTHON names no Python with the package cryptography"))
struct PythonPeerTests {
    @Test("a session in both directions", arguments: [("current", "2.5.1"), ("salted", "2.0.1")])
    func session(derivation: String, version: String) throws {
        let peer = try PythonPeer()
        let exchange = try SessionKeyExchange()
        let own = try P256PublicKey(base64: exchange.publicKey)
        let point = try P256PublicKey(
            sec1: hex(peer.ask("exchange", derivation, Hexadecimal.encode(own.sec1))))
        let cipher = try exchange.finish(peerPublicKey: point.base64, serverVersion: version)
        for count in [0, 1, 15, 16, 17, 230, 1_000] {
            let plaintext = pattern(count)
            let digits = plaintext.isEmpty ? "-" : Hexadecimal.encode(plaintext)

            let frame = try cipher.seal(plaintext)
            #expect(try peer.ask("open", Hexadecimal.encode(Array(frame.dropFirst(2)))) == digits)
            #expect(try cipher.open(hex(peer.ask("seal", digits))) == plaintext)

            var forged = try cipher.seal(plaintext)
            forged[forged.count - 1] ^= 1
            #expect(try peer.ask("open", Hexadecimal.encode(Array(forged.dropFirst(2)))) == "refused")
            var other = hex(try peer.ask("seal", digits))
            other[12] ^= 1
            expect(.authenticationFailed) { () throws(CryptoError) in try cipher.open(other) }
        }
    }

    @Test("signatures in both directions", arguments: [SignatureForm.plain, .timestamped])
    func signatures(form: SignatureForm) throws {
        let peer = try PythonPeer()
        let name = form == .plain ? "plain" : "timestamped"
        let key = try SigningKey(copying: pattern(32))
        let signer = try PayloadSigner(key: key, form: form)
        let verifier = try PayloadVerifier(key: key, forms: [form])
        let keyDigits = Hexadecimal.encode(pattern(32))
        for payload in [#"{"a":1}"#, "null", #"{"text":"äöü€"}"#] {
            let bytes = Array(payload.utf8)
            let digits = Hexadecimal.encode(bytes)
            let signature = try signer.signature(of: bytes, at: 1_700_000_000)
            #expect(try peer.ask("verify", name, keyDigits, digits, signature) == "good")
            #expect(try peer.ask("verify", name, keyDigits, digits + "20", signature) == "bad")
            let answer = try peer.ask("sign", name, keyDigits, digits, "1700000000")
            try verifier.verify(answer, of: bytes, at: 1_700_000_001)
        }
    }
}
