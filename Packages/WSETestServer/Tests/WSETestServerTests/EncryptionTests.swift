import Testing
import WSECrypto
@testable import WSETestServer

@Suite struct EncryptionTests {
    private struct Peer {
        var client: WireClient
        let cipher: any MessageCipher

        func open(_ frame: WireClient.Inbound) throws -> String {
            guard case .binary(let bytes) = frame, bytes.starts(with: "E:".utf8) else {
                Issue.record("\(frame) is not sealed")
                return ""
            }
            var plaintext: [UInt8] = []
            try bytes.dropFirst(2).withUnsafeBytes { bytes in
                try cipher.open(RawSpan(_unsafeBytes: bytes), into: &plaintext)
            }
            return String(decoding: plaintext, as: UTF8.self)
        }

        mutating func nextSealed() async throws -> String { try open(await client.next()) }

        func send(_ text: String) throws { try send(bytes: Array(text.utf8)) }

        func send(bytes: [UInt8]) throws {
            var frame: [UInt8] = []
            try bytes.withUnsafeBytes { try cipher.seal(RawSpan(_unsafeBytes: $0), appendingTo: &frame) }
            client.send(binary: frame)
        }
    }

    private func hello(_ key: String) -> String {
        #"{"t":"client_hello","p":{"features":{"encryption":true},"encryption_public_key":"\#(key)"}}"#
    }

