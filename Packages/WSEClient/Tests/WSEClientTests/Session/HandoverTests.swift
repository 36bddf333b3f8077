import Testing
import WSEWire

@_spi(WSEPool) @testable import WSEClient

/// Topics that go from one session to another, as those of a pool do.
@Suite struct HandoverTests {
    private let request = RequestID(rawValue: 1)

    private func follower(_ place: TopicPlace) throws -> SessionHarness {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.adopt(["a": place], request: request, now: $1) }
        return session
    }

    @Test func `what comes before the answer to a release counts, and what comes after does not`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: request, now: $1) }
        session.receive(SessionHarness.answer(accepted: ["a"]))
        session.receive(SessionHarness.publication("a", 0))
        let told = session.give { $0.release(["a"], request: RequestID(rawValue: 2), now: $1) }
        #expect(told.sent("subscription_update").map { $0["p", "action"] } == ["unsubscribe"])
        session.receive(SessionHarness.publication("a", 1))
        let answered = session.receive(SessionHarness.answer(accepted: ["a"], action: "unsubscribe"))
        #expect(answered.subscriptions == [SubscriptionResult(accepted: ["a"])])
        session.give { machine, _ in machine.finishRelease(["a"]) }
        session.receive(SessionHarness.publication("a", 2))
        #expect(session.actions.offsets("a") == [0, 1])
        #expect(session.machine.counters.late == 1)
        #expect(session.machine.sequencer.position(of: "a") == nil)
    }

    @Test func `a topic that is wanted again before its release is finished stays`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: request, now: $1) }
        session.receive(SessionHarness.answer(accepted: ["a"]))
        session.give { $0.release(["a"], request: RequestID(rawValue: 2), now: $1) }
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 3), now: $1) }
        session.give { machine, _ in machine.finishRelease(["a"]) }
        session.receive(SessionHarness.publication("a", 5))
        #expect(session.actions.offsets("a") == [5])
    }

    @Test func `a follower asks for what the other session has not got`() throws {
        let session = try follower(TopicPlace(position: TopicPosition(epoch: "0000007b", offset: 4)))
        let asked = session.actions.sent("subscription_update").last
        #expect(asked?["p", "recovery", "a", "offset"]?.intValue == 4)
    }

    @Test func `a first event that the other session has got is not missing`() throws {
        var session = try follower(TopicPlace(hasNoPast: true))
        session.receive(
            SessionHarness.answer(accepted: ["a"], recovery: SessionHarness.recovery("a", head: 0)))
        // The other session has given it since.
        session.give {
            $0.adopt(
                ["a": TopicPlace(position: TopicPosition(epoch: "0000007b", offset: 0))],
                request: RequestID(rawValue: 2),
                now: $1)
        }
        session.receive(SessionHarness.publication("a", 1))
        #expect(session.actions.offsets("a") == [1])
        #expect(session.actions.gaps.isEmpty)
    }

    @Test func `a first event that nobody has got is missing`() throws {
        var session = try follower(TopicPlace(hasNoPast: true))
        session.receive(
            SessionHarness.answer(accepted: ["a"], recovery: SessionHarness.recovery("a", head: 0)))
        session.receive(SessionHarness.publication("a", 1))
        #expect(session.actions.offsets("a") == [1])
        #expect(session.actions.gaps.map(\.offsets) == [0...0])
    }
}
