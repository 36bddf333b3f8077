import NIOCore
import NIOWebSocket
import Testing
import WSETestServer

@Suite struct StallTests {
    private func client(_ server: WSETestServer) async throws -> (WireClient, WSETestServer.Connection) {
        var client = try await WireClient.connect(to: server)
        _ = try await client.nextEvent()
        return (client, try await server.nextConnection())
    }

    /// Again and again, as it depends on which of the two comes first.
    @Test(.timeLimit(.minutes(1))) func aFlushEndsWhereTheConnectionStalls() async throws {
        try await withWSETestServer { server in
            let (_, connection) = try await client(server)
            connection.delay(.seconds(3_600))
            connection.sendText("held")
            for _ in 0..<100 {
                let flushing = Task { await connection.flushed() }
                for _ in 0..<10 { await Task.yield() }
                connection.stall()
                await flushing.value
                connection.resume()
            }
        }
    }

    @Test func aCutEndsAStalledConnectionAndWhatItHeldIsLost() async throws {
        try await withWSETestServer { server in
            var (client, connection) = try await client(server)
            connection.stall()
            connection.sendText("held")
            connection.cut()
            #expect(await client.next() == .end)
            #expect(try await connection.ended().isServerInitiated)
        }
    }

    @Test func aCloseEndsAStallAndFollowsWhatItHeld() async throws {
        try await withWSETestServer { server in
            var (client, connection) = try await client(server)
            connection.stall()
            connection.sendText("held")
            connection.close(code: 4_000, reason: "bye")
            #expect(await client.next() == .text("held"))
            #expect(await client.next() == .close(4_000, "bye"))
            client.close(4_000)
            #expect(await client.next() == .end)
        }
    }

    @Test func endsOfAScriptComeAfterItsStall() async throws {
        for (end, expected) in [
            (FaultScript.Action.cut(), [WireClient.Inbound.text("1"), .end]),
            (.close(code: 4_000), [.text("1"), .text("2"), .text("3"), .close(4_000, "")]),
        ] {
            try await withWSETestServer { server in
                var (client, connection) = try await client(server)
                connection.inject(FaultScript().on(.frame(1), .stall).on(.frame(3), end))
                for index in 1...3 { connection.sendText("\(index)") }
                for inbound in expected { #expect(await client.next() == inbound) }
            }
        }
    }

    /// A client that does not read never gets what stands before the end.
    @Test func aCutEndsAConnectionThatCannotBeWrittenTo() async throws {
        try await withWSETestServer { server in
            let (client, connection) = try await client(server)
            try await client.channel.setOption(.autoRead, value: false).get()
            for _ in 0..<2 { connection.sendBinary([UInt8](repeating: 0, count: 8 << 20)) }
            connection.cut()
            #expect(try await connection.ended().isServerInitiated)
        }
    }

    @Test func aClientThatClosesAndDoesNotReadIsLetGo() async throws {
        try await withWSETestServer { server in
            let (client, connection) = try await client(server)
            try await client.channel.setOption(.autoRead, value: false).get()
            for _ in 0..<2 { connection.sendBinary([UInt8](repeating: 0, count: 8 << 20)) }
            client.close(1_000)
            #expect(try await connection.ended().isClientClose)
        }
    }

    @Test func whatComesToAStalledConnectionIsHandledOnceItGoesOn() async throws {
        try await withWSETestServer { server in
            var (client, connection) = try await client(server)
            // Both come in one segment, and the first one stalls.
            server.on("stall") { $0.connection.stall() }
            client.channel.write(frame(#"{"t":"stall"}"#), promise: nil)
            client.channel.write(frame(#"{"t":"ping","p":{"timestamp":1}}"#), promise: nil)
            client.send(#"{"t":"late"}"#)
            _ = try await server.nextMessage(ofType: "stall")
            let other = try await self.client(server)
            other.0.send(#"{"t":"other"}"#)
            _ = try await server.nextMessage(ofType: "other")
            #expect(connection.messages.map(\.type) == ["stall"])
            connection.resume()
            #expect(try await client.nextEvent().type == "PONG")
            #expect(try await server.nextMessage(ofType: "late").connection == connection)
        }
    }

    private func frame(_ text: String) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer(string: text))
    }
}
