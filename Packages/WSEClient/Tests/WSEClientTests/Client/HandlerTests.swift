import Synchronization
import Testing
import WSETransport
import WSETransportTesting

@testable import WSEClient

/// Rows of the client's table: `on(type)`, `on_any`, `off`.
@Suite(.timeLimit(.minutes(1))) struct HandlerTests {
    private final class Log: Sendable {
        private let entries = Mutex<[String]>([])

        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
        var all: [String] { entries.withLock { $0 } }
    }

    private func publications(_ offsets: Range<UInt64>) -> [InMemoryMessage] {
        offsets.map { .text(SessionHarness.publication("a", $0)) }
    }

    @Test func `row on: each event of the type, in order, also when the handler takes its time`() async throws
    {
        let peer = try await ConnectedClient()
        let log = Log()
        peer.client.on("tick") { event in
            await Task.yield()
            log.add("\(event.offset ?? 99)")
        }
        peer.server.push(publications(0..<50))
        peer.server.push(.text(eventText("other")))
        peer.server.push(publications(50..<100))
        try await peer.disconnect()
        #expect(log.all == (0..<100).map { "\($0)" })
    }

    @Test func `row on_any: a synchronous handler sees every type`() async throws {
        let peer = try await ConnectedClient()
        let log = Log()
        peer.client.onAny { log.add($0.type) }
        peer.server.push(.text(eventText("x")), .text(eventText("y")))
        try await peer.disconnect()
        #expect(log.all == ["x", "y"])
    }

    @Test func `a handler that throws harms no other, nor itself, and is told`() async throws {
        let peer = try await ConnectedClient()
        let log = Log()
        var signals = peer.client.signals.makeAsyncIterator()
        peer.client.on("tick") { event in
            log.add("bad \(event.offset ?? 99)")
            throw WSEError(.protocol, "no")
        }
        peer.client.on("tick") { log.add("good \($0.offset ?? 99)") }
        peer.server.push(publications(0..<2))
        guard case .handlerFailed("tick", _) = await signals.next() else {
            Issue.record("no signal of the handler")
            return
        }
        try await peer.disconnect()
        #expect(log.all.filter { $0.hasPrefix("bad") } == ["bad 0", "bad 1"])
        #expect(log.all.filter { $0.hasPrefix("good") } == ["good 0", "good 1"])
    }

    @Test func `row off: no call begins after a handler is cancelled, by token or by type`() async throws {
        let peer = try await ConnectedClient()
        let log = Log()
        let token = peer.client.on("tick") { _ in log.add("token") }
        peer.client.on("tick") { _ in log.add("type") }
        peer.client.onAny { _ in log.add("any") }
        peer.client.off(token)
        peer.client.off("tick")
        peer.server.push(publications(0..<1))
        try await peer.disconnect()
        #expect(log.all == ["any"])
    }

    @Test func `a client with handlers only reads on, far beyond what events holds`() async throws {
        let peer = try await ConnectedClient { $0.eventBuffering = StreamBuffering(capacity: 2) }
        let log = Log()
        peer.client.on("tick") { log.add("\($0.offset ?? 99)") }
        for offset in 0..<100 as Range<UInt64> { peer.server.push(publications(offset..<offset + 1)) }
        #expect(!peer.server.isReadingPaused)
        try await peer.disconnect()
        #expect(log.all.count == 100)
    }

    @Test func `a handler that is full pauses reading, and cancelling it gives the pause back`() async throws
    {
        let peer = try await ConnectedClient()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let token = peer.client.on("tick", buffering: StreamBuffering(capacity: 1)) { _ in
            for await _ in gate { break }
        }
        // The first is with the handler, or waits for it; the second waits in any case.
        peer.server.push(publications(0..<1))
        while peer.client.queueSize > 0 { await Task.yield() }
        peer.server.push(publications(1..<2))
        #expect(peer.server.isReadingPaused)
        token.cancel()
        #expect(!peer.server.isReadingPaused)
        open.finish()
        try await peer.disconnect()
    }

    @Test func `a handler may disconnect the client, which does not wait for it`() async throws {
        let peer = try await ConnectedClient()
        let client = peer.client
        client.on("tick") { [weak client] _ in await client?.disconnect() }
        peer.server.push(publications(0..<1))
        _ = try await peer.server.nextClose()
        peer.server.close()
        for await state in client.states where state == .disconnected { break }
        #expect(client.state == .disconnected)
    }

    @Test func `handlers outlive a disconnect`() async throws {
        let peer = try await ConnectedClient()
        let log = Log()
        peer.client.on("tick") { log.add($0.topic ?? "-") }
        try await peer.disconnect()
        async let connecting: Void = peer.client.connect()
        let server = try await peer.transport.nextConnection()
        server.accept()
        server.push(.text(SessionHarness.hello))
        try await connecting
        server.push(publications(0..<1))
        async let disconnecting: Void = peer.client.disconnect()
        _ = try await server.nextClose()
        server.close()
        await disconnecting
        #expect(log.all == ["a"])
    }
}
