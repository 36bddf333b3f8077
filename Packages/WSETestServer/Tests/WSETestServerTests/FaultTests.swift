import Testing
import WSETestServer
import WSEWire

@Suite struct FaultTests {
    /// Sends ten numbered texts and then a WebSocket pong, which faults leave alone, and gives what came.
    private func run(_ script: FaultScript?, count: Int = 10) async throws -> [WireClient.Inbound] {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            let connection = try await server.nextConnection()
            connection.inject(script)
            for index in 1...count { connection.sendText("\(index)") }
            connection.sendPing()
            var received: [WireClient.Inbound] = []
            while true {
                let next = await client.next()
                if next == .ping([]) || next == .end { return received }
                received.append(next)
            }
        }
    }

    private func texts(_ script: FaultScript?, count: Int = 10) async throws -> [String] {
        try await run(script, count: count).compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    @Test func withoutRulesAllFramesPass() async throws {
        #expect(try await texts(FaultScript()) == (1...10).map(String.init))
    }

    @Test func framesAreDroppedByNumber() async throws {
        let script = FaultScript().on(.frame(3), .drop).on(.frames(7...8), .drop)
        #expect(try await texts(script) == ["1", "2", "4", "5", "6", "9", "10"])
    }

    @Test func everyThirdFrameComesTwice() async throws {
        let script = FaultScript().on(.every(3), .duplicate())
        #expect(
            try await texts(script) == ["1", "2", "3", "3", "4", "5", "6", "6", "7", "8", "9", "9", "10"])
    }

    @Test func aFrameComesAfterOthers() async throws {
        let script = FaultScript().on(.frame(2), .reorder(by: 3)).on(.frame(9), .reorder(by: 5))
        #expect(try await texts(script) == ["1", "3", "4", "5", "2", "6", "7", "8", "10"])
    }

    @Test func theFirstRuleThatMatchesActsAlone() async throws {
        let script = FaultScript().on(.frame(2), .pass).on(.frames(1...3), .drop).on(.frame(1), .duplicate())
        #expect(try await texts(script) == ["2", "4", "5", "6", "7", "8", "9", "10"])
    }

    @Test func chanceIsTheSameForTheSameSeed() async throws {
        func script(_ seed: UInt64) -> FaultScript { FaultScript(seed: seed).on(.chance(0.5), .drop) }
        let first = try await texts(script(1), count: 200)
        #expect((60..<140).contains(first.count))
        #expect(try await texts(script(1), count: 200) == first)
        #expect(try await texts(script(2), count: 200) != first)
    }

    @Test func aCutComesAfterItsFrame() async throws {
        #expect(try await run(FaultScript().on(.frame(2), .cut())) == [.text("1"), .text("2")])
    }

    /// A cut counts the frames that were meant for the client.
    @Test(arguments: [
        (FaultScript.Action.drop, []), (.duplicate(), ["1", "1", "2", "2", "3", "3"]),
        (.reorder(by: 1), ["1", "2"]),
    ])
    func aCutComesWhateverElseHappensToItsFrame(action: FaultScript.Action, expected: [String]) async throws {
        #expect(try await texts(FaultScript().on(.all, action).on(.frame(3), .cut())) == expected)
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            let connection = try await server.nextConnection()
            connection.inject(FaultScript().on(.all, action))
            connection.cut(afterFrames: 3)
            for index in 1...10 { connection.sendText("\(index)") }
            for text in expected { #expect(await client.next() == .text(text)) }
            #expect(await client.next() == .end)
        }
    }

    @Test func aRuleThatPassesKeepsACutFromActing() async throws {
        let script = FaultScript().on(.frame(3), .pass).on(.frame(3), .cut())
        #expect(try await texts(script).count == 10)
    }

    @Test func aHeldFrameComesBeforeTheCut() async throws {
        let script = FaultScript().on(.frame(1), .reorder(by: 1)).on(.frame(2), .cut())
        #expect(try await run(script) == [.text("2"), .text("1")])
    }

    @Test func aCloseComesAfterItsFrame() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            server.inject(FaultScript().on(.frame(1), .close(code: 4429, reason: "slow down")))
            server.broadcastText("1")
            server.broadcastText("2")
            #expect(await client.next() == .text("1"))
            #expect(await client.next() == .close(4429, "slow down"))
        }
    }

    @Test func aDelayHoldsWhatFollowsInOrder() async throws {
        let script = FaultScript().on(.frame(2), .delay(.milliseconds(20)))
        #expect(try await texts(script) == (1...10).map(String.init))
    }

    @Test func aStallHoldsEverythingUntilResumed() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            let connection = try await server.nextConnection()
            connection.inject(FaultScript().on(.frame(1), .stall))
            connection.sendText("1")
            connection.sendText("2")
            #expect(await client.next() == .text("1"))
            await connection.flushed()
            #expect(connection.pendingBytes == 1)
            connection.resume()
            #expect(await client.next() == .text("2"))
        }
    }

    @Test func corruptionsAreWhatTheySay() async throws {
        let replaced = FaultScript().on(.frame(1), .replace(with: "x"))
        #expect(try await texts(replaced, count: 1) == ["x"])
        let changed = FaultScript(seed: 3).on(.all, .corrupt(.bytes))
        #expect(try await texts(changed) != (1...10).map(String.init))
        #expect(try await texts(changed).count == 10)
        guard case .binary = try await run(FaultScript().on(.frame(1), .corrupt(.garbage)), count: 1).first
        else {
            Issue.record("no garbage")
            return
        }
        let truncated = FaultScript().on(.frame(10), .corrupt(.truncate))
        #expect(try await texts(truncated).last == "1")
    }

    /// What it looks like is told by the client's decoder; NIO's leaves reserved bits to extensions.
    @Test func aReservedBitArrives() async throws {
        let script = FaultScript().on(.frame(1), .corrupt(.reservedBit))
        #expect(try await run(script, count: 2) == [.reserved("1"), .text("2")])
    }

    @Test func rulesChooseByTypeTopicAndKind() async throws {
        try await withWSETestServer { server in
            server.inject(
                FaultScript(frames: .all).on(.type("subscription_update"), .drop).on(
                    .topic("x"), .duplicate()))
            var client = try await WireClient.connect(to: server)
            #expect(try await client.nextEvent().type == "server_ready")
            client.send(#"{"t":"subscription_update","p":{"action":"subscribe","topics":["x","y"]}}"#)
            try await server.waitForSubscription(to: "y")
            try server.publish("one", to: "x")
            try server.publish("two", to: "y")
            #expect(try await client.nextEvent().type == "one")
            #expect(try await client.nextEvent().type == "one")
            #expect(try await client.nextEvent().type == "two")
            server.inject(nil)
            try server.publish("three", to: "x")
            try server.publish("four", to: "x")
            #expect(try await client.nextEvent().type == "three")
            #expect(try await client.nextEvent().type == "four")
        }
    }

    @Test func controlFramesAreLeftAloneUnlessAskedFor() async throws {
        try await withWSETestServer { server in
            server.inject(FaultScript().on(.all, .drop))
            var client = try await WireClient.connect(to: server)
            #expect(try await client.nextEvent().type == "server_ready")
            server.broadcastText("lost")
            client.send(#"{"t":"ping","p":{}}"#)
            #expect(try await client.nextEvent().type == "PONG")
        }
    }

    @Test func aRequestCanBeHungUpOnOrIgnored() async throws {
        try await withWSETestServer { server in
            server.refuseNext(.hangUp)
            var first = try await WireClient.connect(to: server)
            #expect(await first.next() == .end)
            server.refuseAll(.silence)
            var second = try await WireClient.connect(to: server)
            try await server.waitForRefusedRequests(2)
            async let late = second.next()
            server.refuseAll(nil)
            var third = try await WireClient.connect(to: server)
            #expect(try await third.nextEvent().type == "server_ready")
            #expect(server.refusedRequestCount == 2)
            await server.takeDown()
            #expect(await late == .end)
        }
    }
}