    private func connect(_ server: WSETestServer, query: String = "") async throws -> Peer {
        var client = try await WireClient.connect(to: server, query: query)
        _ = try await client.nextEvent()
        let exchange = try SessionKeyExchange()
        client.send(hello(exchange.publicKey))
        let answer = try await client.nextEvent()
        #expect(answer.type == "server_hello")
        #expect(answer.payload["features", "encryption"] == true)
        let cipher = try exchange.finish(
            peerPublicKey: try #require(answer.payload["encryption_public_key"]?.stringValue),
            serverVersion: try #require(answer.payload["server_version"]?.stringValue))
        return Peer(client: client, cipher: cipher)
    }

    @Test(arguments: [WSETestServer.Dialect.current, .prefixed])
    func allButHandshakeHeartbeatAndRawSendsIsSealed(dialect: WSETestServer.Dialect) async throws {
        var configuration = WSETestServer.Configuration()
        configuration.dialect = dialect
        try await withWSETestServer(configuration: configuration) { server in
            var peer = try await connect(server)
            let connection = try await server.nextConnection()
            #expect(connection.isEncrypted)
            peer.client.send(
                #"{"t":"subscription_update","p":{"action":"subscribe","topics":["x"],"presence":{}}}"#)
            #expect(try await peer.nextSealed().contains(#""t":"presence_join""#))
            #expect(try await peer.nextSealed().contains(#""t":"subscription_update""#))
            try server.publish("tick", to: "x")
            #expect(try await peer.nextSealed().contains(#""t":"tick""#))
            // Large enough to be compressed otherwise.
            try connection.send("hi", ["text": .string(String(repeating: "x", count: 5_000))])
            #expect(try await peer.nextSealed().contains(#""t":"hi""#))
            connection.sendText("raw")
            #expect(await peer.client.next() == .text("raw"))
            peer.client.send(#"{"t":"ping","p":{}}"#)
            #expect(try await peer.client.nextEvent().type == "PONG")
        }
    }

    @Test func sealedMessagePackIsStillMessagePack() async throws {
        try await withWSETestServer { server in
            var peer = try await connect(server, query: "?format=msgpack")
            try await server.nextConnection().send("hi")
            #expect(try await peer.nextSealed().hasPrefix("M:"))
        }
    }

    @Test func whatTheClientSealsIsOpened() async throws {
        try await withWSETestServer { server in
            var peer = try await connect(server)
            try peer.send(#"{"t":"secret","p":1}"#)
            let message = try await server.nextMessage()
            #expect(message.type == "secret")
            #expect(message.wasEncrypted)
            peer.client.send(#"{"t":"open","p":1}"#)
            #expect(try await server.nextMessage().wasEncrypted == false)
            peer.client.send(binary: Array("E:".utf8) + [UInt8](repeating: 7, count: 60))
            #expect(try await server.nextMessage().event == nil)
            // A sealed ping is never answered.
            try peer.send(#"{"t":"ping","p":{"timestamp":1}}"#)
            peer.client.send(#"{"t":"ping","p":{"timestamp":2}}"#)
            #expect(try await peer.client.nextEvent().payload["client_timestamp"] == 2)
        }
    }

    /// As the published servers do: sealed by the newer one, in the clear by the older one.
    @Test(arguments: [WSETestServer.Dialect.current, .prefixed])
    func replaysAreSealedByTheNewerServerOnly(dialect: WSETestServer.Dialect) async throws {
        var configuration = WSETestServer.Configuration()
        configuration.dialect = dialect
        try await withWSETestServer(configuration: configuration) { server in
            for _ in 0..<2 { try server.publish("tick", to: "x") }
            let epoch = try #require(server.position(of: "x")?.epoch.string)
            var peer = try await connect(server)
            peer.client.send(
                #"{"t":"subscription_update","p":{"action":"subscribe","topics":["x"],"recover":true,"recovery":{"x":{"epoch":"\#(epoch)","offset":0}}}}"#
            )
            switch dialect {
            case .current: #expect(try await peer.nextSealed().contains(#""t":"tick""#))
            default:
                let replay = try await peer.client.nextEvent()
                #expect(replay.type == "tick")
            }
            #expect(try await peer.nextSealed().contains(#""t":"subscription_update""#))
        }
    }

    /// The published servers hand sealed text to the application and drop all else, without a word.
    @Test func whatIsSealedAndNoTextIsDropped() async throws {
        try await withWSETestServer { server in
            server.onMessage { message in
                try? message.connection.send("heard", ["bytes": .int(Int64(message.bytes.count))])
            }
            let json = #"{"t":"x","p":"\#(String(repeating: "y", count: 2_000))"}"#
            var encoder = MessageEncoder(compressionThreshold: 0)
            var compressed: [UInt8] = []
            _ = try encoder.encode(Envelope(type: "x", payload: .string(json)), into: &compressed)
            let pack = try Envelope(type: "x", payload: ["a": 1]).messagePack()
            var peer = try await connect(server, query: "?format=msgpack")
            for inner in [
                compressed, Array(compressed.dropFirst(2)), Array("M:".utf8) + pack, pack, [0xFF, 0xFE],
            ] {
                try peer.send(bytes: inner)
            }
            peer.client.send(binary: Array("E:".utf8) + [UInt8](repeating: 7, count: 60))
            try peer.send(#"{"t":"y"}"#)
            let heard = try await peer.nextSealed()
            #expect(heard.contains("heard"))
            #expect(server.messages.dropFirst().map(\.type) == [nil, nil, nil, nil, nil, nil, "y"])
            peer.client.send(#"{"t":"ping","p":{}}"#)
            #expect(try await peer.client.nextEvent().type == "PONG")
        }
    }

    /// What the server itself objects to comes in the clear, what the application answers comes sealed.
    @Test func errorsOfTheServerAreInTheClear() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.limits.rateLimitCapacity = 1
        configuration.limits.rateLimitRefill = 0
        configuration.unixMilliseconds = { 0 }
        try await withWSETestServer(configuration: configuration) { server in
            var peer = try await connect(server)
            peer.client.send(#"{"t":"subscription_update","p":{"action":"dance"}}"#)
            #expect(try await peer.nextSealed().contains("rate_limit_warning"))
            #expect(try await peer.nextSealed().contains("INVALID_ACTION"))
            peer.client.send(#"{"t":"x"}"#)
            #expect(try await peer.client.nextEvent().payload["code"] == "RATE_LIMITED")
            try await server.nextConnection().sendError("HANDLER_ERROR", "no")
            #expect(try await peer.client.nextEvent().payload["code"] == "HANDLER_ERROR")
        }
    }

    /// The newer server keeps the first key, and says that there is none; the older one takes the new one.
    @Test(arguments: [WSETestServer.Dialect.current, .prefixed])
    func aSecondHelloIsTakenAsThePublishedServersDo(dialect: WSETestServer.Dialect) async throws {
        var configuration = WSETestServer.Configuration()
        configuration.dialect = dialect
        try await withWSETestServer(configuration: configuration) { server in
            var peer = try await connect(server)
            let connection = try await server.nextConnection()
            let exchange = try SessionKeyExchange()
            peer.client.send(hello(exchange.publicKey))
            let answer = try await peer.client.nextEvent()
            #expect(answer.type == "server_hello")
            #expect(answer.payload["features", "encryption"] == .bool(dialect == .prefixed))
            if let key = answer.payload["encryption_public_key"]?.stringValue {
                let cipher = try exchange.finish(
                    peerPublicKey: key, serverVersion: configuration.dialect.serverVersion)
                peer = Peer(client: peer.client, cipher: cipher)
            }
            #expect((answer.payload["encryption_public_key"] == nil) == (dialect == .current))
            try connection.send("note")
            #expect(try await peer.nextSealed().contains("note"))
            try peer.send(#"{"t":"a"}"#)
            #expect(try await server.nextMessage(ofType: "a").wasEncrypted)
            // A hello that does not ask for encryption does not end it.
            peer.client.send(#"{"t":"client_hello","p":{}}"#)
            #expect(try await peer.client.nextEvent().payload["features", "encryption"] == false)
            try connection.send("more")
            #expect(try await peer.nextSealed().contains("more"))
        }
    }

    @Test func aServerMayRefuseOrSendAKeyThatIsNone() async throws {
        for (encryption, isConfirmed) in [(WSETestServer.Encryption.refused, false), (.invalidKey, true)] {
            var configuration = WSETestServer.Configuration()
            configuration.encryption = encryption
            try await withWSETestServer(configuration: configuration) { server in
                var client = try await WireClient.connect(to: server)
                _ = try await client.nextEvent()
                let exchange = try SessionKeyExchange()
                client.send(hello(exchange.publicKey))
                let answer = try await client.nextEvent()
                #expect(answer.payload["features", "encryption"] == .bool(isConfirmed))
                if isConfirmed {
                    let key = try #require(answer.payload["encryption_public_key"]?.stringValue)
                    #expect(throws: CryptoError.self) {
                        try exchange.finish(peerPublicKey: key, serverVersion: "2.5.1")
                    }
                }
            }
        }
    }

    @Test func aKeyThatIsNoneIsAnsweredWithAnErrorAndNoEncryption() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            client.send(hello("AAAA"))
            #expect(try await client.nextEvent().payload["code"] == "KEY_EXCHANGE_FAILED")
            let answer = try await client.nextEvent()
            #expect(answer.type == "server_hello")
            #expect(answer.payload["features", "encryption"] == false)
        }
    }

    /// Frames may come sealed before the key is known, and damaged after they were sealed.
    @Test func faultsActOnSealedFrames() async throws {
        try await withWSETestServer { server in
            server.inject(
                FaultScript(frames: .all).on(.type("server_hello"), .reorder(by: 1))
                    .on(.type("hurt"), .corrupt(.bytes)))
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            let exchange = try SessionKeyExchange()
            client.send(hello(exchange.publicKey))
            _ = try await server.nextMessage(ofType: "client_hello")
            let connection = try await server.nextConnection()
            try await server.wait(for: "the key", within: .seconds(10)) { _ -> Void? in
                connection.isEncrypted ? () : nil
            }
            try connection.send("early")
            let early = await client.next()
            let answer = try await client.nextEvent()
            let cipher = try exchange.finish(
                peerPublicKey: try #require(answer.payload["encryption_public_key"]?.stringValue),
                serverVersion: "2.5.1")
            var peer = Peer(client: client, cipher: cipher)
            #expect(try peer.open(early).contains("early"))
            try connection.send("hurt")
            await #expect(throws: CryptoError.self) { try await peer.nextSealed() }
            try connection.send("well")
            #expect(try await peer.nextSealed().contains("well"))
        }
    }
}
