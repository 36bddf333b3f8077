import Testing
import WSETransport

@testable import WSEClient

@Suite struct RecoveryTests {
    private func subscribed(_ topics: String...) throws -> SessionHarness {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(topics, request: RequestID(rawValue: 1), now: $1) }
        session.receive(SessionHarness.answer(accepted: topics))
        return session
    }

    @Test func `after a reconnect topics are asked for from where they were`() throws {
        var session = try subscribed("a", "b")
        session.receive(SessionHarness.publication("a", 0))
        session.receive(SessionHarness.publication("a", 1))
        session.close(code: nil)
        let actions = session.advance(by: .seconds(2))
        #expect(actions.connects.count == 1)
        session.give { $0.opened($0.lastAttempt, now: $1) }

        let subscribe = try #require(session.receive(SessionHarness.hello).sent("subscription_update").first)
        #expect(subscribe["p", "topics"] == ["a", "b"])
        #expect(subscribe["p", "recover"] == true)
        #expect(subscribe["p", "recovery"] == ["a": ["epoch": "0000007b", "offset": 1]])
    }

    @Test func `a replay and live events that overlap are delivered once and in order`() throws {
        var session = try subscribed("a")
        session.receive(SessionHarness.publication("a", 0))
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.open()
        for offset in [1, 2, 3, 2, 3] as [UInt64] { session.receive(SessionHarness.publication("a", offset)) }
        session.receive(
            SessionHarness.answer(
                accepted: ["a"],
                recovery:
                    #"{"a":{"epoch":"0000007b","offset":3,"recovered":true,"recoverable":true,"count":3}}"#))
        session.receive(SessionHarness.publication("a", 4))
        #expect(session.actions.offsets("a") == [0, 1, 2, 3, 4])
        #expect(session.actions.gaps.isEmpty)
        #expect(session.machine.counters.duplicates == 2)
    }

    @Test func `a hole is asked for once, later events wait, and the replay releases them in order`() throws {
        var session = try subscribed("a")
        session.receive(SessionHarness.publication("a", 0))
        let request = session.receive(SessionHarness.publication("a", 3))
        #expect(request.sent("subscription_update").count == 1)
        #expect(
            request.sent("subscription_update").first?["p", "recovery"]
                == ["a": ["epoch": "0000007b", "offset": 0]])
        #expect(session.receive(SessionHarness.publication("a", 4)).sent.isEmpty)
        #expect(session.actions.offsets("a") == [0])

        session.receive(SessionHarness.publication("a", 1))
        session.receive(SessionHarness.publication("a", 2))
        #expect(session.actions.offsets("a") == [0, 1, 2, 3, 4])
        #expect(session.actions.gaps.isEmpty)
    }

    @Test func `what the server cannot bring is announced before the event behind it`() throws {
        var session = try subscribed("a")
        session.receive(SessionHarness.publication("a", 0))
        session.receive(SessionHarness.publication("a", 3))
        let actions = session.receive(
            SessionHarness.answer(
                accepted: ["a"],
                recovery:
                    #"{"a":{"epoch":"0000007b","offset":3,"recovered":false,"recoverable":false,"count":0}}"#)
        )
        let gap = try #require(actions.gaps.first)
        #expect(gap == WSEGap(topic: "a", epoch: "0000007b", offsets: 1...2))
        let gapIndex = actions.firstIndex { if case .signal(.gap) = $0 { true } else { false } }
        let eventIndex = actions.firstIndex { if case .deliver = $0 { true } else { false } }
        #expect(try #require(gapIndex) < #require(eventIndex))
        #expect(session.actions.offsets("a") == [0, 3])
    }

    private static let head5 =
        #"{"a":{"epoch":"0000007b","offset":5,"recovered":true,"recoverable":true,"count":5}}"#

    /// Subscribed to `a`, at offset 0, connected anew, with live event 6 already there.
    private func resuming() throws -> SessionHarness {
        var session = try subscribed("a")
        session.receive(SessionHarness.publication("a", 0))
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.open()
        session.receive(SessionHarness.publication("a", 6))
        return session
    }

    @Test func `an answer that overtakes its replay loses nothing`() throws {
        var session = try resuming()
        session.receive(SessionHarness.answer(accepted: ["a"], recovery: Self.head5))
        for offset in 1...5 as ClosedRange<UInt64> {
            session.receive(SessionHarness.publication("a", offset))
        }
        session.receive(SessionHarness.publication("a", 7))
        #expect(session.actions.offsets("a") == [0, 1, 2, 3, 4, 5, 6, 7])
        #expect(session.actions.gaps.isEmpty)
        #expect(session.timers[.replay] == nil)
        #expect(session.timers[.recovery] == nil)
    }

    @Test func `a replay that was cut short is asked for again from where it stopped`() throws {
        var session = try resuming()
        session.receive(SessionHarness.answer(accepted: ["a"], recovery: Self.head5))
        session.receive(SessionHarness.publication("a", 1))
        session.receive(SessionHarness.publication("a", 2))
        let again = session.advance(by: .seconds(4)).sent("subscription_update")
        #expect(again.map { $0["p", "recovery"] } == [["a": ["epoch": "0000007b", "offset": 2]]])
        #expect(session.actions.gaps.isEmpty)

        session.receive(SessionHarness.answer(accepted: ["a"], recovery: Self.head5))
        session.advance(by: .seconds(1))
        session.receive(#"{"c":"WSE","t":"heartbeat","p":{},"v":1}"#)
        let lost = session.advance(by: .seconds(3))
        #expect(lost.gaps.map(\.offsets) == [3...5])
        #expect(session.actions.offsets("a") == [0, 1, 2, 6])
    }

    @Test func `a replay of which nothing comes is asked for once more before it is given up`() throws {
        var session = try resuming()
        session.receive(SessionHarness.answer(accepted: ["a"], recovery: Self.head5))
        let again = session.advance(by: .seconds(3))
        #expect(again.sent("subscription_update").count == 1)
        #expect(again.gaps.isEmpty)
        session.receive(SessionHarness.answer(accepted: ["a"], recovery: Self.head5))
        for offset in 1...5 as ClosedRange<UInt64> {
            session.receive(SessionHarness.publication("a", offset))
        }
        #expect(session.actions.gaps.isEmpty)
        #expect(session.actions.offsets("a") == [0, 1, 2, 3, 4, 5, 6])
    }

    @Test func `a hole that a live server does not answer for is given up after the recovery timeout`() throws
    {
        var session = try subscribed("a", "b")
        session.receive(SessionHarness.publication("a", 0))
        session.receive(SessionHarness.publication("a", 2))
        var actions: [SessionAction] = []
        for offset in 0...6 as ClosedRange<UInt64> {
            actions += session.advance(by: .seconds(1))
            actions += session.receive(SessionHarness.publication("b", offset))
        }
        #expect(actions.gaps.map(\.offsets) == [1...1])
        #expect(session.actions.offsets("a") == [0, 2])
        #expect(session.isReady == true)
    }

    @Test func `while nothing at all is received, no loss is announced`() throws {
        var session = try subscribed("a")
        session.receive(SessionHarness.publication("a", 0))
        session.receive(SessionHarness.publication("a", 2))
        #expect(session.advance(by: .seconds(30)).gaps.isEmpty)
        // The link was dead; on the next one the hole is asked for again.
        session.advance(by: .seconds(12))
        session.give { $0.opened($0.lastAttempt, now: $1) }
        let subscribe = try #require(session.receive(SessionHarness.hello).sent("subscription_update").first)
        #expect(subscribe["p", "recovery"] == ["a": ["epoch": "0000007b", "offset": 0]])
        session.receive(SessionHarness.publication("a", 1))
        #expect(session.actions.offsets("a") == [0, 1, 2])
        #expect(session.actions.gaps.isEmpty)
    }

    @Test func `while the client does not read, no deadline passes`() throws {
        var session = try subscribed("a")
        session.receive(SessionHarness.publication("a", 0))
        session.receive(SessionHarness.publication("a", 2))
        session.give { $0.readingPaused(true, now: $1) }
        #expect(session.advance(by: .seconds(60)).gaps.isEmpty)
        #expect(session.timers[.recovery] == nil)
        session.give { $0.readingPaused(false, now: $1) }
        #expect(session.timers[.recovery] == session.now.instant + .seconds(5))
        session.receive(SessionHarness.publication("a", 1))
        #expect(session.actions.offsets("a") == [0, 1, 2])
    }

    @Test func `the answer to an earlier subscribe does not end a recovery that was asked for later`() throws
    {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.receive(SessionHarness.publication("a", 0))
        session.receive(SessionHarness.publication("a", 2))
        session.receive(
            SessionHarness.answer(accepted: ["a"], recovery: SessionHarness.recovery("a", head: 2)))
        #expect(session.actions.gaps.isEmpty)
        session.receive(SessionHarness.publication("a", 1))
        session.receive(
            SessionHarness.answer(
                accepted: ["a"], recovery: SessionHarness.recovery("a", head: 2, recovered: true)))
        #expect(session.actions.offsets("a") == [0, 1, 2])
        #expect(session.actions.gaps.isEmpty)
    }

    @Test func `a topic that is asked for again while its recovery is under way loses nothing`() throws {
        var session = try SessionHarness { $0.subscriptionTimeout = .seconds(1) }
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.receive(SessionHarness.publication("a", 0))
        session.receive(SessionHarness.publication("a", 2))
        session.advance(by: .milliseconds(1_500))
        let again = session.give { $0.subscribe(["a"], request: RequestID(rawValue: 2), now: $1) }
        #expect(again.sent.map { $0["p", "recovery"] } == [["a": ["epoch": "0000007b", "offset": 0]]])
        #expect(session.actions.gaps.isEmpty)
        session.receive(SessionHarness.publication("a", 1))
        #expect(session.actions.offsets("a") == [0, 1, 2])
    }

    @Test func `events after a refusal's hole are delivered, and the refusal is told`() throws {
        var session = try subscribed("a")
        session.receive(SessionHarness.publication("a", 0))
        session.receive(SessionHarness.publication("a", 2))
        let actions = session.receive(SessionHarness.answer(accepted: [], refused: ["a"]))
        #expect(actions.gaps.map(\.offsets) == [1...1])
        #expect(actions.offsets("a") == [2])
        #expect(actions.contains { if case .signal(.refused(["a"])) = $0 { true } else { false } })
        #expect(session.machine.subscriptions.wanted.isEmpty)
    }

    @Test func `the head in the first answer is where a quiet topic is resumed from`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        let asked = session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        #expect(asked.sent("subscription_update").first?["p", "recover"] == true)
        session.receive(
            SessionHarness.answer(accepted: ["a"], recovery: SessionHarness.recovery("a", head: 7)))
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.give { $0.opened($0.lastAttempt, now: $1) }
        let subscribe = try #require(session.receive(SessionHarness.hello).sent("subscription_update").first)
        #expect(subscribe["p", "recovery"] == ["a": ["epoch": "0000007b", "offset": 7]])
    }

    /// Back from a lost connection, subscribed to a topic that had no history before.
    private func backWithoutPast(isClustered: Bool = false) throws -> SessionHarness {
        var session = try SessionHarness { $0.isClustered = isClustered }
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.receive(
            SessionHarness.answer(accepted: ["a"], recovery: SessionHarness.recovery("a", head: nil)))
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.open()
        return session
    }

    @Test(arguments: [0, 3] as [UInt64])
    func `a topic without a past that has one after a reconnect is asked for from its beginning`(
        first: UInt64
    ) throws {
        var session = try backWithoutPast()
        let actions = session.receive(SessionHarness.publication("a", first))
        #expect(
            actions.sent("subscription_update").compactMap { $0["p", "recovery", "a", "offset"] }
                == (first > 0 ? [0] : []))
        for offset in 1...4 as ClosedRange<UInt64> {
            session.receive(SessionHarness.publication("a", offset))
        }
        #expect(session.actions.offsets("a") == Array((first > 0 ? 1 : 0)...4))
        #expect(session.actions.gaps.map(\.offsets) == (first > 0 ? [0...0] : []))
    }

    @Test(arguments: [false, true])
    func `one publication that was made while the connection was lost is told as missing`(comes: Bool) throws {
        var session = try backWithoutPast()
        // It has overtaken the event, or the event came while nobody was there.
        let asked = session.receive(
            SessionHarness.answer(accepted: ["a"], recovery: SessionHarness.recovery("a", head: 0)))
        #expect(asked.sent("subscription_update").map { $0["p", "recovery", "a", "offset"] } == [0])
        if comes { session.receive(SessionHarness.publication("a", 0)) }
        session.receive(
            SessionHarness.answer(
                accepted: ["a"], recovery: SessionHarness.recovery("a", head: 0, recovered: true)))
        #expect(session.actions.gaps.map(\.offsets) == (comes ? [] : [0...0]))
        #expect(session.actions.offsets("a") == (comes ? [0] : []))
        session.receive(SessionHarness.publication("a", 1))
        #expect(session.actions.gaps.count == (comes ? 0 : 1))
    }

    @Test func `in a cluster a topic without a past that has one is not known from its beginning`() throws {
        var session = try backWithoutPast(isClustered: true)
        let actions = session.receive(SessionHarness.publication("a", 3))
        #expect(actions.resyncs == ["0000007b"])
        #expect(actions.offsets("a") == [3])
    }

    @Test func `a second answer without its replay is not believed in silence`() throws {
        var session = try subscribed("a")
        session.receive(SessionHarness.publication("a", 0))
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.open()
        session.receive(SessionHarness.answer(accepted: ["a"], recovery: Self.head5))
        session.advance(by: .seconds(2))
        session.receive(SessionHarness.answer(accepted: ["a"], recovery: Self.head5))
        let silent = session.advance(by: .milliseconds(2_100))
        #expect(silent.gaps.isEmpty)
        #expect(silent.sent("ping").count == 1)
        // It was on its way.
        for offset in UInt64(1)...5 { session.receive(SessionHarness.publication("a", offset)) }
        #expect(session.actions.offsets("a") == Array(0...5))
    }

    @Test func `looking whether the link is alive does not make it look poor`() throws {
        var session = try subscribed("a")
        session.advance(by: .milliseconds(9_900))
        session.receive(SessionHarness.publication("a", 0))
        session.receive(SessionHarness.publication("a", 2))
        session.advance(by: .milliseconds(5_150))
        #expect(!session.actions.states.contains(.degraded))
    }

    @Test func `a topic whose hole was given up is recovering no more`() throws {
        var session = try subscribed("a")
        session.receive(SessionHarness.publication("a", 0))
        session.receive(SessionHarness.publication("a", 2))
        for number in UInt64(0)..<10 {
            session.advance(by: .seconds(1))
            session.receive(SessionHarness.publication("b", number))
        }
        #expect(session.actions.gaps.map(\.offsets) == [1...1])
        #expect(session.machine.recoveringTopics.isEmpty)
    }

    @Test func `a topic the server put the client into is not asked for`() throws {
        var session = try subscribed("a")
        session.receive(SessionHarness.publication("other", 0))
        let actions = session.receive(SessionHarness.publication("other", 2))
        #expect(actions.sent.isEmpty)
        #expect(actions.gaps.map(\.offsets) == [1...1])
        #expect(actions.offsets("other") == [2])
    }

    @Test func `a new epoch is announced and its events are delivered`() throws {
        var session = try subscribed("a")
        session.receive(SessionHarness.publication("a", 5))
        let actions = session.receive(SessionHarness.publication("a", 0, epoch: "000000ff"))
        let isResync = actions.contains {
            if case .signal(.resync("a", "000000ff")) = $0 { true } else { false }
        }
        #expect(isResync)
        #expect(session.actions.offsets("a") == [5, 0])
    }

    @Test func `without recovery a hole is announced at once`() throws {
        var session = try SessionHarness { $0.recovers = false }
        session.becomeReady()
        session.receive(SessionHarness.publication("a", 0))
        let actions = session.receive(SessionHarness.publication("a", 2))
        #expect(actions.gaps.map(\.offsets) == [1...1])
        #expect(actions.offsets("a") == [2])
        #expect(actions.sent.isEmpty)
    }

    @Test func `an unstamped event with an id seen before is dropped`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        let text = #"{"c":"U","t":"note","p":0,"id":"01890a5d-ac96-774b-bcce-b302099a8057","v":1}"#
        session.receive(text)
        session.receive(text)
        #expect(session.actions.delivered.count == 1)
        #expect(session.actions.delivered.first?.payload.value == 0)
    }

    private static let oldHello = SessionHarness.hello.replacing("2.5.1", with: "2.0.1")

    /// Subscribed to `a` on a server without stamps, which says that it is at `head`; connected anew since.
    private func resumingWithoutStamps(head: UInt64, isClustered: Bool = false) throws -> SessionHarness {
        var session = try SessionHarness { $0.isClustered = isClustered }
        session.give { $0.connect(now: $1) }
        session.give { $0.opened($0.lastAttempt, now: $1) }
        session.receive(Self.oldHello)
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.receive(
            SessionHarness.answer(accepted: ["a"], recovery: SessionHarness.recovery("a", head: head)))
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.give { $0.opened($0.lastAttempt, now: $1) }
        session.receive(Self.oldHello)
        return session
    }

    @Test func `without stamps what the server calls recovered is believed, and no loss is announced`() throws
    {
        var session = try resumingWithoutStamps(head: 3)
        session.receive(#"{"t":"tick","id":"a4","p":4}"#)
        session.receive(
            SessionHarness.answer(
                accepted: ["a"], recovery: SessionHarness.recovery("a", head: 4, recovered: true)))
        let later = session.advance(by: .seconds(14))
        #expect(later.sent("subscription_update").isEmpty)
        #expect(session.actions.gaps.isEmpty)
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.give { $0.opened($0.lastAttempt, now: $1) }
        let subscribe = try #require(session.receive(Self.oldHello).sent("subscription_update").first)
        #expect(subscribe["p", "recovery"] == ["a": ["epoch": "0000007b", "offset": 4]])
    }

    @Test func `without stamps what the server cannot recover is announced`() throws {
        var session = try resumingWithoutStamps(head: 3)
        let refusal = SessionHarness.answer(
            accepted: ["a"], recovery: SessionHarness.recovery("a", head: 9))
        // Of what came after 3 it has nothing, nor after 5, 7 and 8.
        for _ in 1...4 { session.receive(refusal) }
        #expect(session.actions.gaps.map(\.offsets) == [4...9])
    }

    @Test func `without stamps the newest of what was missed is replayed`() throws {
        var session = try resumingWithoutStamps(head: 3)
        session.receive(
            SessionHarness.answer(accepted: ["a"], recovery: SessionHarness.recovery("a", head: 9)))
        for number in 6...9 { session.receive(#"{"t":"tick","id":"a\#(number)","p":\#(number)}"#) }
        session.receive(
            SessionHarness.answer(
                accepted: ["a"], recovery: SessionHarness.recovery("a", head: 9, recovered: true)))
        #expect(session.actions.gaps.map(\.offsets) == [4...5])
        #expect(session.actions.delivered.count == 4)
    }

    @Test func `without stamps servers with other histories are followed, be it one from before`() throws {
        var session = try resumingWithoutStamps(head: 3, isClustered: true)
        for epoch in ["000000ff", "0000007b"] {
            let actions = session.receive(
                SessionHarness.answer(
                    accepted: ["a"], recovery: SessionHarness.recovery("a", head: 7, epoch: epoch)))
            #expect(actions.resyncs == [epoch])
            #expect(actions.gaps.isEmpty)
            session.close(code: nil)
            session.advance(by: .seconds(4))
            session.give { $0.opened($0.lastAttempt, now: $1) }
            let subscribe = try #require(
                session.receive(Self.oldHello).sent("subscription_update").first)
            #expect(subscribe["p", "recovery"] == ["a": ["epoch": .string(epoch), "offset": 7]])
        }
    }

    @Test(arguments: [0, 2] as [UInt64])
    func `the first event of a topic without a past is its beginning, or what came before is asked for`(
        first: UInt64
    ) throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.receive(
            SessionHarness.answer(accepted: ["a"], recovery: SessionHarness.recovery("a", head: nil)))
        let actions = session.receive(SessionHarness.publication("a", first))
        #expect(actions.offsets("a") == (first > 0 ? [] : [0]))
        #expect(actions.sent("subscription_update").count == (first > 0 ? 1 : 0))
    }

    @Test func `asking again for want of an answer does not give up the hole that is being filled`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.advance(by: .seconds(15))
        // The server takes the client in and does not say so; then the link is silent.
        session.receive(SessionHarness.publication("a", 0))
        session.receive(SessionHarness.publication("a", 2))
        let again = session.advance(by: .seconds(16))
        #expect(again.gaps.isEmpty)
        #expect(
            again.sent("subscription_update").map { $0["p", "recovery"] }
                == [["a": ["epoch": "0000007b", "offset": 0]]])
        session.receive(SessionHarness.publication("a", 1))
        #expect(session.actions.offsets("a") == [0, 1, 2])
    }

    @Test func `no replay is given up on a link that has fallen silent`() throws {
        var session = try resuming()
        session.receive(SessionHarness.answer(accepted: ["a"], recovery: Self.head5))
        session.receive(SessionHarness.publication("a", 1))
        let silent = session.advance(by: .seconds(39))
        #expect(silent.sent("subscription_update").count == 1)
        #expect(session.actions.gaps.isEmpty)
        // The heartbeat gives the link up; the next one is asked for the same.
        session.advance(by: .seconds(5))
        session.give { $0.opened($0.lastAttempt, now: $1) }
        let subscribe = try #require(session.receive(SessionHarness.hello).sent("subscription_update").first)
        #expect(subscribe["p", "recovery"] == ["a": ["epoch": "0000007b", "offset": 1]])
        #expect(session.actions.gaps.isEmpty)
    }

    @Test(arguments: [true, false])
    func `before a hole is given up, a ping tells whether the link is alive`(isAlive: Bool) throws {
        var session = try subscribed("a")
        session.receive(SessionHarness.publication("a", 0))
        session.receive(SessionHarness.publication("a", 2))
        // Something is heard after the hole was asked for, which does not prove that the request arrived.
        session.advance(by: .seconds(2))
        session.receive(SessionHarness.publication("b", 0))
        let due = session.advance(by: .seconds(3))
        let ping = try #require(due.sent("ping").first)
        #expect(due.gaps.isEmpty)
        if isAlive {
            let timestamp = try #require(ping["p", "timestamp"]?.intValue)
            session.receive(
                #"{"c":"WSE","t":"PONG","p":{"client_timestamp":\#(timestamp),"server_timestamp":0},"v":1}"#)
        }
        let after = session.advance(by: .seconds(4))
        #expect(after.gaps.map(\.offsets) == (isAlive ? [1...1] : []))
    }
}
