import Testing

@testable import WSEResilience

@Suite("EventSequencer: what it keeps")
struct EventSequencerStorageTests {
    @Test("deadlines of ended requests do not pile up behind one that lasts")
    func staleDeadlines() {
        var rig = SequencerRig()
        rig.event("lasting", 0)
        _ = rig.sequencer.beginRecovery(of: "lasting", now: rig.now)
        rig.event("t", 0)
        for offset: UInt64 in 1...10_000 {
            rig.event("t", 2 * offset)
            rig.answer("t", head: 2 * offset, recovered: false)
        }
        #expect(rig.sequencer.statistics.requests == 10_001)
        #expect(rig.sequencer.deadlines.count <= 66)
        #expect(rig.sequencer.nextDeadline == rig.start + .seconds(5))
    }

    @Test("a hostile flood of epochs, topics and gaps stays within the bounds")
    func flood() {
        var rig = SequencerRig(SequencingConfiguration(heldInTotal: 50, maximumTopics: 20))
        var generator = SeededGenerator(seed: 9)
        for number in 0..<20_000 {
            rig.event(
                "topic\(number % 40)", generator.next() >> UInt64(generator.below(64)),
                epoch: "\(generator.below(50))")
        }
        #expect(rig.sequencer.topicCount == 20)
        #expect(rig.sequencer.heldEvents <= 50)
        #expect(rig.sequencer.states.count == 20)
        #expect(rig.sequencer.formerEpochs.values.allSatisfy { $0.count <= 3 })
        #expect(rig.sequencer.requests.count <= 20)
        #expect(rig.sequencer.deadlines.count <= 2 * 20 + 65)
    }
}
