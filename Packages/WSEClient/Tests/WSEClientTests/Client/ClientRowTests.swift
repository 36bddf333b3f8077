import Testing
import WSETestServer
import WSETransport
import WSETransportTesting

@testable import WSEClient

/// Rows of `docs/parity.md` that are about the client as a whole.
@Suite(.timeLimit(.minutes(1))) struct ClientRowTests {
    private struct Interrupted: Error {}

    @Test
    func
        `row AsyncWSEClient: url, token, topics, headers, queue size, and a scope that closes on every exit`()
        async throws
    {
        let secret = "test-secret-of-at-least-32-bytes!"
        var settings = WSETestServer.Configuration()
        settings.authentication = .token(secret: secret)
        let server = try await WSETestServer.start(configuration: settings)
        let token = JSONWebToken.make(subject: "tester", secret: secret, lifetime: .seconds(60))
        var configuration = WSEConfiguration()
        configuration.headers = [WebSocketHeader("X-App", "1")]
        configuration.eventBuffering = StreamBuffering(capacity: 10)
        var client: WSEClient?
        await #expect(throws: Interrupted.self) {
            try await withWSEClient(
                url: server.url, token: token, topics: ["a"], configuration: configuration
            ) { inner in
                client = inner
                let connection = try await server.nextConnection()
                #expect(connection.request.header("X-App") == "1")
                _ = try await connection.nextMessage(ofType: "subscription_update")
                throw Interrupted()
            }
        }
        #expect(client?.state == .disconnected)
        #expect(client?.wantedTopics == ["a"])
        await server.stop()
    }

    @Test func `row connect and disconnect: ready, closed, and once more`() async throws {
        let server = try await WSETestServer.start()
        let client = try WSEClient(url: server.url)
        for _ in 0..<2 {
            try await client.connect()
            #expect(client.isReady)
            await client.disconnect()
            #expect(!client.isConnected)
            #expect(client.state == .disconnected)
        }
        await server.stop()
    }

    @Test func `row subscribe: what the server accepts and refuses, offline and over a reconnect`()
        async throws
    {
        let transport = InMemoryTransport()
        let client = try WSEClient(
            url: "ws://server/wse", configuration: WSEConfiguration(transport: transport))
        async let connecting: Void = client.connect()
        async let early = client.subscribe(["early"])
        for round in 0..<2 {
            let server = try await transport.nextConnection()
            server.accept()
            server.push(.text(SessionHarness.hello))
            let peer = ConnectedClient(client: client, server: server, transport: transport)
            let asked = try await peer.next("subscription_update")
            #expect(asked["p", "topics"] == ["early"])
            server.push(
                .text(SessionHarness.answer(accepted: ["early"], request: asked["cid"]?.stringValue)))
            if round == 0 {
                try await connecting
                #expect(try await early.accepted == ["early"])
                async let later = client.subscribe(["secret"])
                try await peer.answerSubscription(refusing: ["secret"])
                #expect(try await later.refused == ["secret"])
                #expect(client.wantedTopics == ["early"])
                client.forceReconnect()
            }
        }
        while client.subscribedTopics.isEmpty { await Task.yield() }
        #expect(client.subscribedTopics == ["early"])
    }

    @Test func `row async for: events end with the client, and not before`() async throws {
        let peer = try await ConnectedClient()
        let counting = Task {
            var count = 0
            for try await _ in peer.client.events { count += 1 }
            return count
        }
        for offset in UInt64(0)..<10 { peer.server.push(.text(SessionHarness.publication("a", offset))) }
        while peer.client.statistics().eventsDelivered < 10 { await Task.yield() }
        try await peer.disconnect()
        #expect(try await counting.value == 10)
    }

    @Test func `row force_reconnect and change_endpoint: topics and positions go along`() async throws {
        let peer = try await ConnectedClient()
        async let subscribing = peer.client.subscribe(["a"])
        try await peer.answerSubscription()
        _ = try await subscribing
        peer.server.push(.text(SessionHarness.publication("a", 7)))
        peer.client.forceReconnect()
        for url in ["ws://server/wse", "ws://elsewhere:9/wse"] {
            let server = try await peer.transport.nextConnection()
            #expect(server.request.url.description.hasPrefix(url))
            server.accept()
            server.push(.text(SessionHarness.hello))
            let next = ConnectedClient(client: peer.client, server: server, transport: peer.transport)
            let asked = try await next.next("subscription_update")
            #expect(asked["p", "recovery", "a", "offset"] == 7)
            if url == "ws://server/wse" { try peer.client.changeEndpoint("ws://elsewhere:9/wse") }
        }
        #expect { try peer.client.changeEndpoint("ftp://no") } throws: {
            ($0 as? WSEError)?.code == .invalidArgument
        }
    }

    @Test func `row is_connected, is_ready, is_fully_ready, subscribed_topics, queue_size, recovery_enabled`()
        async throws
    {
        let peer = try await ConnectedClient { $0.topics = ["a"] }
        #expect(peer.client.isConnected && peer.client.isReady)
        #expect(!peer.client.isFullyReady)
        #expect(peer.client.subscribedTopics.isEmpty)
        #expect(peer.client.isRecoveryEnabled)
        try await peer.answerSubscription()
        #expect(peer.client.isFullyReady)
        #expect(peer.client.subscribedTopics == ["a"])
        peer.server.push(.text(SessionHarness.publication("a", 0)))
        #expect(peer.client.queueSize == 1)
    }

    @Test func `row ConnectionState: the seven states`() {
        #expect(
            ConnectionState.allCases.map(\.rawValue) == [
                "pending", "connecting", "connected", "reconnecting", "degraded", "disconnected", "error",
            ])
    }

    @Test func `row WSEEvent: every field, the payload by key and as a type`() async throws {
        struct Tick: Decodable, Equatable {
            var n: Int
        }
        let peer = try await ConnectedClient()
        peer.server.push(
            .text(
                #"{"c":"U","t":"tick","p":{"n":3},"id":"i","ts":"2026-01-02T03:04:05Z","seq":9,"v":1,"pri":8,"cid":"c","sig":"s","tp":"a","e":"0000007b","o":4}"#
            ))
        var events = peer.client.events.makeAsyncIterator()
        let event = try #require(try await events.next())
        #expect(event.type == "tick" && event.id == "i" && event.sequence == 9 && event.version == 1)
        #expect(event.timestamp == "2026-01-02T03:04:05Z" && event.category == .update)
        #expect(event.priority == .high && event.correlationID == "c" && event.signature == "s")
        #expect(event.topic == "a" && event.epoch == "0000007b" && event.offset == 4)
        #expect(event.payload["n"] == 3)
        #expect(try event.decode(Tick.self) == Tick(n: 3))
    }
}
