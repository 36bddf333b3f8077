import NIOCore
import NIOWebSocket
import Testing
import WSETestServer
import WSEWire

@Suite struct ConnectionTests {
    private func client(of server: WSETestServer) async throws -> (WireClient, WSETestServer.Connection) {
        var client = try await WireClient.connect(to: server)
        _ = try await client.nextEvent()
        return (client, try await server.nextConnection())
    }

    @Test(arguments: [#"{"timestamp":5}"#, #"{"timestamp":"x"}"#, "{}"])
    func aPingIsAnsweredWithBothClocks(payload: String) async throws {
        var configuration = WSETestServer.Configuration()
        configuration.unixMilliseconds = { 1_000 }
        try await withWSETestServer(configuration: configuration) { server in
            var (client, _) = try await client(of: server)
            client.send(#"{"c":"WSE","t":"ping","p":\#(payload),"v":1}"#)
            let pong = try await client.nextEvent()
            let sent: Int64 = payload.contains("5") ? 5 : 0
            #expect(pong.type == "PONG")
            #expect(
                pong.payload.value == [
                    "client_timestamp": .int(sent), "server_timestamp": 1_000, "latency": .int(1_000 - sent),
                ])
        }
    }

    @Test func theServerPings() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.heartbeat.pingInterval = .milliseconds(5)
        configuration.unixMilliseconds = { 0 }
        try await withWSETestServer(configuration: configuration) { server in
            var (client, _) = try await client(of: server)
            for _ in 0..<3 {
                #expect(
                    await client.next()
                        == .text(#"{"c":"WSE","p":{"server_time":"1970-01-01T00:00:00.000Z"},"t":"ping"}"#))
            }
        }
    }

    @Test func webSocketPingsAreAnswered() async throws {
        try await withWSETestServer { server in
            var (client, connection) = try await client(of: server)
            client.send(.ping, ByteBuffer(string: "hi"))
            #expect(await client.next() == .pong(Array("hi".utf8)))
            connection.sendPing([1, 2])
            #expect(await client.next() == .ping([1, 2]))
        }
    }

    @Test func publicationsThatClientsAskForAreMadeWhereThatIsWanted() async throws {
        try await withWSETestServer { server in
            var (client, _) = try await client(of: server)
            client.send(#"{"t":"publish","p":{"topic":"room","type":"line"}}"#)
            _ = try await server.nextMessage(ofType: "publish")
            #expect(server.position(of: "room") == nil)
            server.relayPublications()
            client.send(#"{"t":"publish","cid":"c1","p":{"topic":"room"}}"#)
            let refusal = try await client.nextEvent()
            #expect((refusal.type, refusal.correlationID) == ("error", "c1"))
            client.send(#"{"t":"subscription_update","p":{"action":"subscribe","topics":["room"]}}"#)
            #expect(try await client.nextEvent().type == "subscription_update")
            client.send(#"{"t":"publish","p":{"topic":"room","type":"line","payload":{"text":"hi"}}}"#)
            let line = try await client.nextEvent()
            #expect((line.type, line.topic) == ("line", "room"))
            #expect(line.payload.value == ["text": "hi"])
        }
    }

    @Test func echoComesBackUnlessATestSaysOtherwise() async throws {
        try await withWSETestServer { server in
            var (client, _) = try await client(of: server)
            client.send(#"{"t":"echo","cid":"c1","p":[0,"",null]}"#)
            let echo = try await client.nextEvent()
            #expect(echo.type == "echo")
            #expect(echo.correlationID == "c1")
            #expect(echo.payload.value == [0, "", nil])
            server.on("order") { message in
                try? message.connection.reply(
                    to: message, "accepted", ["of": message.payload?["n"] ?? .null])
            }
            server.on("echo", perform: nil)
            client.send(#"{"t":"echo","p":1}"#)
            client.send(#"{"t":"order","cid":"c2","p":{"n":3}}"#)
            let answer = try await client.nextEvent()
            #expect(answer.type == "accepted")
            #expect(answer.payload["of"] == 3)
            #expect(answer.correlationID == "c2")
        }
    }

    @Test func whatClientsSentIsRecordedAndHandedOutOnce() async throws {
        try await withWSETestServer { server in
            let (client, connection) = try await client(of: server)
            async let late = server.nextMessage(ofType: "late")
            client.send(#"{"t":"a","p":1}"#)
            client.send("no envelope")
            client.send(binary: [1, 2, 3])
            client.send(#"{"t":"a","p":2}"#)
            client.send(#"{"t":"late","p":3}"#)
            #expect(try await late.payload?.value == 3)
            #expect(try await server.nextMessage(ofType: "a").payload?.value == 1)
            #expect(try await server.nextMessage().text == "no envelope")
            #expect(try await server.nextMessage { $0.kind == .binary }.bytes == [1, 2, 3])
            #expect(try await server.nextMessage().payload?.value == 2)
            await #expect(throws: WSETestServerError.self) {
                try await server.nextMessage(within: .milliseconds(1))
            }
            #expect(server.messages.map(\.index) == [0, 1, 2, 3, 4])
            #expect(server.messages(ofType: "a").count == 2)
            #expect(server.messages.allSatisfy { $0.connection == connection })
        }
    }

    @Test func aCancelledWaitEnds() async throws {
        try await withWSETestServer { server in
            let waiting = Task { try await server.nextMessage() }
            waiting.cancel()
            let error = await #expect(throws: WSETestServerError.self) { try await waiting.value }
            #expect(error?.code == .cancelled)
        }
    }

    @Test func stoppingEndsWaits() async throws {
        let server = try await WSETestServer.start()
        let waiting = Task { try await server.nextMessage() }
        await server.stop()
        let error = await #expect(throws: WSETestServerError.self) { try await waiting.value }
        #expect(error?.code == .stopped)
    }

    @Test func fragmentsAreOneMessage() async throws {
        try await withWSETestServer { server in
            let (client, _) = try await client(of: server)
            client.send(.text, ByteBuffer(string: #"{"t":"#), fin: false)
            client.send(.ping)
            client.send(.continuation, ByteBuffer(string: #""x"}"#))
            #expect(try await server.nextMessage().type == "x")
        }
    }

    @Test func aCloseIsAnsweredAndRemembered() async throws {
        try await withWSETestServer { server in
            var (client, connection) = try await client(of: server)
            client.close(4000, "bye")
            #expect(await client.next() == .close(4000, ""))
            #expect(await client.next() == .end)
            let end = try await connection.ended()
            #expect(end.isClientClose)
            #expect(end.code == 4000)
            #expect(end.reason == "bye")
        }
    }

    @Test func aDropIsTold() async throws {
        try await withWSETestServer { server in
            let (client, connection) = try await client(of: server)
            try await client.drop()
            #expect(try await connection.ended().isClientDrop)
            #expect(server.connections.isEmpty)
        }
    }

    @Test func unmaskedFramesAreAViolation() async throws {
        try await withWSETestServer { server in
            var (client, connection) = try await client(of: server)
            client.send(.text, ByteBuffer(string: "{}"), masked: false)
            #expect(await client.next() == .close(1002, ""))
            #expect(connection.end == nil)
            client.close(1002)
            #expect(try await connection.ended().violation != nil)
        }
    }

    @Test func textThatIsNotUTF8IsAViolation() async throws {
        try await withWSETestServer { server in
            var (client, _) = try await client(of: server)
            client.send(.text, ByteBuffer(bytes: [0xC0, 0x80]))
            #expect(await client.next() == .close(1007, ""))
        }
    }

    @Test func aMessageAboveTheLimitEndsTheConnectionWithoutStatus() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.limits.maximumMessageSize = 1_000
        try await withWSETestServer(configuration: configuration) { server in
            var (client, _) = try await client(of: server)
            client.send(String(repeating: "x", count: 1_001))
            #expect(await client.next() == .close(nil, ""))
        }
    }
}
