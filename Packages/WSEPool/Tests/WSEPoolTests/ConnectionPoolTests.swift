import Testing
import WSEClient
import WSEPool
import WSETestServer
import WSETransport
import WSETransportTesting

@Suite(.timeLimit(.minutes(1))) struct ConnectionPoolTests {
    private static let hello =
        #"{"c":"WSE","t":"server_hello","p":{"server_version":"2.5.1","features":{},"connection_id":"s"},"v":1}"#

    private func client(
        _ endpoints: [String], _ transport: InMemoryTransport, strategy: SelectionStrategy = .roundRobin
    ) throws -> WSEClient {
        var configuration = WSEConfiguration(transport: transport)
        configuration.initialConnect = .retry
        configuration.backoff = Backoff.Configuration(base: .milliseconds(1), maximum: .milliseconds(1))
        return try WSEClient(endpoints: endpoints, strategy: strategy, configuration: configuration)
    }

    @Test func `an endpoint that fails is left for another`() async throws {
        let transport = InMemoryTransport()
        let client = try client(["ws://a/wse", "ws://b/wse"], transport)
        async let connecting: Void = client.connect()
        let first = try await transport.nextConnection()
        first.fail(WebSocketError(.connectFailed, "nobody there"))
        let second = try await transport.nextConnection()
        #expect(second.request.url.host != first.request.url.host)
        second.accept()
        second.push(.text(Self.hello))
        try await connecting
        #expect(client.isReady)
    }

    @Test func `a lost connection is made elsewhere, with the topics`() async throws {
        let first = try await WSETestServer.start()
        let second = try await WSETestServer.start()
        var configuration = WSEConfiguration()
        configuration.backoff = Backoff.Configuration(base: .milliseconds(10), maximum: .milliseconds(50))
        let client = try WSEClient(
            endpoints: [first.url, second.url], strategy: .roundRobin, configuration: configuration)
        try await client.connect()
        try await client.subscribe(["prices"])
        var events = client.events.makeAsyncIterator()
        try first.publish("tick", ["n": 1], to: "prices")
        #expect(try await events.next()?.payload["n"] == 1)

        await first.stop()
        // Not the client: it may not know yet that its connection is gone.
        _ = try await second.waitForSubscription(to: "prices")
        try second.publish("tick", ["n": 2], to: "prices")
        #expect(try await events.next()?.payload["n"] == 2)
        await client.disconnect()
        await second.stop()
    }

    @Test(arguments: SelectionStrategy.allCases)
    func `a client goes elsewhere when its server drains, and does not come back by itself`(
        strategy: SelectionStrategy
    ) async throws {
        let (a, b) = (try await WSETestServer.start(), try await WSETestServer.start())
        var configuration = WSEConfiguration()
        configuration.backoff = Backoff.Configuration(base: .milliseconds(1), maximum: .milliseconds(5))
        let client = try WSEClient(
            endpoints: [a.url, b.url], strategy: strategy, configuration: configuration)
        try await client.connect()
        try await client.subscribe(["prices"])
        var events = client.events.makeAsyncIterator()
        let (first, second) = a.connectionCount == 1 ? (a, b) : (b, a)
        for n in 0..<3 { try first.publish("tick", ["n": .int(Int64(n))], to: "prices") }
        for n in 0..<3 { #expect(try await events.next()?.payload["n"]?.intValue == n) }

        // It takes connections again at once; those that it sent away go to the other one all the same.
        first.closeAll(code: 4_300, reason: "draining")
        let subscription = try await second.waitForSubscription(to: "prices")
        try second.publish("tick", ["n": 3], to: "prices")
        #expect(try await events.next()?.payload["n"] == 3)

        // Others find that the first one is well, which is no reason for this client to leave.
        for _ in 0..<10 {
            let other = try WSEClient(url: first.url, configuration: configuration)
            try await other.connect()
            await other.disconnect()
        }
        try second.publish("tick", ["n": 4], to: "prices")
        #expect(try await events.next()?.payload["n"] == 4)
        #expect(subscription.isOpen)
        #expect((first.connectionCount, second.connectionCount) == (11, 1))
        await client.disconnect()
        await a.stop()
        await b.stop()
    }

    @Test func `clients share what they learn, and the pool tells it`() async throws {
        let server = try await WSETestServer.start()
        let url = try WebSocketURL(server.url)
        // Nobody listens on port 1.
        let dead = try WebSocketURL("ws://127.0.0.1:1/wse")
        let pool = ConnectionPool([dead, url], configuration: .init(strategy: .roundRobin))
        var configuration = WSEConfiguration()
        configuration.endpoints = pool
        configuration.initialConnect = .retry
        configuration.backoff = Backoff.Configuration(base: .milliseconds(1), maximum: .milliseconds(1))
        for _ in 0..<6 {
            let client = WSEClient(url: url, configuration: configuration)
            try await client.connect()
            await client.disconnect()
        }
        let statistics = pool.statistics
        #expect(statistics.map(\.endpoint) == [dead, url])
        #expect(statistics[0].successes == 0)
        // What one client found out keeps the others away.
        #expect(statistics[0].failures == 1)
        #expect(statistics[0].selections == 1)
        #expect(statistics[1].successes == 6)
        #expect(statistics[1].failures == 0)
        #expect(statistics.map(\.connections) == [0, 0])
        await server.stop()
    }

    @Test func `where no endpoint may be used the client waits and says why`() async throws {
        let pool = ConnectionPool([])
        var configuration = WSEConfiguration(transport: InMemoryTransport())
        configuration.endpoints = pool
        let client = WSEClient(url: try WebSocketURL("ws://a/wse"), configuration: configuration)
        await #expect { try await client.connect() } throws: { ($0 as? WSEError)?.code == .circuitBreaker }
    }

    @Test func `a source of endpoints is followed, and an empty set is no reason to forget all`() async throws
    {
        let (a, b) = (try WebSocketURL("ws://a/wse"), try WebSocketURL("ws://b/wse"))
        let pool = ConnectionPool([a])
        let (source, continuation) = AsyncStream.makeStream(of: [WebSocketURL].self)
        continuation.yield([a, b])
        continuation.yield([])
        continuation.yield([b])
        continuation.yield([])
        continuation.finish()
        await pool.follow(source)
        #expect(pool.statistics.map(\.endpoint) == [b])
    }

    @Test(arguments: [[], ["ftp://a"], ["ws://a", "nonsense"]])
    func `endpoints that are none are refused`(endpoints: [String]) {
        #expect { try WSEClient(endpoints: endpoints) } throws: {
            ($0 as? WSEError)?.code == .invalidArgument
        }
    }
}
