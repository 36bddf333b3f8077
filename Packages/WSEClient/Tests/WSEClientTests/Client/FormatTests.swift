import Testing
import WSECrypto
import WSETestServer
import WSETransport
import WSETransportTesting

@testable import WSEClient

/// Rows: MessagePack both ways; signatures.
@Suite(.timeLimit(.minutes(1))) struct FormatTests {
    private struct Sample: Codable, Sendable {
        var n: Int
    }

    @Test func `row MessagePack: messages go as bare MessagePack, and answers come back as it`() async throws
    {
        let server = try await WSETestServer.start()
        var configuration = WSEConfiguration()
        configuration.format = .messagePack
        try await withWSEClient(url: server.url, configuration: configuration) { client in
            #expect(try await server.nextConnection().request.queryValue("format") == "msgpack")
            let answer = try await client.request("echo", Sample(n: 5))
            #expect(answer.payload["n"] == 5)
            let message = try await server.nextMessage(ofType: "echo")
            #expect(message.kind == .binary)
            #expect(message.bytes.first.map { $0 & 0xF0 } == 0x80)
            try await client.send("blob", .object(["b": .binary([1, 2])]))
            #expect(try await server.nextMessage(ofType: "blob").payload?["b"] == .binary([1, 2]))
            let hello = try await server.nextMessage(ofType: "client_hello")
            #expect(hello.kind == .text)
        }
        await server.stop()
    }

    private static let large = WSEValue.string(String(repeating: "all work and no play ", count: 100))

    @Test(arguments: [true, false])
    func `row compression: large messages go compressed to servers that say they inflate`(inflates: Bool)
        async throws
    {
        var serverConfiguration = WSETestServer.Configuration()
        serverConfiguration.features.clientCompression = inflates
        let server = try await WSETestServer.start(configuration: serverConfiguration)
        try await withWSEClient(url: server.url) { client in
            try await client.send("note", ["text": Self.large])
            let message = try await server.nextMessage(ofType: "note")
            #expect(message.payload?["text"] == Self.large)
            #expect(message.kind == (inflates ? .binary : .text))
            #expect(client.statistics().bytesSent < (inflates ? 1_500 : 5_000))
            #expect(client.statistics().bytesSent > (inflates ? 200 : 2_000))
        }
        await server.stop()
    }

    @Test func `under encryption nothing is compressed`() async throws {
        let server = try await WSETestServer.start()
        var configuration = WSEConfiguration()
        configuration.encryption = WSEEncryption()
        configuration.compression = .always
        try await withWSEClient(url: server.url, configuration: configuration) { client in
            let answer = try await client.request("echo", ["text": Self.large])
            #expect(answer.payload["text"] == Self.large)
            #expect(client.statistics().bytesSent > 2_000)
        }
        await server.stop()
    }

    @Test func `encrypted messages stay JSON`() {
        var configuration = WSEConfiguration()
        configuration.format = .messagePack
        #expect(configuration.sendsMessagePack)
        configuration.encryption = WSEEncryption()
        #expect(!configuration.sendsMessagePack)
    }

    // MARK: Signatures

    private func key() throws -> SigningKey {
        try SigningKey(copying: [UInt8](repeating: UInt8(ascii: "k"), count: 32))
    }

    @Test func `row signing: the signature is of the payload's bytes on the wire`() async throws {
        let signer = try PayloadSigner(key: key(), form: .plain)
        let peer = try await ConnectedClient { $0.signing = WSESigning(signer: signer) }
        #expect(try await peer.next("client_hello")["p", "features", "message_signing"] == true)
        try await peer.client.send("order", ["a": 1] as WSEValue)
        #expect(
            try await peer.next("order")["sig"]
                == "f865106e8aa11872154673f6a36d65840f62601e11c18331eb2772687ccc8a31")
    }

    @Test func `row signing: events without a good signature are rejected and told`() async throws {
        let verifier = try PayloadVerifier(key: key(), forms: [.plain])
        let peer = try await ConnectedClient { $0.signing = WSESigning(verifier: verifier) }
        var signals = peer.client.signals.makeAsyncIterator()
        let good = "f865106e8aa11872154673f6a36d65840f62601e11c18331eb2772687ccc8a31"
        peer.server.push(
            .text(#"{"c":"U","t":"unsigned","p":{"a":1},"v":1}"#),
            .text(#"{"c":"U","t":"forged","p":{"a":2},"sig":"\#(good)","v":1}"#),
            .text(#"{"c":"U","t":"genuine","p":{"a":1},"sig":"\#(good)","v":1}"#))
        #expect(try await peer.client.receive()?.type == "genuine")
        guard case .unverified("unsigned", nil) = await signals.next(),
            case .unverified("forged", .some) = await signals.next()
        else {
            Issue.record("no signals of what was rejected")
            return
        }
        #expect(peer.client.statistics().unverified == 2)
    }

    /// Applications make up such types; a request's answer is the last thing that may come unsigned.
    @Test func `an answer of the application's is verified, and a notice answers nothing`() async throws {
        let verifier = try PayloadVerifier(key: key(), forms: [.plain])
        let peer = try await ConnectedClient { $0.signing = WSESigning(verifier: verifier) }
        let good = "f865106e8aa11872154673f6a36d65840f62601e11c18331eb2772687ccc8a31"
        async let answer = peer.client.request("order", ["n": 1])
        let id = try #require(try await peer.next("order")["cid"]?.stringValue)
        peer.server.push(
            .text(#"{"c":"U","t":"order_response","cid":"\#(id)","p":{"a":2},"v":1}"#),
            .text(#"{"c":"WSE","t":"connection_quality","cid":"\#(id)","p":{"quality":"good"},"v":1}"#),
            .text(#"{"c":"U","t":"order_response","cid":"\#(id)","p":{"a":1},"sig":"\#(good)","v":1}"#))
        #expect(try await answer.payload["a"]?.intValue == 1)
        #expect(peer.client.statistics().unverified == 1)
    }

    @Test func `the policy may let them pass`() async throws {
        let verifier = try PayloadVerifier(key: key())
        let peer = try await ConnectedClient {
            $0.signing = WSESigning(verifier: verifier, unsigned: .accept)
        }
        peer.server.push(.text(eventText("unsigned")))
        #expect(try await peer.client.receive()?.type == "unsigned")
    }
}
