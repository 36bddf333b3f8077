import NIOCore
import Testing

@testable import WSETestServer

/// The end of a server, and clients that would hold it up.
@Suite struct StoppingTests {
    @Test func stoppingAgainDoesNothing() async throws {
        let server = try await WSETestServer.start()
        var client = try await WireClient.connect(to: server)
        _ = try await client.nextEvent()
        async let first: Void = server.stop(.crash())
        async let second: Void = server.stop()
        _ = await (first, second)
        await server.stop()
        await server.takeDown()
        await server.drain()
        #expect(server.connections.isEmpty)
    }

    @Test func aStoppedServerDoesNotComeBack() async throws {
        let server = try await WSETestServer.start()
        await server.stop()
        let up = await #expect(throws: WSETestServerError.self) { try await server.bringUp() }
        #expect(up?.code == .stopped)
        let restart = await #expect(throws: WSETestServerError.self) { try await server.restart() }
        #expect(restart?.code == .stopped)
    }

    /// Connects a client that is subscribed to `x` and never reads again.
    private func deafClient(of server: WSETestServer) async throws -> (WireClient, WSETestServer.Connection) {
        var client = try await WireClient.connect(to: server)
        _ = try await client.nextEvent()
        let connection = try await server.nextConnection()
        connection.subscribe(to: ["x"])
        try await client.channel.setOption(.autoRead, value: false).get()
        return (client, connection)
    }

    @Test(.timeLimit(.minutes(1))) func aClientThatDoesNotReadHoldsUpNeitherFeedNorStop() async throws {
        let server = try await WSETestServer.start()
        let (_, deaf) = try await deafClient(of: server)
        // More than the sockets' buffers and what a feed lets wait.
        let count = 150_000
        #expect(await server.run(DemoFeed(topics: ["x"]), rate: 10_000_000, count: count) == count)
        #expect(deaf.pendingBytes > 1 << 20)
        var other = try await WireClient.connect(to: server)
        _ = try await other.nextEvent()
        try await server.nextConnection().subscribe(to: ["x"])
        #expect(await server.run(DemoFeed(topics: ["x"]), rate: 10_000_000, count: 10_000) == 10_000)
        for _ in 0..<10_000 { #expect(try await other.nextEvent().type == "value") }
        await server.stop()
        #expect(!deaf.isOpen)
    }

    @Test(.timeLimit(.minutes(1))) func aFeedIsCancelledWhateverClientsDo() async throws {
        try await withWSETestServer { server in
            let (_, deaf) = try await deafClient(of: server)
            deaf.sendBinary([UInt8](repeating: 0, count: 14 << 20))
            deaf.sendBinary([UInt8](repeating: 0, count: 14 << 20))
            let feeding = Task { await server.run(DemoFeed(topics: ["x"]), rate: 1_000_000) }
            let flushing = Task { await deaf.flushed() }
            try server.publish("tick", to: "x")
            feeding.cancel()
            flushing.cancel()
            _ = await (feeding.value, flushing.value)
        }
    }
}
