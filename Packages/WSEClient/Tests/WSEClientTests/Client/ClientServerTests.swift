import Testing
import WSETestServer

@testable import WSEClient

/// The whole client against the embedded server, over real sockets.
@Suite struct ClientServerTests {
    private static let secret = "test-secret-of-at-least-32-bytes!"

    private func start(
        _ configure: (inout WSETestServer.Configuration) -> Void = { _ in }
    ) async throws -> (server: WSETestServer, token: String) {
        var configuration = WSETestServer.Configuration()
        configuration.authentication = .token(secret: Self.secret)
        configure(&configuration)
        let server = try await WSETestServer.start(configuration: configuration)
        return (server, JSONWebToken.make(subject: "tester", secret: Self.secret, lifetime: .seconds(60)))
    }

    /// Collects events until there are `count`.
    private func collect(_ count: Int, from client: WSEClient) async throws -> [WSEEvent] {
        var events: [WSEEvent] = []
        for try await event in client.events {
            events.append(event)
            if events.count == count { break }
        }
        return events
    }

    @Test(arguments: [WSETestServer.Dialect.current, .prefixed])
    func `publications arrive once and in order, in both dialects`(dialect: WSETestServer.Dialect)
        async throws
    {
        let (server, token) = try await start { $0.dialect = dialect }
        try await withWSEClient(url: server.url, token: token) { client in
            #expect(try await client.subscribe(["a"]).accepted == ["a"])
            async let events = collect(5_000, from: client)
            for number in 0..<5_000 {
                try server.publish("tick", ["n": .int(Int64(number))], to: "a")
                if number % 500 == 0 { await server.flushed(below: 1 << 16) }
            }
            let numbers = try await events.map { $0.payload["n"]?.intValue }
            #expect(numbers == Array(0..<5_000))
        }
        await server.stop()
    }

    @Test func `a wrong token makes connect throw an auth error`() async throws {
        let (server, _) = try await start()
        await #expect {
            try await WSEClient.connect(to: server.url, token: "not.a.token")
        } throws: { ($0 as? WSEError)?.code == .auth }
        await server.stop()
    }

    @Test func `after a cut the client resumes and nothing is lost or doubled`() async throws {
        let (server, token) = try await start()
        var configuration = WSEConfiguration()
        configuration.backoff = Backoff.Configuration(base: .milliseconds(10), maximum: .milliseconds(50))
        try await withWSEClient(url: server.url, token: token, configuration: configuration) { client in
            try await client.subscribe(["a", "b"])
            async let events = collect(400, from: client)
            for number in 0..<200 {
                for topic in ["a", "b"] { try server.publish("tick", ["n": .int(Int64(number))], to: topic) }
                if number == 100 { server.cutAll() }
            }
            let received = try await events
            for topic in ["a", "b"] {
                let offsets = received.filter { $0.topic == topic }.compactMap(\.offset)
                #expect(offsets == Array(0..<200))
            }
            #expect(client.statistics().reconnects == 1)
        }
        await server.stop()
    }

    @Test func `the scope of a client ends with its connection closed, though its task is cancelled meanwhile`()
        async throws
    {
        let (server, token) = try await start()
        let (clients, found) = AsyncStream.makeStream(of: WSEClient.self)
        let (gate, open) = AsyncStream.makeStream(of: Never.self)
        let scope = Task {
            try await withWSEClient(url: server.url, token: token) { client in
                found.yield(client)
                for await _ in gate {}
            }
        }
        var iterator = clients.makeAsyncIterator()
        let client = try #require(await iterator.next())
        // Nobody answers the close while the task that waits for it is cancelled.
        let connection = try #require(server.connections.first)
        connection.stall()
        open.finish()
        while client.isReady { await Task.yield() }
        scope.cancel()
        connection.resume()
        try await scope.value
        #expect(client.engine.read { $0.machine.phase } == .idle)
        await server.stop()
    }

    @Test func `disconnect ends the events, and the client can connect again`() async throws {
        let (server, token) = try await start()
        let client = try await WSEClient.connect(to: server.url, token: token, topics: ["a"])
        async let ended = collect(1, from: client)
        await client.disconnect()
        let received = try await ended
        #expect(received.isEmpty)
        #expect(client.state == .disconnected)

        try await client.connect()
        #expect(client.isReady)
        try await server.waitForSubscription(to: "a")
        async let events = collect(1, from: client)
        try server.publish("tick", 1, to: "a")
        #expect(try await events.first?.payload.value == 1)
        await client.disconnect()
        await server.stop()
    }

    @Test func `a message is sent, and the answer carries its correlation id`() async throws {
        let (server, token) = try await start()
        try await withWSEClient(url: server.url, token: token) { client in
            async let events = collect(1, from: client)
            let outcome = try await client.send("echo", ["x": 1], priority: .high, correlationID: "c-1")
            #expect(outcome.disposition == .sent)
            let answer = try #require(try await events.first)
            #expect(answer.correlationID == "c-1")
            #expect(answer.payload.value == ["x": 1])
            let message = try await server.nextMessage(ofType: "echo")
            #expect(message.event?.id == outcome.id)
        }
        await server.stop()
    }

    @Test func `a client that nobody holds any more closes its connection`() async throws {
        let (server, token) = try await start()
        var client: WSEClient? = try await WSEClient.connect(to: server.url, token: token)
        let connection = try await server.nextConnection()
        #expect(client?.isReady == true)
        client = nil
        let end = try await connection.ended()
        #expect(end.isClientClose)
        await server.stop()
    }

    @Test func `a refused topic is reported`() async throws {
        let (server, token) = try await start { $0.acceptsTopic = { topic, _ in topic != "secret" } }
        try await withWSEClient(url: server.url, token: token) { client in
            let result = try await client.subscribe(["open", "secret"])
            #expect(result.accepted == ["open"])
            #expect(result.refused == ["secret"])
            #expect(client.subscribedTopics == ["open"])
            #expect(client.isFullyReady)
        }
        await server.stop()
    }
}
