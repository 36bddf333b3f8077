import Testing
import WSEResilience

@Suite("EventSequencer: epochs")
struct EventSequencerEpochTests {
    @Test("a new epoch is announced and sets a new baseline")
    func newEpoch() {
        var rig = SequencerRig()
        rig.event("t", 10)
        #expect(rig.event("t", 0, epoch: "f") == .release)
        #expect(rig.event("t", 1, epoch: "f") == .deliver)
        #expect(
            rig.takeLog() == [10, .epoch("t", to: "f", next: 0), .event("t@f:0"), .event("t@f:1")])
        #expect(rig.sequencer.position(of: "t") == TopicPosition(epoch: "f", offset: 1))
        #expect(rig.sequencer.statistics.epochChanges == 1)
    }

    @Test("what is held of the old epoch comes out before the new one")
    func heldOfOldEpoch() {
        var rig = SequencerRig()
        for offset: UInt64 in [10, 12, 13, 15] { rig.event("t", offset) }
        _ = rig.takeLog()
        rig.event("t", 3, epoch: "f")
        #expect(
            rig.takeLog() == [
                .lost("t", 11...11), 12, 13, .lost("t", 14...14), 15, .epoch("t", to: "f", next: 3),
                .event("t@f:3"),
            ])
        #expect(rig.sequencer.nextDeadline == nil)
    }

    @Test("a straggler of the old epoch is a duplicate")
    func straggler() {
        var rig = SequencerRig()
        rig.event("t", 10)
        rig.event("t", 0, epoch: "f")
        #expect(rig.event("t", 10) == .duplicate)
        #expect(rig.sequencer.position(of: "t")?.epoch == "f")
    }

    @Test("an epoch that comes back goes on where it was")
    func comesBack() {
        var rig = SequencerRig()
        rig.event("t", 10)
        rig.event("t", 0, epoch: "f")
        _ = rig.takeLog()
        #expect(rig.event("t", 11) == .release)
        #expect(rig.takeLog() == [.epoch("t", to: "e", next: 11), 11])
        #expect(rig.event("t", 0, epoch: "f") == .duplicate)
        #expect(rig.event("t", 2, epoch: "f") == .gap(missing: 1...1))
        #expect(
            rig.takeLog() == [.epoch("t", to: "f", next: 1), .request("t", after: 0, missing: 1...1)])
    }

    @Test("only the last few epochs are remembered")
    func rememberedEpochs() {
        var rig = SequencerRig()
        for epoch in ["a", "b", "c", "d", "f"] { rig.event("t", 5, epoch: epoch) }
        _ = rig.takeLog()
        for epoch in ["b", "c", "d"] { #expect(rig.event("t", 5, epoch: epoch) == .duplicate) }
        #expect(rig.event("t", 5, epoch: "a") == .release)
        #expect(rig.takeLog() == [.epoch("t", to: "a", next: 5), .event("t@a:5")])
    }

    @Test("an answer in a new epoch announces the change at once and takes its head as baseline")
    func answerInNewEpoch() {
        var rig = SequencerRig()
        rig.event("t", 10)
        rig.event("t", 12)
        _ = rig.takeLog()
        rig.answer("t", head: 7, epoch: "f", recovered: false)
        #expect(rig.takeLog() == [.lost("t", 11...11), 12, .epoch("t", to: "f", next: 8)])
        #expect(rig.sequencer.position(of: "t") == TopicPosition(epoch: "f", offset: 7))
        #expect(rig.event("t", 8, epoch: "f") == .deliver)
        #expect(rig.event("t", 7, epoch: "f") == .duplicate)
    }

    @Test("an answer about a former epoch neither brings it back nor ends the request of the present one")
    func answerInFormerEpoch() {
        var rig = SequencerRig()
        rig.event("t", 10)
        rig.event("t", 0, epoch: "f")
        rig.event("t", 2, epoch: "f")
        _ = rig.takeLog()
        rig.answer("t", head: 30, recovered: false)
        #expect(rig.takeLog() == [])
        #expect(rig.sequencer.position(of: "t") == TopicPosition(epoch: "f", offset: 0))
        rig.expire(after: .seconds(5))
        #expect(rig.takeLog() == [.lost("t", 1...1), .event("t@f:2")])
    }

    private func oneHistory() -> SequencerRig {
        SequencerRig(SequencingConfiguration(hasOneHistory: true))
    }

    @Test(
        "with one history a new epoch is asked for from its start, and the first event is lost if it does not come"
    )
    func newEpochFromItsStart() {
        var rig = oneHistory()
        rig.event("t", 10)
        #expect(rig.event("t", 3, epoch: "f") == .gap(missing: 1...2))
        #expect(
            rig.takeLog() == [10, .epoch("t", to: "f", next: 1), .request("t", after: 0, missing: 1...2)])
        rig.event("t", 1, epoch: "f")
        rig.event("t", 2, epoch: "f")
        #expect(
            rig.takeLog() == [.lost("t", 0...0), .event("t@f:1"), .event("t@f:2"), .event("t@f:3")])
        #expect(rig.sequencer.statistics.lost == 1)
    }

    @Test("with one history the first event of a new epoch is welcome until the second is there")
    func firstEventComesLate() {
        var rig = oneHistory()
        rig.event("t", 10)
        rig.event("t", 3, epoch: "f")
        _ = rig.takeLog()
        for offset: UInt64 in [0, 1, 0, 2] { rig.event("t", offset, epoch: "f") }
        #expect(rig.takeLog() == (0...3).map { .event("t@f:\($0)") })
        #expect(rig.sequencer.statistics.lost == 0)
    }

    @Test("with one history an answer with a new epoch is followed by a request for all of it")
    func answerWithNewEpoch() {
        var rig = oneHistory()
        rig.event("t", 10)
        _ = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        _ = rig.takeLog()
        rig.answer("t", head: 2, epoch: "f", recovered: false)
        #expect(rig.takeLog() == [.epoch("t", to: "f", next: 1), .request("t", after: 0, missing: 1...2)])
        // Nothing of it can be had.
        rig.answer("t", head: 2, epoch: "f", recovered: false)
        #expect(rig.takeLog() == [.lost("t", 0...2)])
        #expect(rig.event("t", 3, epoch: "f") == .deliver)
    }

    @Test("a topic that is followed from the start of an epoch asks for what came before its first event")
    func fromTheStart() {
        var rig = SequencerRig()
        rig.sequencer.track("t", fromStartOf: "e")
        #expect(rig.event("t", 2) == .gap(missing: 1...1))
        rig.event("t", 1)
        #expect(rig.takeLog() == [.request("t", after: 0, missing: 1...1), .lost("t", 0...0), 1, 2])
    }

    @Test("a first event that is all there is, and does not come, is announced as lost by the second answer")
    func firstAlone() {
        var rig = SequencerRig()
        rig.sequencer.track("t", fromStartOf: "e")
        _ = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        rig.answer("t", head: 0, recovered: true)
        #expect(rig.takeLog() == [.lost("t", 0...0)])
        // Should it come all the same, it is still welcome, and the next one owes nothing.
        #expect(rig.event("t", 0) == .deliver)
        #expect(rig.event("t", 1) == .deliver)
    }

    @Test("a first event that comes before the second answer is not lost")
    func firstInTime() {
        var rig = SequencerRig()
        rig.sequencer.track("t", fromStartOf: "e")
        _ = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        #expect(rig.event("t", 0) == .deliver)
        rig.answer("t", head: 0, recovered: true)
        #expect(rig.takeLog() == [0])
    }

    @Test("a first event that somebody else has got is not owed")
    func firstThatWasGot() {
        var rig = SequencerRig()
        rig.sequencer.track("t", fromStartOf: "e")
        rig.sequencer.track("t", after: TopicPosition(epoch: "f", offset: 3))
        rig.sequencer.track("t", after: TopicPosition(epoch: "e", offset: 3))
        #expect(rig.sequencer.position(of: "t") == TopicPosition(epoch: "e", offset: 0))
        #expect(rig.event("t", 1) == .deliver)
        #expect(rig.takeLog() == [1])
    }

    @Test("with several histories an answer brings a former epoch back where it was")
    func answerBringsBack() {
        var rig = SequencerRig()
        rig.event("t", 10)
        rig.event("t", 0, epoch: "f")
        _ = rig.takeLog()
        rig.answer("t", head: 12, recovered: false)
        #expect(
            rig.takeLog() == [.epoch("t", to: "e", next: 11), .request("t", after: 10, missing: 11...12)])
        rig.event("t", 11)
        rig.event("t", 12)
        rig.answer("t", head: 0, epoch: "f", recovered: false)
        #expect(rig.takeLog() == [11, 12, .epoch("t", to: "f", next: 1)])
        #expect(rig.sequencer.position(of: "t") == TopicPosition(epoch: "f", offset: 0))
    }

    @Test("an answer in the new epoch that live events brought first does not disturb it")
    func answerAfterLiveEvents() {
        var rig = SequencerRig()
        rig.event("t", 10)
        _ = rig.sequencer.beginRecovery(of: "t", now: rig.now)
        rig.event("t", 9, epoch: "f")
        _ = rig.takeLog()
        rig.answer("t", head: 12, epoch: "f", recovered: false)
        #expect(rig.takeLog() == [])
        #expect(rig.sequencer.position(of: "t") == TopicPosition(epoch: "f", offset: 9))
        #expect(rig.event("t", 10, epoch: "f") == .deliver)
    }
}
