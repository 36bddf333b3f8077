import CoreMetrics
import MetricsTestKit
import ServiceLifecycle
import Testing
import WSEServiceLifecycle
import WSETransport
import WSETransportTesting

@testable import WSEClient

/// Rows: swift-metrics, `Service`, `get_stats`; nothing is left behind.
@Suite(.timeLimit(.minutes(2))) struct LifetimeTests {
    private struct Weak {
        weak var client: WSEClient?
        weak var engine: SessionEngine?
    }

    private func cycle(_ number: Int) async throws -> Weak {
        let (client, server) = try await use(disconnects: number.isMultiple(of: 2))
        // A client that was only released closes as well; its connection lives until the server agrees.
        if !number.isMultiple(of: 2) {
            _ = try await server.nextClose()
            server.close()
        }
        return client
    }

    /// A client is disconnected by its user, or by its release.
    private func use(disconnects: Bool) async throws -> (client: Weak, server: InMemoryServer) {
        let peer = try await ConnectedClient()
        let client = peer.client
        client.on("tick") { [weak client] _ in _ = client?.state }
        var stream = client.events(topic: "a").makeAsyncIterator()
        peer.server.push(.text(SessionHarness.publication("a", 0)))
        #expect(try await stream.next()?.offset == 0)
        if disconnects { try await peer.disconnect() }
        return (Weak(client: client, engine: client.engine), peer.server)
    }

    @Test func `no client is left after 1,000 times connecting and disconnecting`() async throws {
        var clients: [Weak] = []
        for number in 0..<1_000 { clients.append(try await cycle(number)) }
        // What is running at that moment may hold on for a moment; never for long.
        let deadline = ContinuousClock.now + .seconds(30)
        while clients.contains(where: { $0.client != nil || $0.engine != nil }), .now < deadline {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(clients.count { $0.client != nil } == 0)
        #expect(clients.count { $0.engine != nil } == 0)
    }

    @Test func `row metrics: counters go to swift-metrics under the prefix`() async throws {
        let metrics = TestMetrics()
        let peer = try await ConnectedClient {
            $0.metrics = WSEMetrics(prefix: "app", dimensions: [("to", "x")], factory: metrics)
        }
        peer.server.push(
            .text(SessionHarness.publication("a", 0)), .text(SessionHarness.publication("a", 1)))
        try await peer.client.send("note")
        #expect(
            try metrics.expectCounter("app.events_delivered", [("to", "x")]).totalValue == 2)
        #expect(try metrics.expectCounter("app.messages_received", [("to", "x")]).totalValue == 3)
        #expect(try metrics.expectCounter("app.messages_sent", [("to", "x")]).totalValue == 2)
    }

    @Test func `row Service: runs until a graceful shutdown, and is disconnected then`() async throws {
        let transport = InMemoryTransport()
        let client = try WSEClient(
            url: "ws://server/wse", configuration: WSEConfiguration(transport: transport))
        let group = ServiceGroup(
            services: [WSEClientService(client)], logger: client.engine.logger)
        let running = Task { try await group.run() }
        let server = try await transport.nextConnection()
        server.accept()
        server.push(.text(SessionHarness.hello))
        for await state in client.states where state == .connected { break }
        await group.triggerGracefulShutdown()
        _ = try await server.nextClose()
        server.close()
        try await running.value
        #expect(client.state == .disconnected)
    }

    /// The connection may be ready at the very moment at which the task is cancelled.
    @Test func `a run that is cancelled before it is told of the connection disconnects all the same`()
        async throws
    {
        let peer = try await ConnectedClient()
        let running = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await peer.client.run()
        }
        async let closed = peer.server.nextClose()
        while peer.client.state == .connected, !running.isCancelled { await Task.yield() }
        _ = try await closed
        peer.server.close()
        try await running.value
        #expect(peer.client.state == .disconnected)
    }

    @Test func `row get_stats: a snapshot survives coding`() async throws {
        let peer = try await ConnectedClient { $0.topics = ["a"] }
        try await peer.answerSubscription()
        peer.server.push(.text(SessionHarness.publication("a", 0)))
        let statistics = peer.client.statistics()
        #expect(statistics.state == .connected)
        #expect(statistics.topics == ["a"])
        #expect(statistics.eventsDelivered == 1)
        #expect(statistics.queuedEvents == 1)
        #expect(statistics.sendTokens == 1_000)
        let json = try PayloadEncoder().json(statistics)
        let copy = try json.withUnsafeBytes {
            try PayloadDecoder().decode(WSEStatistics.self, fromJSON: RawSpan(_unsafeBytes: $0))
        }
        #expect(copy == statistics)
    }

    @Test func `run throws what ends the client`() async throws {
        let peer = try await ConnectedClient()
        let running = Task { try await peer.client.run() }
        // One that is closed before would be connected anew.
        while peer.client.engine.read({ $0.closeWaiters.isEmpty }) { await Task.yield() }
        peer.server.close(code: .policyViolation)
        await #expect { try await running.value } throws: { ($0 as? WSEError)?.code == .protocol }
    }
}
