import Testing
import WSECrypto
import WSETestServer
import WSETransport
import WSETransportTesting

@testable import WSEClient

/// What other clients of the protocol get wrong, one test each; the rest is in ``DeliveryFaultTests``.
@Suite(.timeLimit(.minutes(1))) struct ConnectionFaultTests {
    @Test
    func `fault 1: neither failed attempts, an open breaker nor a server's 1000 or 1001 end the stream`()
        throws
    {
        var session = try SessionHarness {
            $0.circuitBreaker = .init(failureThreshold: 5, openDuration: .seconds(60))
        }
        session.becomeReady()
        session.close(code: 1000)
        session.advance(by: .seconds(2))
        session.open()
        session.close(code: 1001)
        // Nobody is there for long: first the backoff counts, then the breaker.
        var delays: [Duration] = []
        for _ in 0..<8 {
            let due = try #require(session.timers[.reconnect])
            delays.append(due - session.now.instant)
            session.advance(by: due - session.now.instant)
            session.close(code: nil)
        }
        #expect(delays.prefix(5).allSatisfy { $0 < .seconds(30) })
        #expect(delays.dropFirst(5).allSatisfy { $0 >= .seconds(60) })
        #expect(session.actions.finishes.isEmpty)
        session.advance(by: .seconds(60))
        session.open()
        #expect(session.isReady == true)
    }

    @Test func `fault 2: the blocking client throws what ends it instead of timing out`() async throws {
        let server = try await WSETestServer.start()
        let client = try SyncWSEClient(url: server.url)
        async let receiving = BlockingThread.run {
            try client.connect()
            return Result { try client.receive(timeout: .seconds(30)) }
        }
        let connection = try await server.nextConnection()
        _ = try await connection.nextMessage(ofType: "client_hello")
        try await connection.roundTrip()
        connection.close(code: 1008)
        let outcome = try await receiving
        #expect { try outcome.get() } throws: { ($0 as? WSEError)?.code == .protocol }
        await server.stop()
    }

    @Test func `fault 3: nothing of the user's leaves in the clear, be the server's answer late or missing`()
        throws
    {
        var session = try SessionHarness {
            $0.encryption = WSEEncryption()
            $0.offlineQueue = .init()
        }
        session.give { $0.subscribe(["secret-topic"], request: RequestID(rawValue: 1), now: $1) }
        session.give { _ = $0.send(MessageDraft(type: "note", payload: "secret"), caller: nil, now: $1) }
        session.give { $0.connect(now: $1) }
        session.give { $0.opened($0.lastAttempt, now: $1) }
        session.advance(by: .seconds(5))
        session.receive(SessionHarness.hello)
        #expect(Set(session.actions.sent.compactMap { $0["t"]?.stringValue }) == ["client_hello"])
        #expect(session.actions.connectOutcomes.map(\.?.code) == [.encryption])
    }

    @Test func `fault 7: attempts to send one message share its id and one place in the queue`() async throws
    {
        let transport = InMemoryTransport()
        var configuration = WSEConfiguration(transport: transport)
        configuration.sendLimit = .init(capacity: 1, rate: 5)
        let client = try WSEClient(url: "ws://server/wse", configuration: configuration)
        async let connecting: Void = client.connect()
        let server = try await transport.nextConnection()
        server.accept()
        server.push(.text(SessionHarness.hello))
        try await connecting
        try await client.send("first", [:])
        // Refused for the rate until a token is there again.
        let outcome = try await client.sendWithRetry("note", ["n": 1], maximumRetries: 5)
        #expect(outcome.disposition == .sent)
        var notes: [WSEValue] = []
        while let message = server.takeMessage() {
            if let value = message.value, value["t"] == "note" { notes.append(value) }
        }
        #expect(notes.map { $0["id"]?.stringValue } == [outcome.id])
        #expect(client.statistics().offlineMessages == 0)
    }

    @Test func `fault 8: any frame is life, heartbeats cost no tokens, round trips are of a monotonic clock`()
        throws
    {
        var session = try SessionHarness { $0.sendLimit = .init(capacity: 1, rate: 0.001) }
        session.becomeReady()
        session.give { _ = $0.send(MessageDraft(type: "note", payload: [:]), caller: nil, now: $1) }
        // Publications, no PONG, for five minutes.
        for offset in UInt64(0)..<10 {
            session.advance(by: .seconds(30))
            session.receive(SessionHarness.publication("a", offset))
        }
        #expect(session.isReady == true)
        #expect(session.actions.aborts.isEmpty)
        #expect(session.actions.sent("ping").count >= 19)
        // The wall clock is set back while a ping is on its way.
        var pings: [WSEValue] = []
        while pings.isEmpty { pings = session.advance(by: .milliseconds(10)).sent("ping") }
        let timestamp = try #require(pings[0]["p", "timestamp"]?.uintValue)
        session.now.unixMilliseconds -= 3_600_000
        session.advance(by: .milliseconds(20))
        session.receive(
            #"{"c":"WSE","t":"PONG","p":{"client_timestamp":\#(timestamp),"server_timestamp":1},"v":1}"#)
        let measured = session.machine.lastRoundTrip
        let roundTrip = try #require(measured)
        #expect(roundTrip >= .milliseconds(20) && roundTrip <= .milliseconds(30))
    }

    @Test func `fault 11: what an old socket still says or ends with does not touch the new connection`()
        throws
    {
        var session = try SessionHarness()
        session.becomeReady()
        let old = session.attempt
        session.give { $0.forceReconnect(now: $1) }
        session.open()
        session.receive(SessionHarness.publication("a", 0), from: old)
        session.give { $0.closed(old, WebSocketClosure(code: .policyViolation), now: $1) }
        session.give { $0.flushed(old, through: 1, now: $1) }
        #expect(session.isReady == true)
        #expect(session.actions.delivered.isEmpty)
        #expect(session.actions.finishes.isEmpty)
    }

    @Test func `fault 13: what one side signs under the application's key the other one verifies`() throws {
        let key = Array("0123456789abcdef0123456789abcdef".utf8)
        let payload = Array(#"{"n":1}"#.utf8)
        let signature = try PayloadSigner(key: SigningKey(copying: key)).signature(
            of: payload, at: 1_763_800_000)
        try PayloadVerifier(key: SigningKey(copying: key)).verify(signature, of: payload, at: 1_763_800_001)
        #expect(throws: CryptoError.self) {
            try PayloadVerifier(key: SigningKey(copying: key.reversed())).verify(
                signature, of: payload, at: 1_763_800_001)
        }
    }
}
