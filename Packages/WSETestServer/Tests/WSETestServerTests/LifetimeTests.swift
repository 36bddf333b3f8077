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

    /// Whoever sees the end sees that the server has forgotten the connection.
    @Test func aConnectionIsForgottenWhenItEnds() async throws {
        try await withWSETestServer { server in
            for _ in 0..<50 {
                var client = try await WireClient.connect(to: server)
                _ = try await client.nextEvent()
                let connection = try await server.nextConnection()
                connection.subscribe(to: ["x"])
                async let dropped: Void = client.drop()
                while connection.end == nil { await Task.yield() }
                #expect(server.connections.isEmpty)
                #expect(server.subscribers(of: "x").isEmpty)
                try await dropped
            }
        }
    }

    @Test func whatIsSentToAConnectionThatHasEndedIsAnError() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            let connection = try await server.nextConnection()
            #expect(connection.sendText("1"))
            connection.cut()
            for _ in 0..<2 {
                #expect(!connection.sendText("2"))
                #expect(!connection.sendBinary([2]))
                #expect(!connection.sendRawBytes([2]))
                #expect(!connection.sendPing())
                #expect(!connection.sendError("HANDLER_ERROR", "no"))
                #expect(!connection.sendServerReady())
                #expect(!connection.sendRateLimitWarning(rate: 1, limit: 2, remaining: 1, retryAfter: .zero))
                let envelope = Envelope(type: "a")
                for send in [
                    { () throws in try connection.send(envelope) }, { try connection.sendBatch([envelope]) },
                    { try connection.sendPriorityMessage(envelope) },
                    { try connection.sendControl(envelope) },
                ] {
                    let error = #expect(throws: WSETestServerError.self) { try send() }
                    #expect(error?.code == .unknownConnection)
                }
                _ = try await connection.ended()
            }
        }
    }

    @Test func waitingForConnectionsIsExactOrAtLeast() async throws {
        try await withWSETestServer { server in
            var clients: [WireClient] = []
            for _ in 0..<2 { clients.append(try await WireClient.connect(to: server)) }
            try await server.waitForConnections(2)
            try await server.waitForConnections(atLeast: 1)
            let error = await #expect(throws: WSETestServerError.self) {
                try await server.waitForConnections(1, within: .milliseconds(20))
            }
            #expect(error?.code == .timedOut)
            try await clients[0].drop()
            try await server.waitForConnections(1)
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
