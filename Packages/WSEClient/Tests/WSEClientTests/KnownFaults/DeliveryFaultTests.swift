import Testing
import WSETransportTesting
import WSEWire

@testable import WSEClient

/// What other clients of the protocol get wrong with events and topics, one test each.
@Suite struct DeliveryFaultTests {
    private func resuming() throws -> SessionHarness {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.receive(SessionHarness.answer(accepted: ["a"]))
        for offset in UInt64(0)...5 { session.receive(SessionHarness.publication("a", offset)) }
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.open()
        return session
    }

    private func position(_ session: borrowing SessionHarness) -> UInt64? {
        session.machine.sequencer.position(of: "a")?.offset
    }

    @Test
    func `fault 4: no answer moves a position past what came, nor backwards, and unsubscribing forgets it`()
        throws
    {
        var session = try resuming()
        // Recovered up to 9, it says, and replays two.
        session.receive(SessionHarness.publication("a", 6))
        session.receive(SessionHarness.publication("a", 7))
        session.receive(
            SessionHarness.answer(
                accepted: ["a"], recovery: SessionHarness.recovery("a", head: 9, recovered: true)))
        #expect(position(session) == 7)
        // It was rolled back, it says.
        session.close(code: nil)
        session.advance(by: .seconds(4))
        session.open()
        session.receive(
            SessionHarness.answer(accepted: ["a"], recovery: SessionHarness.recovery("a", head: 3)))
        #expect(position(session) == 7)
        session.give { $0.unsubscribe(["a"], request: RequestID(rawValue: 2), now: $1) }
        #expect(position(session) == nil)
        #expect(session.machine.receivedPositions.isEmpty)
    }

    @Test
    func `fault 5: a hole is asked for once, what comes behind it waits, and without recovery it comes out`()
        throws
    {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.receive(SessionHarness.answer(accepted: ["a"]))
        session.receive(SessionHarness.publication("a", 0))
        var asked = 0
        for offset in UInt64(5)...50 {
            asked +=
                session.receive(SessionHarness.publication("a", offset)).sent("subscription_update").count
        }
        #expect(asked == 1)
        for offset in UInt64(1)...4 { session.receive(SessionHarness.publication("a", offset)) }
        #expect(session.actions.offsets("a") == Array(0...50))

        var without = try SessionHarness { $0.recovers = false }
        without.becomeReady()
        for offset in [0, 5, 6] as [UInt64] { without.receive(SessionHarness.publication("a", offset)) }
        #expect(without.actions.offsets("a") == [0, 5, 6])
        #expect(without.actions.gaps.map(\.offsets) == [1...4])
    }

    @Test(.timeLimit(.minutes(1)))
    func `fault 6: a slow consumer loses nothing; where it wants to, it is told, and positions say so`()
        async throws
    {
        let peer = try await ConnectedClient { $0.eventBuffering = StreamBuffering(capacity: 2) }
        for offset in UInt64(0)..<10 { peer.server.push(.text(SessionHarness.publication("a", offset))) }
        var events = peer.client.events.makeAsyncIterator()
        for offset in UInt64(0)..<10 { #expect(try await events.next()?.offset == offset) }
        #expect(peer.client.statistics().dropped == 0)

        let dropping = try await ConnectedClient {
            $0.eventBuffering = StreamBuffering(capacity: 1, overflow: .dropOldest)
        }
        var signals = dropping.client.signals.makeAsyncIterator()
        dropping.server.push(
            .text(SessionHarness.publication("a", 0)), .text(SessionHarness.publication("a", 1)))
        guard case .dropped(1)? = await signals.next() else {
            Issue.record("the drop was not told")
            return
        }
    }

    @Test
    func `fault 9: a frame that is broken or a bomb is skipped, bounded and told, and the connection stays`()
        throws
    {
        var session = try SessionHarness { $0.limits.maximumMessageSize = 4_096 }
        session.becomeReady()
        let broken: [[UInt8]] = [
            Array("C:".utf8) + [0x78, 0x9C, 1, 2, 3], Array("M:".utf8) + [0xC1],
            Array("M:".utf8) + [0xDF, 0xFF],
            // A million zeros.
            Array("C:".utf8) + Self.bomb,
        ]
        for bytes in broken { session.receive(bytes, as: .binary, from: session.attempt) }
        #expect(session.machine.counters.unreadable == UInt64(broken.count))
        #expect(session.isReady == true)
        #expect(session.receive(SessionHarness.publication("a", 0)).offsets("a") == [0])
    }

    /// What zlib makes of a million zeros, begun: enough to exceed any small limit.
    private static let bomb: [UInt8] = {
        // Stored blocks of deflate need no encoder: 65,535 zeros each.
        var bytes: [UInt8] = [0x78, 0x01]
        for _ in 0..<16 {
            bytes += [0x00, 0xFF, 0xFF, 0x00, 0x00]
            bytes += [UInt8](repeating: 0, count: 65_535)
        }
        return bytes
    }()

    @Test(arguments: ["0", "false", "\"\"", "[]", "null"])
    func `fault 10: falsy payloads stay what they are`(payload: String) throws {
        var session = try SessionHarness()
        session.becomeReady()
        let event = try #require(
            session.receive(#"{"c":"U","t":"tick","p":\#(payload),"v":1}"#).delivered.first)
        #expect(event.payload.value == (try WSEValue(json: payload)))
        let sent = session.give {
            _ = $0.send(MessageDraft(type: "note", payload: event.payload.value), caller: nil, now: $1)
        }
        #expect(sent.sent("note").first?["p"] == event.payload.value)
    }

    @Test
    func `fault 12: a topic counts as subscribed when the server says so, and a refusal reaches the caller`()
        throws
    {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["open", "secret"], request: RequestID(rawValue: 1), now: $1) }
        #expect(session.machine.subscriptions.acknowledged.isEmpty)
        let answered = session.receive(SessionHarness.answer(accepted: ["open"], refused: ["secret"]))
        #expect(session.machine.subscriptions.acknowledged == ["open"])
        #expect(answered.subscriptions == [SubscriptionResult(accepted: ["open"], refused: ["secret"])])
    }
}
