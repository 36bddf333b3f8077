import Testing
import WSETestServer
import WSEWire

@Suite struct TopicTests {
    private func subscribe(_ topic: String, _ position: (String, Int)? = nil, recover: Bool = true) -> String
    {
        let recovery =
            position.map { #","recovery":{"\#(topic)":{"epoch":"\#($0.0)","offset":\#($0.1)}}"# } ?? ""
        return
            #"{"t":"subscription_update","p":{"action":"subscribe","topics":["\#(topic)"],"recover":\#(recover)\#(recovery)}}"#
    }

    @Test func publicationsAreStampedFromZero() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            client.send(subscribe("x"))
            let answer = try await client.nextEvent()
            #expect(answer.type == "subscription_update")
            #expect(answer.payload["success_topics"] == ["x"])
            #expect(answer.payload["failed_topics"] == [])
            #expect(
                answer.payload["recovery"] == [
                    "x": ["epoch": nil, "offset": 0, "recovered": false, "recoverable": false, "count": 0]
                ])
            for index in 0..<3 { try server.publish("tick", ["i": .int(Int64(index))], to: "x") }
            try server.publish("tick", to: "y")
            server.publishText(#"{ "t": "own", "p": 7 }"#, to: "x")
            let epoch = try #require(server.position(of: "x")?.epoch.string)
            #expect(epoch.utf8.count == 8)
            for offset in 0..<3 {
                let event = try await client.nextEvent()
                #expect(event.stamp == RecoveryStamp(topic: "x", epoch: .init(epoch), offset: UInt64(offset)))
                #expect(event.payload["i"] == .int(Int64(offset)))
                #expect(event.id?.count == 36)
                #expect(event.sequence == nil)
            }
            #expect(
                await client.next() == .text(#"{"tp":"x","e":"\#(epoch)","o":3, "t": "own", "p": 7 }"#))
        }
    }

    @Test func theOlderServerDoesNotStamp() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.dialect = .prefixed
        try await withWSETestServer(configuration: configuration) { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            client.send(subscribe("x"))
            _ = try await client.nextEvent()
            server.publishText(#"{"t":"own"}"#, to: "x")
            try server.publish("tick", to: "x")
            #expect(await client.next() == .text(#"{"t":"own"}"#))
            let tick = try await client.nextEvent()
            #expect(tick.stamp == nil)
            #expect(tick.category == nil)
        }
    }

    struct Resumption: Sendable {
        var offset: Int
        var capacity = 100
        var isOtherEpoch = false
        var isRecovered = true
        var replay: [UInt64] = []
    }

