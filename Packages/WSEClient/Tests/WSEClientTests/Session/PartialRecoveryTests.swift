import Testing
import WSEWire

@testable import WSEClient

/// What a server still has is delivered, and what it has no longer is announced.
@Suite struct PartialRecoveryTests {
    /// On its second connection, with the question for what came after `last` on its way.
    private func resuming(
        after last: UInt64, _ configure: (inout SessionSettings) -> Void = { _ in }
    ) throws -> SessionHarness {
        var session = try SessionHarness(configure)
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.receive(SessionHarness.answer(accepted: ["a"]))
        session.receive(SessionHarness.publication("a", last))
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.open()
        return session
    }

    /// A server that has the newest `kept` publications up to `head`.
    ///
    /// - Returns: The positions that it was asked from.
    private func converse(
        _ session: inout SessionHarness, head: UInt64, kept: UInt64, epoch: String = "0000007b"
    ) throws -> [UInt64] {
        var asked: [UInt64] = []
        var questions = session.actions.sent("subscription_update").suffix(1)
        while let position = questions.popFirst()?["p", "recovery", "a"] {
            let offset = try #require(position["offset"]?.uintValue)
            asked.append(offset)
            let isKnown = position["epoch"]?.stringValue == epoch && offset + kept >= head
            var actions: [SessionAction] = []
            if isKnown, offset < head {
                for next in (offset + 1)...head {
                    actions += session.receive(SessionHarness.publication("a", next, epoch: epoch))
                }
            }
            actions += session.receive(
                SessionHarness.answer(
                    accepted: ["a"],
                    recovery: SessionHarness.recovery("a", head: head, epoch: epoch, recovered: isKnown)))
            questions = ArraySlice(actions.sent("subscription_update"))
            guard asked.count < 40 else { break }
        }
        return asked
    }

    @Test(arguments: [1, 2, 100, 128, 500, 512, 4_096] as [UInt64])
    func `what the server still has is delivered, what it has no longer is announced`(kept: UInt64) throws {
        var session = try resuming(after: 10)
        let asked = try converse(&session, head: 10_010, kept: kept)
        #expect(asked.first == 10)
        let first = try #require(session.actions.offsets("a").dropFirst().first)
        #expect(session.actions.offsets("a") == [10] + Array(first...10_010))
        #expect(session.actions.gaps.map(\.offsets) == [11...(first - 1)])
        // Exactly, for the sizes that servers have; at least half of any other.
        let got = 10_011 - first
        #expect(kept == 100 ? got == 64 : got == kept)
        #expect(asked.count <= 16)
    }

    @Test func `a server that has nothing at all is asked no further than to the last`() throws {
        var session = try resuming(after: 10)
        let asked = try converse(&session, head: 26, kept: 0)
        #expect(asked == [10, 18, 22, 24, 25])
        #expect(session.actions.gaps.map(\.offsets) == [11...26])
        #expect(session.advance(by: .seconds(30)).sent("subscription_update").isEmpty)
    }

    @Test func `one that keeps nothing is not asked again`() throws {
        var session = try resuming(after: 10)
        let actions = session.receive(
            SessionHarness.answer(
                accepted: ["a"],
                recovery:
                    #"{"a":{"epoch":"0000007b","offset":26,"recovered":false,"recoverable":false,"count":0}}"#
            ))
        #expect(actions.sent("subscription_update").isEmpty)
        #expect(actions.gaps.map(\.offsets) == [11...26])
    }

    @Test func `what is published meanwhile waits and comes in its place`() throws {
        var session = try resuming(after: 10)
        session.receive(SessionHarness.publication("a", 31))
        let refusal = SessionHarness.answer(
            accepted: ["a"], recovery: SessionHarness.recovery("a", head: 30))
        let nearer = session.receive(refusal).sent("subscription_update")
        #expect(nearer.map { $0["p", "recovery", "a", "offset"] } == [14])
        // The answer overtakes the replay.
        session.receive(
            SessionHarness.answer(
                accepted: ["a"], recovery: SessionHarness.recovery("a", head: 31, recovered: true)))
        for offset in UInt64(15)...30 { session.receive(SessionHarness.publication("a", offset)) }
        #expect(session.actions.offsets("a") == [10] + Array(15...31))
        #expect(session.actions.gaps.map(\.offsets) == [11...14])
    }

    @Test func `what a restarted server published before the client was back is asked for`() throws {
        var session = try resuming(after: 10)
        let asked = try converse(&session, head: 40, kept: 128, epoch: "000000ff")
        #expect(asked == [10, 0])
        #expect(session.actions.resyncs == ["000000ff"])
        #expect(session.actions.offsets("a") == [10] + Array(1...40))
        #expect(session.actions.gaps.map(\.offsets) == [0...0])
    }

    @Test func `of a restarted server's long history the newest is replayed`() throws {
        var session = try resuming(after: 10)
        _ = try converse(&session, head: 1_000, kept: 128, epoch: "000000ff")
        #expect(session.actions.offsets("a") == [10] + Array(873...1_000))
        #expect(session.actions.gaps.map(\.offsets) == [0...872])
    }

    @Test func `in a cluster another server's history is taken from where it is, and gone on with later`()
        throws
    {
        var session = try resuming(after: 10) { $0.isClustered = true }
        #expect(try converse(&session, head: 40, kept: 128, epoch: "000000ff") == [10])
        #expect(session.actions.gaps.isEmpty)
        session.receive(SessionHarness.publication("a", 41, epoch: "000000ff"))
        session.close(code: nil)
        session.advance(by: .seconds(4))
        session.open()
        #expect(try converse(&session, head: 12, kept: 128) == [41, 10])
        #expect(session.actions.offsets("a") == [10, 41, 11, 12])
        #expect(session.actions.resyncs == ["000000ff", "0000007b"])
    }

    @Test func `in a cluster a copy without a stamp and the stamped one count once`() throws {
        var session = try resuming(after: 10) { $0.isClustered = true }
        let copy = #"{"t":"tick","id":"a-0000007b-11","p":{"n":11}}"#
        session.receive(copy)
        session.receive(SessionHarness.publication("a", 11))
        session.receive(SessionHarness.publication("a", 12))
        session.receive(#"{"t":"tick","id":"a-0000007b-12","p":{"n":12}}"#)
        #expect(session.actions.delivered.compactMap { $0.payload["n"]?.intValue } == [10, 11, 12])
    }
}
