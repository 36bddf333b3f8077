import Testing
import WSETestServer
import WSEWire

@Suite struct ReplayTests {
    private static func fill(_ text: String, _ epoch: String) -> String {
        guard let range = text.firstRange(of: "EPOCH") else { return text }
        return String(text[..<range.lowerBound]) + epoch + text[range.upperBound...]
    }

    /// As on the published servers: 128 are kept, and no more than 500 come at once.
    @Test func theDefaultBoundsAreThePublishedServers() async throws {
        #expect(WSETestServer.Configuration().historyCapacity == 128)
        #expect(WSETestServer.Configuration().recoveryLimit == 500)
    }

    @Test func moreThanTheLimitIsNotReplayed() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.recoveryLimit = 3
        try await withWSETestServer(configuration: configuration) { server in
            for _ in 0..<10 { try server.publish("tick", to: "x") }
            let epoch = try #require(server.position(of: "x")?.epoch.string)
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            for (offset, count) in [(5, 0), (6, 3)] {
                client.send(
                    #"{"t":"subscription_update","p":{"action":"subscribe","topics":["x"],"recover":true,"recovery":{"x":{"epoch":"\#(epoch)","offset":\#(offset)}}}}"#
                )
                for _ in 0..<count { #expect(try await client.nextEvent().type == "tick") }
                let answer = try await client.nextEvent()
                #expect(answer.payload["recovery", "x", "recovered"] == .bool(count > 0))
            }
        }
    }

    @Test(arguments: [(WSETestServer.ReplayOrder.first, 90), (.answerFirst, 0), (.interleaved, 45)])
    func replayAndAnswerComeInTheOrderThatIsAskedFor(
        order: WSETestServer.ReplayOrder, answerAfter: Int
    ) async throws {
        var configuration = WSETestServer.Configuration()
        configuration.replayOrder = order
        try await withWSETestServer(configuration: configuration) { server in
            for _ in 0..<100 { try server.publish("tick", to: "x") }
            let epoch = try #require(server.position(of: "x")?.epoch.string)
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            client.send(
                #"{"t":"subscription_update","p":{"action":"subscribe","topics":["x"],"recover":true,"recovery":{"x":{"epoch":"\#(epoch)","offset":9}}}}"#
            )
            var offsets: [UInt64] = []
            var answeredAfter = -1
            while offsets.count < 90 || answeredAfter < 0 {
                let event = try await client.nextEvent()
                if event.type == "subscription_update" {
                    answeredAfter = offsets.count
                } else {
                    offsets.append(try #require(event.offset))
                }
            }
            #expect(answeredAfter == answerAfter)
            #expect(offsets == Array(10...99))
        }
    }

    /// What is published while the replay is under way comes in its midst.
    @Test func anInterleavedReplayLetsLiveEventsIn() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.replayOrder = .interleaved
        configuration.historyCapacity = 20_000
        configuration.recoveryLimit = nil
        try await withWSETestServer(configuration: configuration) { server in
            for _ in 0..<20_000 { server.publishText(#"{"t":"tick"}"#, to: "x") }
            let epoch = try #require(server.position(of: "x")?.epoch.string)
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            // The answer tells that half of the replay is still to come.
            server.on("subscription_update") { _ in server.publishText(#"{"t":"tick"}"#, to: "x") }
            client.send(
                #"{"t":"subscription_update","p":{"action":"subscribe","topics":["x"],"recover":true,"recovery":{"x":{"epoch":"\#(epoch)","offset":0}}}}"#
            )
            var offsets: [UInt64] = []
            while offsets.count < 20_000 {
                let event = try await client.nextEvent()
                if let offset = event.offset { offsets.append(offset) }
            }
            #expect(offsets.sorted() == Array(1...20_000))
            #expect(offsets != Array(1...20_000))
        }
    }

    @Test func withoutRecoveryNothingIsStampedOrKept() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.features.recovery = false
        try await withWSETestServer(configuration: configuration) { server in
            var client = try await WireClient.connect(to: server)
            #expect(try await client.nextEvent().payload["details", "features", "recovery"] == false)
            client.send(
                #"{"t":"subscription_update","p":{"action":"subscribe","topics":["x"],"recover":true}}"#)
            let answer = try await client.nextEvent()
            #expect(answer.payload["recovery", "x", "epoch"]?.isNull == true)
            #expect(answer.payload["recovery", "x", "recoverable"] == false)
            server.publishText(#"{"t":"a"}"#, to: "x")
            #expect(await client.next() == .text(#"{"c":"U","t":"a"}"#))
        }
    }

    /// What the newer published server was seen to make of what applications publish.
    @Test(arguments: [
        (#"{"t":"a"}"#, #"{"tp":"x","e":"EPOCH","o":0,"c":"U","t":"a"}"#),
        (#"{"p":1,"t":"a"}"#, #"{"tp":"x","e":"EPOCH","o":0,"p":1,"t":"a"}"#),
        ("  {\"t\":\"a\"} ", #"{"tp":"x","e":"EPOCH","o":0,"c":"U","t":"a"} "#),
        ("plain", "plain"), ("[1,2]", "[1,2]"), ("{}", #"{"tp":"x","e":"EPOCH","o":0}"#),
        (#"{"t":"a","o":7}"#, #"{"tp":"x","e":"EPOCH","o":0,"c":"U","t":"a","o":7}"#),
    ])
    func textsAreStampedWithoutBeingParsed(text: String, expected: String) async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            try await server.nextConnection().subscribe(to: ["x"])
            let stamp = server.publishText(text, to: "x")
            let epoch = stamp.epoch.string
            #expect(await client.next() == .text(Self.fill(expected, epoch)))
            #expect(server.publishText("{}", to: "x").offset == 1)
        }
    }
}