    /// Ten publications are there; what follows the client's position comes, if all of it is still kept.
    @Test(arguments: [
        Resumption(offset: 2, replay: [3, 4, 5, 6, 7, 8, 9]), Resumption(offset: 8, replay: [9]),
        Resumption(offset: 9), Resumption(offset: 99),
        Resumption(offset: 2, isOtherEpoch: true, isRecovered: false),
        Resumption(offset: 5, capacity: 4, replay: [6, 7, 8, 9]),
        Resumption(offset: 4, capacity: 4, isRecovered: false),
        Resumption(offset: 8, capacity: 0, isRecovered: false),
    ])
    func whatWasMissedIsReplayedBeforeTheAnswer(_ resumption: Resumption) async throws {
        var configuration = WSETestServer.Configuration()
        configuration.historyCapacity = resumption.capacity
        try await withWSETestServer(configuration: configuration) { server in
            for _ in 0..<10 { try server.publish("tick", to: "x") }
            let epoch = try #require(server.position(of: "x")?.epoch.string)
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            client.send(subscribe("x", (resumption.isOtherEpoch ? "deadbeef" : epoch, resumption.offset)))
            for offset in resumption.replay {
                #expect(try await client.nextEvent().offset == offset)
            }
            let answer = try await client.nextEvent()
            #expect(
                answer.payload["recovery", "x"] == [
                    "epoch": .string(epoch), "offset": 9, "recovered": .bool(resumption.isRecovered),
                    "recoverable": true, "count": .int(Int64(resumption.replay.count)),
                ])
        }
    }

    @Test func aRefusedTopicIsNamedAndNotSubscribed() async throws {
        var configuration = WSETestServer.Configuration()
        // It may ask the server things.
        configuration.acceptsTopic = { topic, connection in topic != "secret" && connection.topics.isEmpty }
        try await withWSETestServer(configuration: configuration) { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            client.send(
                #"{"t":"subscription_update","cid":"7","p":{"action":"subscribe","topics":["secret","open"]}}"#
            )
            let answer = try await client.nextEvent()
            #expect(answer.payload["success_topics"] == ["open"])
            #expect(answer.payload["failed_topics"] == ["secret"])
            #expect(answer.payload["recovery"] == nil)
            #expect(answer.correlationID == "7")
            try server.publish("no", to: "secret")
            try server.publish("yes", to: "open")
            #expect(try await client.nextEvent().type == "yes")
            #expect(server.connections.first?.topics == ["open"])
        }
    }

    @Test func topicsAreAskedAboutForSubscriptionsOnly() async throws {
        var configuration = WSETestServer.Configuration()
        let (asked, told) = AsyncStream.makeStream(of: String.self)
        configuration.acceptsTopic = { topic, _ in
            told.yield(topic)
            return true
        }
        try await withWSETestServer(configuration: configuration) { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            for action in ["subscribe", "unsubscribe", "dance"] {
                client.send(#"{"t":"subscription_update","p":{"action":"\#(action)","topics":["x"]}}"#)
                _ = try await client.nextEvent()
            }
            told.finish()
            #expect(await asked.reduce(into: []) { $0.append($1) } == ["x"])
        }
    }

    @Test func unsubscribingEndsTheFlow() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            client.send(subscribe("x", recover: false))
            _ = try await client.nextEvent()
            client.send(#"{"t":"subscription_update","p":{"action":"unsubscribe","topics":["x"]}}"#)
            #expect(try await client.nextEvent().payload["success_topics"] == ["x"])
            try server.publish("tick", to: "x")
            try await server.nextConnection().sendText("after")
            #expect(await client.next() == .text("after"))
            #expect(server.subscribers(of: "x").isEmpty)
        }
    }

    @Test func anUnknownActionIsAnError() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            _ = try await client.nextEvent()
            client.send(#"{"t":"subscription_update","p":{"action":"dance"}}"#)
            #expect(try await client.nextEvent().payload["code"] == "INVALID_ACTION")
        }
    }

    @Test func presenceIsToldToAllOnTheTopic() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.authentication = .token(secret: "s")
        try await withWSETestServer(configuration: configuration) { server in
            func join(_ user: String, _ name: String) async throws -> WireClient {
                var client = try await WireClient.connect(
                    to: server, token: JSONWebToken.make(subject: user, secret: "s"))
                _ = try await client.nextEvent()
                client.send(presence(name))
                return client
            }
            func presence(_ name: String) -> String {
                #"{"t":"subscription_update","p":{"action":"subscribe","topics":["room"],"presence":{"name":"\#(name)"}}}"#
            }
            var ada = try await join("ada", "Ada")
            let own = #"{"c":"WSE","p":{"data":{"name":"Ada"},"user_id":"ada"},"t":"presence_join"}"#
            #expect(await ada.next() == .text(own))
            #expect(try await ada.nextEvent().type == "subscription_update")
            let bob = try await join("bob", "Bob")
            let joined = #"{"c":"WSE","p":{"data":{"name":"Bob"},"user_id":"bob"},"t":"presence_join"}"#
            #expect(await ada.next() == .text(joined))
            #expect(server.presence(on: "room") == ["ada": ["name": "Ada"], "bob": ["name": "Bob"]])
            // A second connection of the same user is no second user; what it says anew is an update.
            let second = try await join("bob", "Robert")
            let updated = #"{"c":"WSE","p":{"data":{"name":"Robert"},"user_id":"bob"},"t":"presence_update"}"#
            #expect(await ada.next() == .text(updated))
            try await bob.drop()
            try await server.waitForConnections(2)
            try await second.drop()
            let left = #"{"c":"WSE","p":{"data":{"name":"Robert"},"user_id":"bob"},"t":"presence_leave"}"#
            #expect(await ada.next() == .text(left))
        }
    }
}
