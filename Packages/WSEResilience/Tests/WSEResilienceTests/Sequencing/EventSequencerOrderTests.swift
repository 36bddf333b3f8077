import Testing
import WSEResilience

@Suite("EventSequencer: order, duplicates, positions")
struct EventSequencerOrderTests {
    @Test("the first event of a topic sets its baseline, and order goes on from there")
    func baseline() {
        var rig = SequencerRig()
        #expect(rig.event("t", 7) == .deliver)
        #expect(rig.event("t", 8) == .deliver)
        #expect(rig.event("t", 6) == .duplicate)
        #expect(rig.event("t", 8) == .duplicate)
        #expect(rig.takeLog() == [7, 8])
        #expect(rig.sequencer.position(of: "t") == TopicPosition(epoch: "e", offset: 8))
    }

    @Test("offsets start at 0")
    func zero() {
        var rig = SequencerRig()
        #expect(rig.event("t", 0) == .deliver)
        #expect(rig.event("t", 0) == .duplicate)
        #expect(rig.event("t", 1) == .deliver)
    }

    @Test("the top of the range neither traps nor wraps around")
    func topOfRange() {
        var rig = SequencerRig()
        #expect(rig.event("t", .max - 1) == .deliver)
        #expect(rig.event("t", .max) == .deliver)
        #expect(rig.event("t", 0) == .duplicate)
        #expect(rig.event("t", .max) == .duplicate)
        rig.answer("t", head: .max, recovered: true)
        #expect(rig.event("t", 3, epoch: "f") == .release)
        rig.answer("t", head: .max, epoch: "g", recovered: false)
        #expect(rig.event("t", .max, epoch: "g") == .deliver)
        #expect(rig.event("t", 0, epoch: "g") == .duplicate)
    }

