import Testing
import WSETestServer
import WSEWire

@Suite struct LifetimeTests {
    @Test func aCutEndsTCPWithoutACloseFrame() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            let connection = try await server.nextConnection()
            connection.sendText("last")
            connection.cut()
            connection.sendText("never")
            #expect(await client.next() == .text("last"))
            #expect(await client.next() == .end)
            #expect(try await connection.ended().isServerInitiated)
        }
    }

    @Test func aResetIsSeenAsOne() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            try await server.nextConnection().cut(.reset)
            guard case .failed(let error) = await client.next() else {
                Issue.record("no error")
                return
            }
            #expect(error.contains("reset"))
        }
    }

    @Test func aCutAfterNFramesIsExact() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            let connection = try await server.nextConnection()
            connection.cut(afterFrames: 3)
            for index in 0..<10 { connection.sendText("\(index)") }
            for index in 0..<3 { #expect(await client.next() == .text("\(index)")) }
            #expect(await client.next() == .end)
        }
    }

    @Test func aStalledConnectionKeepsTCPAndGoesOnLater() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            let connection = try await server.nextConnection()
            connection.stall()
            client.send(#"{"t":"unheard"}"#)
            connection.sendText("held")
            #expect(connection.pendingBytes == 4)
            #expect(server.messageCount == 0)
            connection.resume()
            #expect(await client.next() == .text("held"))
            #expect(try await server.nextMessage().type == "unheard")
        }
    }

    @Test func stopSaysGoodbye() async throws {
        let server = try await WSETestServer.start()
        var client = try await WireClient.connect(to: server)
        _ = try await client.nextEvent()
        async let stopped: Void = server.stop()
        #expect(await client.next() == .close(1001, "server shutting down"))
        client.close(1001)
        await stopped
        #expect(server.allConnections.count == 1)
    }

    @Test func drainClosesWith4300AndLetsNobodyIn() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            async let drained: Void = server.drain()
            #expect(await client.next() == .close(4300, ""))
            client.close(4300)
            await drained
            var late = try await WireClient.connect(to: server)
            var last = await late.next()
            if case .failed = last { last = await late.next() }
            #expect(last == .end)
            try await server.bringUp()
            var early = try await WireClient.connect(to: server)
            #expect(try await early.nextEvent().type == "server_ready")
        }
    }

    @Test(arguments: [WSETestServer.Memory.keep, .forget])
    func aRestartKeepsThePortAndPerhapsTheHistory(memory: WSETestServer.Memory) async throws {
        try await withWSETestServer { server in
            let port = server.port
            let before = try server.publish("tick", to: "x")
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            try await server.restart(.crash(), memory: memory)
            #expect(await client.next() == .end)
            #expect(server.port == port)
            let after = try server.publish("tick", to: "x")
            #expect((after.epoch == before.epoch) == (memory == .keep))
            #expect(after.offset == (memory == .keep ? 1 : 0))
            var again = try await WireClient.connect(to: server)
            #expect(try await again.nextEvent().type == "server_ready")
        }
    }

    @Test func aServerThatIsDownRefusesConnections() async throws {
        try await withWSETestServer { server in
            await server.takeDown()
            await #expect(throws: (any Error).self) { try await WireClient.connect(to: server) }
        }
    }

    @Test func aTakenPortIsAnError() async throws {
        try await withWSETestServer { server in
            var configuration = WSETestServer.Configuration()
            configuration.port = server.port
            let error = await #expect(throws: WSETestServerError.self) {
                try await WSETestServer.start(configuration: configuration)
            }
            #expect(error?.code == .bindFailed)
        }
    }

    @Test(arguments: [-1, 65_536])
    func aPortThatIsNoneIsAnError(port: Int) async throws {
        var configuration = WSETestServer.Configuration()
        configuration.port = port
        let error = await #expect(throws: WSETestServerError.self) {
            try await WSETestServer.start(configuration: configuration)
        }
        #expect(error?.code == .bindFailed)
    }

    @Test func manyPublicationsArriveInOrder() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            client.send(#"{"t":"subscription_update","p":{"action":"subscribe","topics":["x"]}}"#)
            _ = try await client.nextEvent()
            async let published = server.run(DemoFeed(topics: ["x"]), rate: 1_000_000, count: 20_000)
            for offset in 0..<20_000 as Range<UInt64> {
                let event = try await client.nextEvent()
                guard event.offset == offset else {
                    Issue.record("\(event) where \(offset) was due")
                    return
                }
            }
            #expect(await published == 20_000)
        }
    }

    @Test func aSlowClientLosesFramesAndNothingElse() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.limits.outboundBytes = 1_000
        try await withWSETestServer(configuration: configuration) { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            let connection = try await server.nextConnection()
            connection.stall()
            for _ in 0..<12 { connection.sendText(String(repeating: "x", count: 100)) }
            #expect(connection.droppedFrames == 2)
            connection.resume()
            for _ in 0..<10 { #expect(await client.next() == .text(String(repeating: "x", count: 100))) }
            await connection.flushed()
            #expect(connection.pendingBytes == 0)
        }
    }
}
