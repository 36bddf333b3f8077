import Testing
import WSETransport

@testable import WSEClient

@Suite struct ReconnectTests {
    @Test func `what an event before the end of the handshake shows to be missing is asked for`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.receive(SessionHarness.answer(accepted: ["a"]))
        session.receive(SessionHarness.publication("a", 0))
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.give { $0.opened($0.lastAttempt, now: $1) }
        session.receive(SessionHarness.publication("a", 3))
        let ready = session.receive(SessionHarness.hello)
        #expect(ready.sent("subscription_update").map { $0["p", "recovery", "a", "offset"] } == [0])
        for offset in UInt64(1)...2 { session.receive(SessionHarness.publication("a", offset)) }
        #expect(session.actions.offsets("a") == [0, 1, 2, 3])
        #expect(session.actions.gaps.isEmpty)
    }

    @Test func `a hole of a topic that nobody asked for does not outlast the handshake`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.receive(SessionHarness.publication("pushed", 0))
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.give { $0.opened($0.lastAttempt, now: $1) }
        session.receive(SessionHarness.publication("pushed", 2))
        session.receive(SessionHarness.hello)
        #expect(session.actions.offsets("pushed") == [0, 2])
        #expect(session.actions.gaps.map(\.offsets) == [1...1])
    }

    @Test func `a client that does not reconnect does not for a refused token either`() throws {
        var session = try SessionHarness {
            $0.asksForToken = true
            $0.reconnects = false
        }
        session.give { $0.connect(now: $1) }
        session.give { $0.tokenArrived($0.lastAttempt, token: "t", now: $1) }
        session.open()
        session.advance(by: .seconds(1))
        #expect(session.close(code: 4401).finishes.map { $0?.code } == [.auth])
    }

    @Test func `after a refusal a lost network is no reason for a fresh token`() throws {
        var session = try SessionHarness { $0.asksForToken = true }
        session.give { $0.connect(now: $1) }
        session.give { $0.tokenArrived($0.lastAttempt, token: "old", now: $1) }
        session.open()
        session.close(code: 4401)
        session.give { $0.tokenArrived($0.lastAttempt, token: "new", now: $1) }
        session.open()
        session.close(code: nil)
        #expect(session.advance(by: .seconds(3)).tokenRequests == [TokenRequest(reason: .connecting)])
    }

    @Test(arguments: [nil, 1000, 1001, 1005, 1006, 1011, 4300, 4429, 4503] as [UInt16?])
    func `a close of the server's makes the client connect again`(code: UInt16?) throws {
        var session = try SessionHarness()
        session.becomeReady()
        let lost = session.close(code: code)
        #expect(lost.finishes.isEmpty)
        #expect(session.machine.state == .reconnecting)

        #expect(session.advance(by: .seconds(2)).connects.count == 1)
        session.open()
        #expect(session.machine.state == .connected)
        #expect(session.machine.counters.reconnects == 1)
    }

    @Test func `a policy violation ends the client with its cause`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        let actions = session.close(code: 1008)
        #expect(actions.finishes.map { $0?.code } == [.protocol])
        #expect(session.machine.state == .error)
    }

    @Test func `a first delay is never zero`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.close(code: nil)
        let due = try #require(session.timers[.reconnect])
        #expect(due > session.now.instant)
    }

    @Test func `40 s of silence end a connection, any frame keeps it`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.advance(by: .seconds(30))
        session.receive(SessionHarness.publication("a", 0))
        #expect(session.advance(by: .seconds(39)).aborts.isEmpty)
        #expect(session.advance(by: .seconds(2)).aborts == [AttemptID(rawValue: 1)])
        #expect(session.machine.state == .reconnecting)
    }

    @Test func `pings go out every 15 s and their round trip is measured`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        let pings = session.advance(by: .seconds(15)).sent("ping")
        #expect(pings.count == 1)
        let timestamp = try #require(pings.first?["p", "timestamp"]?.uintValue)
        session.advance(by: .milliseconds(20))
        session.receive(
            #"{"c":"WSE","t":"PONG","p":{"client_timestamp":\#(timestamp),"server_timestamp":1,"latency":1},"v":1}"#
        )
        #expect(session.machine.lastRoundTrip == .milliseconds(20))
    }

    @Test func `a ping of the server is answered`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        let actions = session.receive(
            #"{"c":"WSE","t":"ping","p":{"server_time":"2026-01-01T00:00:00Z"},"v":1}"#)
        let pong = try #require(actions.sent("PONG").first)
        #expect(pong["p", "server_timestamp"] == "2026-01-01T00:00:00Z")
        #expect(actions.delivered.isEmpty)
    }

    @Test func `what an older connection still says is ignored`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        let old = session.attempt
        session.give { $0.forceReconnect(now: $1) }
        session.open()

        #expect(session.receive(SessionHarness.publication("a", 0), from: old).isEmpty)
        let late = session.give { $0.closed(old, WebSocketClosure(code: .normal), now: $1) }
        #expect(late.isEmpty)
        #expect(session.isReady == true)
    }

    @Test func `disconnect closes with 1000 and ends the streams without an error`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        let actions = session.give { $0.disconnect(now: $1) }
        #expect(actions.finishes.map { $0?.code } == [nil])
        #expect(session.machine.phase == .closing(session.attempt))
        #expect(session.timers.isEmpty)
        session.close(code: 1000)
        #expect(session.machine.phase == .idle)
        session.becomeReady()
        #expect(session.isReady == true)
    }

    /// Loses the connection and makes it again.
    private func delayAfterLoss(_ session: inout SessionHarness) throws -> Duration {
        session.close(code: nil)
        let due = try #require(session.timers[.reconnect])
        let delay = due - session.now.instant
        session.advance(by: delay)
        session.open()
        return delay
    }

    @Test func `the count begins anew once a connection has held for long enough, and not before`() throws {
        var session = try SessionHarness {
            $0.backoff = .init(factor: 2, jitter: 0, stableAfter: .seconds(20))
        }
        session.becomeReady()
        #expect(try delayAfterLoss(&session) == .seconds(1))
        session.advance(by: .milliseconds(19_999))
        #expect(try delayAfterLoss(&session) == .seconds(2))
        session.advance(by: .seconds(20))
        #expect(try delayAfterLoss(&session) == .seconds(1))
    }

    @Test func `adaptive delays remember failures over a stable connection, half of them after the memory`() throws {
        var session = try SessionHarness {
            $0.backoff = .init(
                strategy: .adaptive, factor: 3, jitter: 0, stableAfter: .seconds(1), memory: .seconds(10))
        }
        session.becomeReady()
        #expect(try delayAfterLoss(&session) == .seconds(1))
        #expect(try delayAfterLoss(&session) == .seconds(3))
        // The stress is 9 now; half of what exceeds 1 is gone when the connection has held for the memory.
        session.advance(by: .seconds(10))
        #expect(try delayAfterLoss(&session) == .seconds(5))
    }

    @Test func `adaptive delays grow faster on a network that was measured as poor`() throws {
        var session = try SessionHarness {
            $0.backoff = .init(strategy: .adaptive, factor: 3, jitter: 0, stableAfter: .seconds(1_000))
        }
        session.becomeReady()
        for _ in 0..<2 {
            let ping = session.advance(by: .seconds(15)).sent("ping")
            let timestamp = try #require(ping.first?["p", "timestamp"]?.uintValue)
            session.advance(by: .seconds(2))
            session.receive(
                #"{"c":"WSE","t":"PONG","p":{"client_timestamp":\#(timestamp),"server_timestamp":1,"latency":1},"v":1}"#
            )
        }
        #expect(session.machine.network.quality == .poor)
        #expect(try delayAfterLoss(&session) == .seconds(1))
        // Not 3 s, as on a network of which nothing is known.
        #expect(try delayAfterLoss(&session) == .seconds(5))
    }
}
