import Foundation
import Testing
import WSECrypto

/// The examples of the README, run; ``examples()`` holds the two to the same text.
@Suite("README")
struct ReadmeTests {
    @Test("an encrypted connection")
    func connection() throws {
        // Each side makes a key pair for this connection, and sends the public half in its hello message.
        let client = try SessionKeyExchange()
        let server = try SessionKeyExchange()

        // With the other's half and the server's version both get the same key.
        let clientCipher = try client.finish(peerPublicKey: server.publicKey, serverVersion: "2.5.1")
        let serverCipher = try server.finish(peerPublicKey: client.publicKey, serverVersion: "2.5.1")

        // `E:`, nonce, ciphertext, tag; what stands behind the `E:` is opened, once.
        let frame = try clientCipher.seal(Array(#"{"t":"order","p":{"qty":7}}"#.utf8))
        let message = try serverCipher.open(Array(frame.dropFirst(2)))
        do {
            _ = try serverCipher.open(Array(frame.dropFirst(2)))
        } catch {
            print(error.code)  // replayedFrame
        }

        #expect(String(decoding: message, as: UTF8.self) == #"{"t":"order","p":{"qty":7}}"#)
        expect(.replayedFrame) { () throws(CryptoError) in try serverCipher.open(Array(frame.dropFirst(2))) }
    }

    @Test("a signed payload")
    func signature() throws {
        let key = try SigningKey(copying: SecureRandom().bytes(count: 32))  // both sides have it
        let signer = try PayloadSigner(key: key)
        let verifier = try PayloadVerifier(key: key)

        let payload = Array(#"{"qty":7}"#.utf8)
        let now: Int64 = 1_767_225_600  // seconds since 1970
        let signature = try signer.signature(of: payload, at: now)
        try verifier.verify(signature, of: payload, at: now + 2)

        expect(.replayedSignature) { () throws(CryptoError) in
            try verifier.verify(signature, of: payload, at: now + 3)
        }
    }

    @Test("frames before the key, and keys negotiated anew")
    func heldAndRotated() throws {
        let (client, server) = (try SessionKeyExchange(), try SessionKeyExchange())
        let peer = try server.finish(peerPublicKey: client.publicKey, serverVersion: "2.5.1")
        let early = Array(try peer.seal([1, 2, 3]).dropFirst(2))
        let (serverKey, version) = (server.publicKey, "2.5.1")
        var received: [[UInt8]] = []

        var held = HeldFrames(maximumCount: 256, maximumBytes: 4 << 20)
        try held.hold(early)  // no key yet; beyond the bound this throws
        let cipher = RotatingCipher(try client.finish(peerPublicKey: serverKey, serverVersion: version))
        for sealed in held.takeAll() { received.append(try cipher.open(sealed)) }

        // Both sides have agreed on new keys: what is on its way under the old ones still opens for 30 s.
        let next = try SessionKeyExchange()
        let hello = next.publicKey
        let (answer, newPeer) = try serverAnswer(to: hello, version)
        cipher.rotate(to: try next.finish(peerPublicKey: answer, serverVersion: version))

        #expect(received == [[1, 2, 3]])
        #expect(try cipher.open(frame: peer.seal([4])) == [4])
        #expect(try newPeer.open(frame: cipher.seal([5])) == [5])
    }

    /// The server's half of a renegotiation.
    private func serverAnswer(
        to hello: String, _ version: String
    ) throws(CryptoError) -> (publicKey: String, cipher: any MessageCipher) {
        let server = try SessionKeyExchange()
        return (server.publicKey, try server.finish(peerPublicKey: hello, serverVersion: version))
    }

    /// Lines without indentation and blank lines, so that only the code counts.
    private func lines(_ text: some StringProtocol) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    @Test("every Swift example is one that is compiled and run")
    func examples() throws {
        let file = URL(filePath: #filePath)
        let readme = try String(
            contentsOf: file.appending(path: "../../../README.md").standardizedFileURL, encoding: .utf8)
        let code = "\n" + lines(try String(contentsOf: file, encoding: .utf8)).joined(separator: "\n") + "\n"
        let blocks = readme.components(separatedBy: "```swift\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
            // Parts of a manifest begin with a dot.
            .filter { !$0.hasPrefix(".") }
        #expect(blocks.count == 3)
        for block in blocks {
            let example = lines(block).filter { $0 != "import WSECrypto" }
            #expect(
                code.contains("\n" + example.joined(separator: "\n") + "\n"),
                "not among the compiled examples:\n\(block)")
        }
    }
}
