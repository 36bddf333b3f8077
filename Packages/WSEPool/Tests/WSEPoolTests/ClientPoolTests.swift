import Synchronization
import Testing
import WSEClient
import WSEPool
import WSETestServer

/// Pools over the embedded server.
@Suite(.timeLimit(.minutes(2))) struct ClientPoolTests {
    static func configuration() -> WSEConfiguration {
        var configuration = WSEConfiguration()
        configuration.backoff = Backoff.Configuration(base: .milliseconds(10), maximum: .milliseconds(50))
        configuration.sendLimit = nil
        return configuration
    }

    static func server() async throws -> WSETestServer {
        var configuration = WSETestServer.Configuration()
        configuration.historyCapacity = 65_536
        return try await WSETestServer.start(configuration: configuration)
    }

    /// Which numbers came of each topic, in the order in which they came.
    final class Seen: Sendable {
        private let numbers = Mutex<[String: [Int]]>([:])
        /// Beside the lock, which those who wait for a number would keep from the one who counts.
        private let total = Atomic(0)

        func record(_ event: WSEEvent) {
            let name = event.payload["topic"]?.stringValue ?? ""
            guard let number = event.payload["n"]?.intValue else { return }
            numbers.withLock { $0[name, default: []].append(number) }
            total.add(1, ordering: .releasing)
        }

        var count: Int { total.load(ordering: .acquiring) }

        /// Topics that did not get exactly these numbers in order, and what they got around the first fault.
        func faults(_ topics: [String], count: Int) -> [String] {
            numbers.withLock { numbers in
                topics.compactMap { topic in
                    let seen = numbers[topic] ?? []
                    guard seen != Array(0..<count) else { return nil }
                    let first = zip(seen, 0...).first { $0 != $1 }?.1 ?? min(seen.count, count)
                    return
                        "\(topic): \(seen.count) of \(count), from \(first) on \(seen.dropFirst(first).prefix(5))"
                }
            }
        }
    }

    /// Reads the pool until it ends.
    static func watch(_ pool: WSEClientPool, _ seen: Seen) -> Task<Void, any Error> {
        let events = pool.events
        return Task { for try await event in events { seen.record(event) } }
    }

    static func waitUntil(_ condition: () -> Bool) async {
        // Those that spin would take the processors from those that they wait for.
        let deadline = ContinuousClock.now + .seconds(20)
        while !condition(), .now < deadline { try? await Task.sleep(for: .milliseconds(1)) }
    }

    // MARK: Order and completeness

    @Test(arguments: [1, 2, 4, 8])
    func `topics are spread over the connections, and each comes whole and in order`(
        connections: Int
    ) async throws {
        let server = try await Self.server()
        let pool = try WSEClientPool(
            endpoints: [server.url], placement: .spread(connections: connections),
            configuration: Self.configuration())
        let seen = Seen()
        let watching = Self.watch(pool, seen)
        try await pool.connect()
        let topics = (0..<200).map { "t\($0)" }
        let result = try await pool.subscribe(topics)
        #expect(result.accepted == Set(topics))
        #expect(pool.isFullyReady)
        let shares = server.connections.map { $0.topics.count }
        #expect(shares.count == connections)
        #expect(shares.reduce(0, +) == 200)
        #expect(shares.allSatisfy { $0 > 100 / connections })
        for n in 0..<25 {
            for topic in topics {
                try server.publish("tick", ["topic": .string(topic), "n": .int(Int64(n))], to: topic)
            }
        }
        await Self.waitUntil { seen.count >= 25 * 200 }
        #expect(seen.faults(topics, count: 25) == [])
        let statistics = pool.statistics()
        #expect(statistics.eventsReceived == 25 * 200)
        #expect(statistics.readyConnections == connections)
        #expect(statistics.endpoints.map(\.connections) == [connections])
        await pool.disconnect()
        try await watching.value
        await server.stop()
    }

    @Test func `the number of connections changes under load, and nothing is lost, doubled or out of order`()
        async throws
    {
        let server = try await Self.server()
        let pool = try WSEClientPool(
            endpoints: [server.url], placement: .spread(connections: 1), configuration: Self.configuration())
        let seen = Seen()
        let watching = Self.watch(pool, seen)
        let signals = pool.signals
        let listening = Task {
            var gaps: [WSEGap] = []
            for await signal in signals {
                if case .gap(let gap) = signal.signal { gaps.append(gap) }
            }
            return gaps
        }
        try await pool.connect()
        let topics = (0..<300).map { "t\($0)" }
        try await pool.subscribe(topics)
        let isOver = Atomic(false)
        let publishing = Task {
            var counts: [String: Int] = [:]
            var round = 0
            while !isOver.load(ordering: .acquiring) {
                // Topics begin one after the other, so that some are published to for the first time while they move.
                for topic in topics[..<min(topics.count, 20 + round * 3)] {
                    let n = counts[topic, default: 0]
                    counts[topic] = n + 1
                    try server.publish("tick", ["topic": .string(topic), "n": .int(Int64(n))], to: topic)
                    await Task.yield()
                }
                round += 1
                let published = counts.values.reduce(0, +)
                // A load that takes all there is of two processors leaves nothing for the moves: they may take minutes then.
                repeat {
                    try await Task.sleep(for: .milliseconds(1))
                } while published - seen.count > 1_000 && !isOver.load(ordering: .acquiring)
            }
            return counts
        }
        for connections in [4, 2, 8, 3, 1, 5] {
            try await pool.resize(to: connections)
            #expect(pool.connectionCount == connections)
            let received = seen.count
            await Self.waitUntil { seen.count > received + 500 }
        }
        isOver.store(true, ordering: .releasing)
        let counts = try await publishing.value
        await Self.waitUntil { seen.count >= counts.values.reduce(0, +) }
        #expect(counts.flatMap { seen.faults([$0.key], count: $0.value) } == [])
        #expect(server.connections.count == 5)
        #expect(pool.isFullyReady)
        #expect(pool.statistics().movedTopics > 0)
        #expect(pool.statistics().heldEvents == 0)
        await pool.disconnect()
        try await watching.value
        listening.cancel()
        #expect(await listening.value == [], "nothing was missing, and nothing was called so")
        await server.stop()
    }
}
