import Foundation
import Testing
import WSEClient
import WSEPool
import WSETestServer

/// Figures rather than promises: switched on by `WSE_POOL_THROUGHPUT`, and of use in release mode only.
///
///     WSE_POOL_THROUGHPUT=1 swift test -c release -Xswiftc -enable-testing --filter ThroughputTests
@Suite(
    .serialized, .enabled(if: ProcessInfo.processInfo.environment["WSE_POOL_THROUGHPUT"] != nil),
    .timeLimit(.minutes(5)))
struct ThroughputTests {
    private static let topics = (0..<10_000).map { "topic/\($0)" }
    private static let rounds = 30

    @Test(arguments: [1, 2, 4, 8])
    func `10,000 topics over so many connections`(connections: Int) async throws {
        var server = WSETestServer.Configuration()
        server.limits.outboundBytes = 512 << 20
        server.historyCapacity = 64
        let peer = try await WSETestServer.start(configuration: server)
        var configuration = ClientPoolTests.configuration()
        configuration.eventBuffering = StreamBuffering(capacity: 50_000)
        let pool = try WSEClientPool(
            endpoints: [peer.url], placement: .spread(connections: connections), configuration: configuration
        )
        try await pool.connect()
        #expect(try await pool.subscribe(Self.topics).accepted.count == Self.topics.count)
        let events = pool.events
        let total = Self.rounds * Self.topics.count
        let publishing = Task {
            for n in 0..<Self.rounds {
                for topic in Self.topics {
                    try peer.publish(
                        "tick", ["topic": .string(topic), "n": .int(Int64(n)), "price": 101.25, "size": 3],
                        to: topic)
                }
            }
        }
        var next = [String: UInt64](minimumCapacity: Self.topics.count)
        var received = 0
        var disorder = 0
        let clock = ContinuousClock()
        var start = clock.now
        for try await event in events {
            if received == 0 { start = clock.now }
            guard let stamp = event.stamp else { continue }
            let expected = next[stamp.topic.string] ?? 0
            if stamp.offset != expected { disorder += 1 }
            next[stamp.topic.string] = stamp.offset + 1
            received += 1
            if received == total { break }
        }
        let elapsed = clock.now - start
        try await publishing.value
        #expect(disorder == 0)
        #expect(received == total)
        #expect(next.count == Self.topics.count && next.values.allSatisfy { $0 == UInt64(Self.rounds) })
        let rate = Double(total) / (elapsed / .seconds(1))
        print("\(connections) connections: \(total) events in \(elapsed), \(Int(rate)) per second")
        await pool.disconnect()
        await peer.stop()
    }
}