    @Test("a hole as wide as the range is handled like any other")
    func widestHole() {
        let all: ClosedRange<UInt64> = 1...(UInt64.max - 1)
        var rig = SequencerRig()
        rig.event("t", 0)
        #expect(rig.event("t", .max) == .gap(missing: all))
        rig.answer("t", head: nil, recovered: false)
        #expect(
            rig.takeLog() == [
                0, .request("t", after: 0, missing: all), .lost("t", all), .event("t@e:\(UInt64.max)"),
            ])
    }

    @Test("topics do not influence each other")
    func topics() {
        var rig = SequencerRig()
        rig.event("a", 5)
        rig.event("b", 1)
        #expect(rig.event("a", 8) == .gap(missing: 6...7))
        #expect(rig.event("b", 2) == .deliver)
        #expect(rig.event("c", 0) == .deliver)
        #expect(rig.sequencer.topicCount == 3)
    }

    @Test("a known position makes its next offset expected")
    func knownPosition() {
        var rig = SequencerRig()
        rig.sequencer.track("t", after: TopicPosition(epoch: "e", offset: 41))
        #expect(rig.event("t", 41) == .duplicate)
        #expect(rig.event("t", 42) == .deliver)
        rig.sequencer.track("u", after: TopicPosition(epoch: "e", offset: 41))
        #expect(rig.event("u", 43) == .gap(missing: 42...42))
    }

    @Test("tracking a topic again does not move its position")
    func trackTwice() {
        var rig = SequencerRig()
        rig.event("t", 5)
        rig.sequencer.track("t", after: TopicPosition(epoch: "e", offset: 9))
        #expect(rig.sequencer.position(of: "t")?.offset == 5)
        rig.sequencer.track("t", after: TopicPosition(epoch: "x", offset: 0))
        #expect(rig.sequencer.position(of: "t") == TopicPosition(epoch: "e", offset: 5))
        rig.sequencer.track("u")
        #expect(rig.sequencer.position(of: "u") == nil)
        rig.sequencer.track("u", after: TopicPosition(epoch: "e", offset: 9))
        #expect(rig.sequencer.position(of: "u")?.offset == 9)
    }

    @Test("positions can be saved and restored")
    func snapshot() {
        var rig = SequencerRig()
        rig.event("a", 5)
        rig.event("b", 7, epoch: "f")
        rig.sequencer.track("c")
        let saved = rig.sequencer.positions
        #expect(
            saved == ["a": TopicPosition(epoch: "e", offset: 5), "b": TopicPosition(epoch: "f", offset: 7)])
        var next = SequencerRig()
        next.sequencer.restore(saved)
        #expect(next.event("a", 5) == .duplicate)
        #expect(next.event("a", 6) == .deliver)
        #expect(next.event("b", 9, epoch: "f") == .gap(missing: 8...8))
    }

    @Test("removing a topic clears everything of it")
    func removal() {
        var rig = SequencerRig()
        rig.event("t", 0)
        rig.event("t", 0, epoch: "f")
        rig.event("t", 5, epoch: "f")
        #expect(rig.sequencer.heldEvents == 1)
        #expect(rig.sequencer.nextDeadline != nil)
        _ = rig.takeLog()
        rig.sequencer.remove("t")
        #expect(rig.sequencer.heldEvents == 0)
        #expect(rig.sequencer.nextDeadline == nil)
        #expect(rig.sequencer.position(of: "t") == nil)
        #expect(rig.sequencer.positions.isEmpty)
        #expect(rig.sequencer.topicCount == 0)
        // Neither the position nor the former epoch is remembered, and nobody answers for the old request.
        #expect(rig.event("t", 0, epoch: "e") == .deliver)
        rig.answer("t", head: 90, recovered: true)
        rig.expire(after: .seconds(60))
        #expect(rig.takeLog() == [0])
        // Another topic takes the vacant place with nothing left in it.
        rig.sequencer.remove("t")
        #expect(rig.event("u", 3) == .deliver)
        #expect(rig.event("u", 4) == .deliver)
    }

    @Test("a topic beyond the bound is delivered as it comes, and counted")
    func maximumTopics() {
        var rig = SequencerRig(SequencingConfiguration(maximumTopics: 1))
        #expect(rig.event("a", 0) == .deliver)
        #expect(rig.event("b", 5) == .deliver)
        #expect(rig.event("b", 5) == .deliver)
        #expect(rig.sequencer.statistics.untracked == 2)
        #expect(rig.sequencer.topicCount == 1)
        rig.sequencer.track("b")
        #expect(rig.event("b", 5) == .deliver)
        #expect(rig.event("b", 5) == .duplicate)
    }

    @Test("an unstamped event is delivered once")
    func unstamped() {
        var rig = SequencerRig(SequencingConfiguration(idCapacity: 2, idLifetime: .seconds(10)))
        let ids = (0..<3).map { EventID("m\($0)", key: rig.sequencer.idKey) }
        #expect(rig.sequencer.process(id: ids[0], now: rig.now) == .deliver)
        #expect(rig.sequencer.process(id: ids[0], now: rig.now) == .duplicate)
        #expect(rig.sequencer.process(id: ids[1], now: rig.now) == .deliver)
        #expect(rig.sequencer.process(id: ids[2], now: rig.now) == .deliver)
        #expect(rig.sequencer.process(id: ids[0], now: rig.now) == .deliver)
        #expect(rig.sequencer.process(id: ids[0], now: rig.now + .seconds(10)) == .deliver)
        #expect(rig.sequencer.statistics.delivered == 5)
        #expect(rig.sequencer.statistics.duplicates == 1)
    }

    @Test("an event that finds undrained outputs queues up behind them")
    func undrained() {
        var rig = SequencerRig(SequencingConfiguration(isRecoveryAvailable: false))
        rig.event("t", 0)
        let now = rig.now
        #expect(rig.sequencer.process("t@e:2", topic: "t", epoch: "e", offset: 2, now: now) == .release)
        #expect(rig.sequencer.process("t@e:3", topic: "t", epoch: "e", offset: 3, now: now) == .release)
        #expect(rig.sequencer.process("u@e:0", topic: "u", epoch: "e", offset: 0, now: now) == .release)
        rig.drain()
        #expect(rig.takeLog() == [0, .lost("t", 1...1), 2, 3, .event("u@e:0")])
    }

    @Test("a copy is independent")
    func valueSemantics() {
        var rig = SequencerRig()
        rig.event("t", 0)
        rig.event("t", 2)
        var copy = rig
        copy.event("t", 1)
        #expect(copy.takeLog().suffix(2) == [1, 2])
        #expect(rig.sequencer.position(of: "t")?.offset == 0)
        #expect(rig.sequencer.heldEvents == 1)
    }

    // MARK: - The short way

    @Test func `only the next event of a quiet topic may go the short way`() {
        var rig = SequencerRig()
        var hint = SequencingHint()
        func advance(_ offset: UInt64, _ topic: String = "t", epoch: String = "e") -> Bool {
            rig.sequencer.advance(topic, epoch: epoch, offset: offset, hint: &hint)
        }
        #expect(!advance(0), "a topic that nothing is known of")
        rig.event("t", 0)
        #expect(advance(1) && advance(2))
        #expect(!advance(2), "twice")
        #expect(!advance(4), "behind a hole")
        #expect(!advance(3, epoch: "f"), "of another epoch")
        rig.event("t", 4)
        #expect(!advance(3), "what fills a hole releases more than itself")
        rig.event("t", 3)
        #expect(advance(5))
        #expect(rig.sequencer.statistics.delivered == 6)
        #expect(rig.sequencer.position(of: "t")?.offset == 5)
    }

    @Test func `a hint of another topic, or of one that is gone, is found out`() {
        var rig = SequencerRig()
        rig.event("a", 0)
        rig.event("b", 10)
        var hint = SequencingHint()
        #expect(rig.sequencer.advance("a", epoch: "e", offset: 1, hint: &hint))
        #expect(!rig.sequencer.advance("b", epoch: "e", offset: 2, hint: &hint))
        #expect(rig.sequencer.advance("b", epoch: "e", offset: 11, hint: &hint))
        rig.sequencer.remove("b")
        #expect(!rig.sequencer.advance("b", epoch: "e", offset: 12, hint: &hint))
        // Its place is another's now.
        rig.event("c", 12)
        #expect(!rig.sequencer.advance("b", epoch: "e", offset: 13, hint: &hint))
        #expect(rig.sequencer.advance("a", epoch: "e", offset: 2, hint: &hint))
        #expect(rig.sequencer.position(of: "c")?.offset == 12)
    }
}
