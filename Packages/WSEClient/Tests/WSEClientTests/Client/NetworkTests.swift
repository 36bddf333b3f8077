import Testing
import WSEResilience
import WSETransport
import WSETransportTesting

@testable import WSEClient

/// Rows of the client's table: `state`, `connection_quality`, `recovery_state`, and what servers ask.
@Suite(.timeLimit(.minutes(1))) struct NetworkTests {
    @Test func `row states: the present one first, then each that follows`() async throws {
        let peer = try await ConnectedClient()
        var states = peer.client.states.makeAsyncIterator()
        #expect(await states.next() == .connected)
        peer.server.cut()
        #expect(await states.next() == .reconnecting)
        await peer.client.disconnect()
        #expect(await states.next() == .disconnected)
    }

    @Test func `row connection_quality: judged by the round trips of the heartbeat`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        #expect(session.machine.network.quality == .unknown)
        for delay in [15_000, 14_960] {
            session.advance(by: .milliseconds(delay))
            let ping = try #require(session.actions.sent("ping").last)
            session.advance(by: .milliseconds(40))
            session.receive(
                #"{"c":"WSE","t":"PONG","p":{"client_timestamp":\#(try #require(ping["p", "timestamp"]?.uintValue))},"v":1}"#
            )
        }
        #expect(session.machine.network.quality == .excellent)
        #expect(session.machine.network.diagnostics.latency == .milliseconds(40))
        #expect(session.actions.qualities == [.excellent])
    }

    @Test func `a ping without an answer is a loss, and the client is degraded until one is answered`() throws
    {
        var session = try SessionHarness { $0.livenessTimeout = .seconds(60) }
        session.becomeReady()
        session.advance(by: .seconds(30))
        #expect(session.machine.state == .degraded)
        #expect(session.machine.network.diagnostics.loss == 1)
        let ping = try #require(session.actions.sent("ping").last)
        session.receive(
            #"{"c":"WSE","t":"PONG","p":{"client_timestamp":\#(try #require(ping["p", "timestamp"]?.uintValue))},"v":1}"#
        )
        #expect(session.machine.state == .connected)
    }

    @Test func `row recovery_state: a topic with a hole is recovering until that is filled`() async throws {
        let peer = try await ConnectedClient()
        async let subscribed = peer.client.subscribe(["a"])
        try await peer.answerSubscription()
        _ = try await subscribed
        #expect(peer.client.isRecoveryEnabled)
        peer.server.push(
            .text(SessionHarness.publication("a", 0)), .text(SessionHarness.publication("a", 2)))
        #expect(peer.client.isRecovering)
        #expect(peer.client.recoveryState == ["a"])
        let request = try await peer.next("subscription_update")
        peer.server.push(
            .text(SessionHarness.publication("a", 1)),
            .text(
                SessionHarness.answer(
                    accepted: ["a"], recovery: SessionHarness.recovery("a", head: 2, recovered: true),
                    request: request["cid"]?.stringValue)))
        #expect(!peer.client.isRecovering)
    }

    @Test func `a rate limit warning lowers the rate and is told`() async throws {
        let peer = try await ConnectedClient()
        var signals = peer.client.signals.makeAsyncIterator()
        peer.server.push(
            .text(
                #"{"c":"WSE","t":"rate_limit_warning","p":{"current_rate":9,"limit":10,"remaining":1,"retry_after":0.5},"v":1}"#
            ))
        guard case .rateLimitWarning(remaining: 1, retryAfter: .milliseconds(500)?) = await signals.next()
        else {
            Issue.record("no signal of the warning")
            return
        }
        try await peer.client.send("a")
        await #expect { try await peer.client.send("b") } throws: { ($0 as? WSEError)?.code == .rateLimit }
        #expect(try await peer.client.receive()?.type == "rate_limit_warning")
    }

    @Test func `RATE_LIMITED holds messages back for as long as the server says`() async throws {
        let peer = try await ConnectedClient()
        peer.server.push(
            .text(
                #"{"c":"WSE","t":"error","p":{"code":"RATE_LIMITED","message":"slow","retry_after":7},"v":1}"#
            ))
        await #expect { try await peer.client.send("b") } throws: {
            guard let error = $0 as? WSEError, let delay = error.retryAfter else { return false }
            return error.code == .rateLimit && delay > .seconds(6)
        }
    }

    @Test(arguments: [
        ("health_check", "health_check_response"), ("metrics_request", "metrics_response"),
        ("sync_request", "sync_response"),
    ])
    func `what servers ask is answered under their correlation id, and not shown`(
        question: String, answer: String
    ) async throws {
        let peer = try await ConnectedClient()
        peer.server.push(
            .text(#"{"c":"WSE","t":"\#(question)","p":{},"cid":"q1","v":1}"#), .text(eventText("other")))
        let message = try await peer.next(answer)
        #expect(message["cid"] == "q1")
        switch answer {
        case "health_check_response":
            #expect(message["p", "status"] == "healthy")
            #expect(message["p", "client_version"] == .string(WSEClientVersion.current))
        case "metrics_response": #expect(message["p", "messages_received"] == 2)
        default:
            #expect(message["p", "protocol_version"] == 1)
            #expect(message["p", "subscriptions"] == [])
        }
        #expect(try await peer.client.receive()?.type == "other")
    }

    @Test func `the server's own judgement is shown, and kept`() async throws {
        let peer = try await ConnectedClient()
        peer.server.push(
            .text(#"{"c":"WSE","t":"connection_quality","p":{"quality":"good","latency_ms":9},"v":1}"#))
        #expect(try await peer.client.receive()?.type == "connection_quality")
        #expect(peer.client.statistics().serverQuality == "good")
    }
}

extension [SessionAction] {
    fileprivate var qualities: [NetworkQuality] {
        compactMap { if case .signal(.quality(let quality)) = $0 { quality } else { nil } }
    }
}
