import Synchronization
import Testing
import WSEClient
import WSETestServer
@_spi(WSE) import WSETransport
import WSETransportTesting

@testable import WSEPool

/// Pools whose connections, servers or users fail.
@Suite(.timeLimit(.minutes(2))) struct ClientPoolTroubleTests {
    private static let hello =
        #"{"c":"WSE","t":"server_hello","p":{"server_version":"2.5.1","features":{},"connection_id":"s"},"v":1}"#

    private static let dead = "ws://127.0.0.1:1/wse"

    private func publish(_ server: WSETestServer, _ topic: String, _ numbers: Range<Int>) throws {
        for n in numbers {
            try server.publish("tick", ["topic": .string(topic), "n": .int(Int64(n))], to: topic)
        }
    }

    // MARK: A slow consumer

    @Test func `while the merged sequence is full no connection is read, and all are when it has room`()
        async throws
    {
        let transport = InMemoryTransport()
        var configuration = WSEConfiguration(transport: transport)
        configuration.eventBuffering = StreamBuffering(capacity: 4)
        let pool = try WSEClientPool(
            endpoints: ["ws://a/wse"], placement: .spread(connections: 2), configuration: configuration)
        async let connecting: Void = pool.connect()
        var servers: [InMemoryServer] = []
        for _ in 0..<2 {
            let server = try await transport.nextConnection()
            server.accept()
            server.push(.text(Self.hello))
            servers.append(server)
        }
        try await connecting
        var events = pool.events.makeAsyncIterator()
        func tick(_ n: Int) -> InMemoryMessage { .text(#"{"c":"U","t":"tick","p":{"n":\#(n)},"v":1}"#) }
        servers[0].push((0..<3).map(tick))
        await ClientPoolTests.waitUntil { pool.statistics().queuedEvents == 3 }
        #expect(!servers[0].isReadingPaused && !servers[1].isReadingPaused)
        servers[0].push(tick(3))
        await ClientPoolTests.waitUntil { servers[0].isReadingPaused && servers[1].isReadingPaused }
        #expect(pool.statistics().queuedEvents == 4)
        #expect(try await events.next()?.payload["n"] == 0)
        await ClientPoolTests.waitUntil { !servers[0].isReadingPaused && !servers[1].isReadingPaused }
        servers[1].push(tick(4))
        for n in 1...4 { #expect(try await events.next()?.payload["n"]?.intValue == n) }
        async let ending: Void = pool.disconnect()
        for server in servers {
            _ = try await server.nextClose()
            server.close()
        }
        await ending
        #expect(try await events.next() == nil)
    }

    @Test func `what a full sequence drops is counted and told`() async throws {
        let server = try await ClientPoolTests.server()
        var configuration = ClientPoolTests.configuration()
        configuration.eventBuffering = StreamBuffering(capacity: 10, overflow: .dropOldest)
        let pool = try WSEClientPool(
            endpoints: [server.url], placement: .spread(connections: 2), configuration: configuration)
        let signals = pool.signals
        try await pool.connect()
        let topics = (0..<10).map { "t\($0)" }
        try await pool.subscribe(topics)
        for topic in topics { try publish(server, topic, 0..<10) }
        await ClientPoolTests.waitUntil { pool.statistics().eventsReceived == 100 }
        await ClientPoolTests.waitUntil { pool.statistics().dropped == 90 }
        #expect(pool.statistics().queuedEvents == 10)
        await pool.disconnect()
        var told = 0
        for await signal in signals {
            if case .dropped(let count) = signal.signal { told += count }
            if told >= 90 { break }
        }
        #expect(told == 90)
        await server.stop()
    }

    // MARK: Failing members

    @Test
    func `a connection that is lost under load comes back, and nothing is lost, doubled or out of order`()
        async throws
    {
        let server = try await ClientPoolTests.server()
        let pool = try WSEClientPool(
            endpoints: [server.url], placement: .spread(connections: 3),
            configuration: ClientPoolTests.configuration())
        let seen = ClientPoolTests.Seen()
        let watching = ClientPoolTests.watch(pool, seen)
        try await pool.connect()
        let topics = (0..<30).map { "t\($0)" }
        try await pool.subscribe(topics)
        for round in 0..<20 {
            for topic in topics { try publish(server, topic, round * 10..<round * 10 + 10) }
            if round % 4 == 1 { server.connections.first?.cut() }
            await Task.yield()
        }
        await ClientPoolTests.waitUntil { seen.count >= 200 * topics.count }
        #expect(seen.faults(topics, count: 200) == [])
        #expect(pool.statistics().reconnects > 0)
        await pool.disconnect()
        try await watching.value
        await server.stop()
    }

    @Test func `a change of size while connections are cut loses and doubles nothing`() async throws {
        let server = try await ClientPoolTests.server()
        let pool = try WSEClientPool(
            endpoints: [server.url], placement: .spread(connections: 2),
            configuration: ClientPoolTests.configuration())
        let seen = ClientPoolTests.Seen()
        let watching = ClientPoolTests.watch(pool, seen)
        try await pool.connect()
        let topics = (0..<40).map { "t\($0)" }
        try await pool.subscribe(topics)
        let isOver = Atomic(false)
        let publishing = Task {
            var round = 0
            while !isOver.load(ordering: .acquiring) {
                for topic in topics { try publish(server, topic, round..<round + 1) }
                round += 1
                if round % 50 == 0 { server.connections.randomElement()?.cut() }
                while round * topics.count - seen.count > 1_000 {
                    try await Task.sleep(for: .milliseconds(1))
                }
                await Task.yield()
            }
            return round
        }
        for connections in [5, 1, 3, 2] {
            // The first attempt of a new connection may be the one that is cut.
            while pool.core.state.withLock({ $0.connections }) != connections {
                try? await pool.resize(to: connections)
            }
        }
        isOver.store(true, ordering: .releasing)
        let rounds = try await publishing.value
        await ClientPoolTests.waitUntil { seen.count >= rounds * topics.count }
        #expect(seen.faults(topics, count: rounds) == [])
        await pool.disconnect()
        try await watching.value
        await server.stop()
    }

    @Test func `a size that cannot be had changes nothing`() async throws {
        let server = try await ClientPoolTests.server()
        let pool = try WSEClientPool(
            endpoints: [server.url], placement: .spread(connections: 1),
            configuration: ClientPoolTests.configuration())
        let seen = ClientPoolTests.Seen()
        let watching = ClientPoolTests.watch(pool, seen)
        try await pool.connect()
        try await pool.subscribe(["a", "b", "c"])
        for _ in 0..<3 { server.refuseNext(.hangUp) }
        await #expect(throws: WSEError.self) { try await pool.resize(to: 4) }
        #expect(pool.connectionCount == 1)
        for topic in ["a", "b", "c"] { try publish(server, topic, 0..<5) }
        await ClientPoolTests.waitUntil { seen.count == 15 }
        #expect(seen.faults(["a", "b", "c"], count: 5) == [])
        await ClientPoolTests.waitUntil { server.connections.count == 1 }
        await pool.disconnect()
        try await watching.value
        await server.stop()
    }

    @Test func `a new connection that a server ends for good leaves the others alone`() async throws {
        let server = try await ClientPoolTests.server()
        let pool = try WSEClientPool(
            endpoints: [server.url], placement: .spread(connections: 1),
            configuration: ClientPoolTests.configuration())
        let seen = ClientPoolTests.Seen()
        let watching = ClientPoolTests.watch(pool, seen)
        try await pool.connect()
        try await pool.subscribe(["a"])
        server.refuseNext(.status(401))
        await #expect { try await pool.resize(to: 2) } throws: { ($0 as? WSEError)?.code == .auth }
        #expect(pool.connectionCount == 1)
        try publish(server, "a", 0..<5)
        await ClientPoolTests.waitUntil { seen.count == 5 }
        #expect(seen.faults(["a"], count: 5) == [])
        await pool.disconnect()
        try await watching.value
        await server.stop()
    }

    @Test func `where nobody is there connecting fails with the cause`() async throws {
        let pool = try WSEClientPool(
            endpoints: [Self.dead], placement: .everyEndpoint(connections: 2),
            configuration: ClientPoolTests.configuration())
        await #expect { try await pool.connect() } throws: { ($0 as? WSEError)?.code == .connection }
        #expect(pool.readyConnections == 0)
    }

    @Test(arguments: [TopicPlacement.spread(connections: 2), .everyEndpoint()])
    func `while nobody is there topics can be wanted and endpoints changed, and connecting goes on`(
        placement: TopicPlacement
    ) async throws {
        var configuration = ClientPoolTests.configuration()
        configuration.initialConnect = .retry
        configuration.subscriptionTimeout = .milliseconds(20)
        let pool = try WSEClientPool(
            endpoints: ["ws://127.0.0.1:1/wse"], placement: placement, configuration: configuration)
        let signals = pool.signals
        let connecting = Task { try await pool.connect() }
        for await signal in signals { if case .retrying = signal.signal { break } }
        #expect(try await pool.subscribe(["a"]).pending == ["a"])
        let server = try await ClientPoolTests.server()
        try await pool.setEndpoints([WebSocketURL(server.url)])
        try await connecting.value
        await ClientPoolTests.waitUntil { pool.isFullyReady }
        try server.publish("tick", ["n": 1], to: "a")
        var events = pool.events.makeAsyncIterator()
        #expect(try await events.next()?.payload["n"] == 1)
        await pool.disconnect()
        await server.stop()
    }

    @Test func `one endpoint that is not there keeps none of the others from serving`() async throws {
        let server = try await ClientPoolTests.server()
        let pool = try WSEClientPool(
            endpoints: [Self.dead, server.url], placement: .everyEndpoint(),
            configuration: ClientPoolTests.configuration())
        let seen = ClientPoolTests.Seen()
        let watching = ClientPoolTests.watch(pool, seen)
        try await pool.connect()
        #expect(pool.readyConnections == 1)
        #expect(try await pool.subscribe(["a"]).accepted == ["a"])
        try publish(server, "a", 0..<5)
        await ClientPoolTests.waitUntil { seen.count == 5 }
        #expect(seen.faults(["a"], count: 5) == [])
        await pool.disconnect()
        try await watching.value
        await server.stop()
    }

    @Test func `an end that no reconnect can mend ends the sequence with its cause`() async throws {
        let server = try await ClientPoolTests.server()
        let pool = try WSEClientPool(
            endpoints: [server.url], placement: .spread(connections: 2),
            configuration: ClientPoolTests.configuration())
        var events = pool.events.makeAsyncIterator()
        try await pool.connect()
        server.connections[0].close(code: 1008)
        do {
            while try await events.next() != nil {}
            Issue.record("the sequence ended without a cause")
        } catch {
            #expect(error.code == .protocol)
        }
        await pool.disconnect()
        await server.stop()
    }

    // MARK: Cancellation and release

    @Test func `connecting that is cancelled leaves no connection behind`() async throws {
        let transport = InMemoryTransport()
        let pool = try WSEClientPool(
            endpoints: ["ws://a/wse"], placement: .spread(connections: 2),
            configuration: WSEConfiguration(transport: transport))
        let connecting = Task { try await pool.connect() }
        let first = try await transport.nextConnection()
        let second = try await transport.nextConnection()
        connecting.cancel()
        await #expect { try await connecting.value } throws: { ($0 as? WSEError)?.code == .cancelled }
        for server in [first, second] { #expect(try await server.nextAction() == .abort) }
        #expect(pool.core.members.allSatisfy { $0.client.state == .disconnected })
    }

    @Test func `a consumer that is cancelled ends, and what waits is there for the next`() async throws {
        let server = try await ClientPoolTests.server()
        let pool = try WSEClientPool(
            endpoints: [server.url], configuration: ClientPoolTests.configuration())
        try await pool.connect()
        try await pool.subscribe(["a"])
        let first = Task { for try await _ in pool.events {} }
        first.cancel()
        try await first.value
        try publish(server, "a", 0..<3)
        var events = pool.events.makeAsyncIterator()
        for n in 0..<3 { #expect(try await events.next()?.payload["n"]?.intValue == n) }
        await pool.disconnect()
        await server.stop()
    }

    @Test func `a pool that nobody holds any more closes its connections and goes`() async throws {
        let server = try await ClientPoolTests.server()
        weak var core: PoolCore?
        weak var client: WSEClient?
        var events: WSEEventSequence.Iterator
        do {
            let pool = try WSEClientPool(
                endpoints: [server.url], placement: .spread(connections: 2),
                configuration: ClientPoolTests.configuration())
            try await pool.connect()
            try await pool.subscribe(["a", "b"])
            try await pool.resize(to: 3)
            events = pool.events.makeAsyncIterator()
            core = pool.core
            client = pool.core.members.first?.client
        }
        #expect(try await events.next() == nil)
        await ClientPoolTests.waitUntil { server.connections.isEmpty }
        await ClientPoolTests.waitUntil { core == nil && client == nil }
        await server.stop()
    }

    @Test func `a pool that was disconnected connects again, with its topics and positions`() async throws {
        let server = try await ClientPoolTests.server()
        let pool = try WSEClientPool(
            endpoints: [server.url], configuration: ClientPoolTests.configuration())
        try await pool.connect()
        try await pool.subscribe(["a"])
        var events = pool.events.makeAsyncIterator()
        try publish(server, "a", 0..<1)
        #expect(try await events.next()?.payload["n"] == 0)
        await pool.disconnect()
        #expect(try await events.next() == nil)
        try publish(server, "a", 1..<3)
        try await pool.connect()
        events = pool.events.makeAsyncIterator()
        for n in 1..<3 { #expect(try await events.next()?.payload["n"]?.intValue == n) }
        await pool.disconnect()
        await server.stop()
    }

    // MARK: Several servers

    private func envelope(_ n: Int) -> Envelope {
        Envelope(
            type: "tick", payload: ["topic": "a", "n": .int(Int64(n))], category: .update, id: "a-\(n)")
    }

    /// As the nodes of a cluster do: with a stamp where it is published, without one elsewhere.
    private func publish(_ n: Int, on server: WSETestServer, passingOnTo others: [WSETestServer]) throws {
        for other in others {
            other.broadcastText(
                #"{"c":"U","t":"tick","id":"a-\#(n)","p":{"topic":"a","n":\#(n)},"v":1}"#)
        }
        try server.publish(envelope(n), to: "a")
    }

    @Test func `of what nodes pass on to each other each publication comes once, with its stamp`()
        async throws
    {
        let (a, b) = (try await ClientPoolTests.server(), try await ClientPoolTests.server())
        let endpoints = [try WebSocketURL(a.url), try WebSocketURL(b.url)]
        let pool = try WSEClientPool(
            endpoints: endpoints,
            configuration: .init(
                client: ClientPoolTests.configuration(), placement: .everyEndpoint(),
                relayPatience: .seconds(60)))
        try await pool.connect()
        try await pool.subscribe(["a"])
        var events = pool.events.makeAsyncIterator()
        for n in 0..<20 {
            let (origin, other) = n % 3 == 0 ? (a, b) : (b, a)
            try publish(n, on: origin, passingOnTo: [other])
            let event = try await events.next()
            #expect(event?.payload["n"]?.intValue == n)
            #expect(event?.topic == "a")
        }
        await ClientPoolTests.waitUntil {
            pool.statistics().duplicates == 20 || pool.statistics().heldEvents == 0
        }
        #expect(pool.statistics().heldEvents == 0)
        await pool.disconnect()
        for server in [a, b] { await server.stop() }
    }

    @Test func `what a node that cannot be reached publishes comes by way of the others, and once`()
        async throws
    {
        let (a, b) = (try await ClientPoolTests.server(), try await ClientPoolTests.server())
        let endpoints = [try WebSocketURL(a.url), try WebSocketURL(b.url)]
        let pool = try WSEClientPool(
            endpoints: endpoints,
            configuration: .init(
                client: ClientPoolTests.configuration(), placement: .everyEndpoint(),
                selection: .init(breaker: .init(failureThreshold: 3, openDuration: .milliseconds(10))),
                relayPatience: .milliseconds(20)))
        try await pool.connect()
        try await pool.subscribe(["a"])
        var events = pool.events.makeAsyncIterator()
        try publish(0, on: a, passingOnTo: [b])
        #expect(try await events.next()?.payload["n"] == 0)
        await a.takeDown()
        for n in 1...3 {
            try publish(n, on: a, passingOnTo: [b])
            #expect(try await events.next()?.payload["n"]?.intValue == n)
        }
        // It comes back, and what it still holds has been seen.
        try await a.bringUp(.keep)
        await ClientPoolTests.waitUntil { pool.isFullyReady }
        try publish(4, on: a, passingOnTo: [b])
        #expect(try await events.next()?.payload["n"] == 4)
        await pool.disconnect()
        #expect(try await events.next() == nil)
        for server in [a, b] { await server.stop() }
    }

    @Test func `endpoints come and go, and every one that is there serves all topics`() async throws {
        let (a, b) = (try await ClientPoolTests.server(), try await ClientPoolTests.server())
        let (first, second) = (try WebSocketURL(a.url), try WebSocketURL(b.url))
        let pool = try WSEClientPool(
            endpoints: [first],
            configuration: .init(
                client: ClientPoolTests.configuration(), placement: .everyEndpoint(connections: 2)))
        try await pool.connect()
        try await pool.subscribe(["a", "b", "c"])
        try await pool.setEndpoints([first, second])
        await ClientPoolTests.waitUntil { pool.isFullyReady }
        #expect(pool.connectionCount == 4)
        #expect(b.connections.reduce(into: Set()) { $0.formUnion($1.topics) } == ["a", "b", "c"])
        try await pool.resize(to: 3)
        #expect(pool.connectionCount == 6)
        var events = pool.events.makeAsyncIterator()
        try publish(b, "b", 0..<1)
        #expect(try await events.next()?.payload["n"] == 0)
        try await pool.setEndpoints([second])
        #expect(pool.connectionCount == 3)
        await ClientPoolTests.waitUntil { a.connections.isEmpty }
        try publish(b, "c", 1..<2)
        #expect(try await events.next()?.payload["n"] == 1)
        await #expect(throws: WSEError.self) { try await pool.setEndpoints([]) }
        await pool.disconnect()
        for server in [a, b] { await server.stop() }
    }

    @Test func `connections to an endpoint that is gone are made elsewhere`() async throws {
        let (a, b) = (try await ClientPoolTests.server(), try await ClientPoolTests.server())
        let (first, second) = (try WebSocketURL(a.url), try WebSocketURL(b.url))
        let pool = try WSEClientPool(
            endpoints: [first, second],
            configuration: .init(
                client: ClientPoolTests.configuration(), placement: .spread(connections: 2),
                selection: .init(strategy: .leastConnections)))
        try await pool.connect()
        try await pool.subscribe(["a", "b"])
        let (source, continuation) = AsyncStream.makeStream(of: [WebSocketURL].self)
        continuation.yield([])
        continuation.yield([second])
        continuation.finish()
        await pool.follow(source)
        // Those that took their places were ready before the old ones went.
        #expect(pool.isFullyReady)
        await ClientPoolTests.waitUntil { a.connections.isEmpty }
        #expect(b.connections.count == 2)
        var events = pool.events.makeAsyncIterator()
        try publish(b, "a", 0..<1)
        #expect(try await events.next()?.payload["n"] == 0)
        await pool.disconnect()
        for server in [a, b] { await server.stop() }
    }

    // MARK: Sending

    @Test func `messages about a topic go over its connection, and answers come back`() async throws {
        let server = try await ClientPoolTests.server()
        let pool = try WSEClientPool(
            endpoints: [server.url], placement: .spread(connections: 3),
            configuration: ClientPoolTests.configuration())
        server.on("ask") { message in try? message.connection.reply(to: message, "answer", ["n": 1]) }
        try await pool.connect()
        try await pool.subscribe(["prices", "orders"])
        for topic in ["prices", "orders"] {
            try await pool.send("note", ["topic": .string(topic)], topic: topic)
            let message = try await server.nextMessage(ofType: "note")
            #expect(message.connection.topics.contains(topic))
            #expect(message.payload?["topic"]?.stringValue == topic)
        }
        #expect(try await pool.request("ask").payload["n"] == 1)
        await pool.disconnect()
        await server.stop()
    }

    @Test func `topics that a server refuses are wanted no longer`() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.acceptsTopic = { topic, _ in topic != "secret" }
        let server = try await WSETestServer.start(configuration: configuration)
        let pool = try WSEClientPool(
            endpoints: [server.url], configuration: ClientPoolTests.configuration())
        try await pool.connect()
        let result = try await pool.subscribe(["a", "secret"])
        #expect(result.accepted == ["a"] && result.refused == ["secret"])
        #expect(pool.wantedTopics == ["a"])
        #expect(try await pool.unsubscribe(["a"]).accepted == ["a"])
        #expect(pool.wantedTopics.isEmpty && pool.subscribedTopics.isEmpty)
        await #expect(throws: WSEError.self) { try await pool.subscribe([""]) }
        await pool.disconnect()
        await server.stop()
    }
}
