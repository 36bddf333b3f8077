import Testing
import WSEResilience

@Suite("EventSequencer: bounds of what is held")
struct EventSequencerBoundsTests {
    /// A rig whose topic "t" stands at 10, with an empty log.
    private func rig(_ configuration: SequencingConfiguration = SequencingConfiguration()) -> SequencerRig {
        var rig = SequencerRig(configuration)
        rig.event("t", 10)
        _ = rig.takeLog()
        return rig
    }

    @Test(
        "up to 100 events are held per topic behind a gap; then those farthest behind it go, and are asked for later"
    )
    func boundPerTopic() {
        var rig = rig(SequencingConfiguration(heldPerTopic: 100))
        // Two are missing: 11 and 12.
        for offset: UInt64 in 13...112 { rig.event("t", offset) }
        #expect(rig.sequencer.statistics.evicted == 0)
        for offset: UInt64 in 113...1_000 { #expect(rig.event("t", offset) == .hold) }
        #expect(rig.sequencer.heldEvents == 100)
        #expect(rig.sequencer.statistics.evicted == 888)
        _ = rig.takeLog()
        rig.event("t", 11)
        rig.event("t", 12)
        rig.answer("t", head: 112, recovered: true)
        #expect(
            rig.takeLog() == (11...112).map { .event("t@e:\($0)") } + [
                .request("t", after: 112, missing: 113...1_000)
            ])
        for offset: UInt64 in 113...1_000 { rig.event("t", offset) }
        #expect(rig.takeLog() == (113...1_000).map { .event("t@e:\($0)") })
        #expect(rig.sequencer.statistics.lost == 0)
    }

    @Test("what was let go for want of room comes back with the replay")
    func evictedComesBack() {
        var rig = rig(SequencingConfiguration(heldPerTopic: 3))
        for offset: UInt64 in 20...25 { rig.event("t", offset) }
        #expect(rig.sequencer.statistics.evicted == 3)
        _ = rig.takeLog()
        for offset: UInt64 in 11...25 { rig.event("t", offset) }
        rig.answer("t", head: 25, recovered: true)
        #expect(rig.takeLog() == (11...25).map { .event("t@e:\($0)") })
        #expect(rig.sequencer.statistics.lost == 0)
    }

    @Test("what was let go is announced when recovery fails")
    func evictedIsAnnounced() {
        var rig = rig(SequencingConfiguration(heldPerTopic: 3))
        for offset: UInt64 in 20...25 { rig.event("t", offset) }
        _ = rig.takeLog()
        rig.answer("t", head: 25, recovered: false)
        #expect(rig.takeLog() == [.lost("t", 11...19), 20, 21, 22, .lost("t", 23...25)])
    }

    @Test("the bound over all topics holds, even for a topic that can hold nothing of its own")
    func boundInTotal() {
        var rig = SequencerRig(SequencingConfiguration(heldInTotal: 2))
        for topic in ["a", "b", "c"] { rig.event(topic, 0) }
        for topic in ["a", "b", "c"] {
            #expect(rig.event(topic, 3) == .gap(missing: topic == "c" ? 1...3 : 1...2))
        }
        #expect(rig.sequencer.heldEvents == 2)
        _ = rig.takeLog()
        // What could not be held is still known to exist, so a refusal announces it.
        rig.answer("c", head: 3, recovered: false)
        #expect(rig.takeLog() == [.lost("c", 1...3)])
        #expect(rig.event("c", 4) == .deliver)
    }

    @Test("a topic that can hold nothing is filled by the replay all the same")
    func nothingHeld() {
        var rig = rig(SequencingConfiguration(heldInTotal: 0))
        #expect(rig.event("t", 12) == .gap(missing: 11...12))
        #expect(rig.sequencer.heldEvents == 0)
        rig.event("t", 11)
        rig.event("t", 12)
        rig.answer("t", head: 12, recovered: true)
        #expect(rig.event("t", 13) == .deliver)
        #expect(rig.takeLog().filter { $0 != .request("t", after: 10, missing: 11...12) } == [11, 12, 13])
    }
}
