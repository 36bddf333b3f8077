import InteropPeer
import Testing
import WSEClient

@Suite(.timeLimit(.minutes(3))) struct MainActorTests {
    private static let count = 50_000

    /// A consumer on the main actor gets the same events in the same order; the rates of both are printed. No event
    /// costs an actor hop: the iterator hands over whole batches and resumes on the consumer's own actor.
    @Test func `consumers on and off the main actor both get everything in order`() async throws {
        try await withPublishedServer(.v2_5_1) { server in
            let token = try await server.token()
            let off = try await Self.run(server, token)
            let on = try await Self.runOnMainActor(server, token)
            print("off the main actor: \(off) events/s, on it: \(on) events/s")
        }
    }

    private static func run(_ server: PublishedServer, _ token: String) async throws -> Int {
        try await withWSEClient(url: server.url, token: token, topics: ["off"]) { client in
            while !client.isFullyReady { try await client.subscribe(["off"]) }
            try await publish(server, "off")
            return try await consume(client)
        }
    }

    @MainActor
    private static func runOnMainActor(_ server: PublishedServer, _ token: String) async throws -> Int {
        try await withWSEClient(url: server.url, token: token, topics: ["on"]) { client in
            while !client.isFullyReady { try await client.subscribe(["on"]) }
            try await publish(server, "on")
            MainActor.assertIsolated()
            return try await consume(client)
        }
    }

    private static func publish(_ server: PublishedServer, _ topic: WSEValue) async throws {
        try await server.command(
            "publish",
            [
                "topic": topic, "count": .int(Int64(count)), "size": 200, "chunk": 1_000, "pause": 0.005,
                "wait": false,
            ])
    }

    /// Runs on its caller's actor.
    private static func consume(_ client: WSEClient) async throws -> Int {
        let clock = ContinuousClock()
        let start = clock.now
        var next: UInt64 = 0
        for try await event in client.events {
            guard event.offset == next else {
                Issue.record("expected \(next), got \(event)")
                break
            }
            next += 1
            if next == count { break }
        }
        #expect(next == count)
        return Int(Double(count) / ((clock.now - start) / .seconds(1)))
    }
}
