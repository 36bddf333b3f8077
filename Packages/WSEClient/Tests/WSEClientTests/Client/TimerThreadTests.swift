import Synchronization
import Testing
import WSEClient
import WSETestServer
import WSETransport

@Suite(.timeLimit(.minutes(1))) struct TimerThreadTests {
    /// A connection over the network that counts what waits on its thread.
    private final class CountingConnection: WebSocketConnection {
        let base: any WebSocketConnection
        let count: Counter

        init(_ base: any WebSocketConnection, _ count: Counter) {
            self.base = base
            self.count = count
        }

        func send(
            _ kind: WebSocketMessageKind, _ payload: RawSpan
        ) throws(WebSocketError) -> WebSocketWriteReceipt {
            try base.send(kind, payload)
        }

        func ping(_ payload: RawSpan) throws(WebSocketError) { try base.ping(payload) }
        func pauseReading() { base.pauseReading() }
        func resumeReading() { base.resumeReading() }
        func close(code: WebSocketCloseCode, reason: String) { base.close(code: code, reason: reason) }
        func abort() { base.abort() }

        func schedule(
            after delay: Duration, _ work: @escaping @Sendable () -> Void
        ) -> (any WebSocketScheduledWork)? {
            base.schedule(after: delay) { [count] in
                count.fired.add(1, ordering: .relaxed)
                work()
            }
        }
    }

    private final class Counter: Sendable {
        let fired = Atomic(0)
    }

    private struct CountingTransport: WebSocketTransport {
        let base = NIOWebSocketTransport()
        let count: Counter

        func connect(
            _ request: WebSocketRequest, handler: any WebSocketHandler
        ) -> any WebSocketConnection {
            CountingConnection(base.connect(request, handler: handler), count)
        }
    }

    /// Counts what it is asked to wait for, and leaves it to the machine's clock.
    private struct CountingClock: WSEClock {
        let scheduled: Counter
        private let base = SystemClock()

        init(_ scheduled: Counter) { self.scheduled = scheduled }

        func now() -> ContinuousClock.Instant { base.now() }
        func unixMilliseconds() -> UInt64 { base.unixMilliseconds() }

        func schedule(
            after delay: Duration, _ work: @escaping @Sendable () -> Void
        ) -> any WSEScheduledWork {
            scheduled.fired.add(1, ordering: .relaxed)
            return base.schedule(after: delay, work)
        }
    }

    private func twoPings(_ server: WSETestServer, _ configuration: WSEConfiguration) async throws {
        var configuration = configuration
        configuration.heartbeatInterval = .milliseconds(10)
        try await withWSEClient(url: server.url, configuration: configuration) { _ in
            for _ in 0..<2 { _ = try await server.nextMessage(ofType: "ping") }
        }
    }

    /// A timer that another thread happens to start, as one that calls into the client at that moment, waits on the
    /// clock, and so do those that follow from it. On a busy machine that may be so for a whole connection, not for all
    /// of them.
    @Test func `the heartbeat waits on the connection's thread`() async throws {
        try await withWSETestServer { server in
            let count = Counter()
            for _ in 0..<50 where count.fired.load(ordering: .relaxed) < 2 {
                try await twoPings(server, WSEConfiguration(transport: CountingTransport(count: count)))
            }
            let fired = count.fired.load(ordering: .relaxed)
            #expect(fired >= 2)
        }
    }

    @Test func `a clock of one's own has all timers`() async throws {
        try await withWSETestServer { server in
            let (count, scheduled) = (Counter(), Counter())
            var configuration = WSEConfiguration(transport: CountingTransport(count: count))
            configuration.clock = CountingClock(scheduled)
            try await twoPings(server, configuration)
            let (onThread, onClock) = (
                count.fired.load(ordering: .relaxed), scheduled.fired.load(ordering: .relaxed)
            )
            #expect(onThread == 0)
            #expect(onClock >= 2)
        }
    }
}
