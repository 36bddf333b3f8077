import Testing
import WSEResilience

@Suite("TopicPositions")
struct TopicPositionsTests {
    private func position(_ offset: UInt64, epoch: String = "e") -> TopicPosition<String> {
        TopicPosition(epoch: epoch, offset: offset)
    }

    @Test("positions move forward only within an epoch, and follow into another")
    func forward() {
        var positions = TopicPositions<String, String>()
        positions.track("t")
        #expect(positions["t"] == nil)
        #expect(positions.record("t", position(5)) == true)
        #expect(positions.record("t", position(4)) == false)
        #expect(positions.record("t", position(5)) == false)
        #expect(positions["t"] == position(5))
        #expect(positions.record("t", position(0, epoch: "f")) == true)
        #expect(positions["t"] == position(0, epoch: "f"))
    }

    @Test("what is not tracked is not noted, removal included")
    func untracked() {
        var positions = TopicPositions<String, String>()
        #expect(positions.record("t", position(5)) == false)
        positions.track("t")
        positions.record("t", position(5))
        positions.track("t")
        #expect(positions["t"] == position(5))
        positions.remove("t")
        #expect(positions.record("t", position(6)) == false)
        #expect(positions.positions.isEmpty)
    }

    @Test("a saved table goes on where it was")
    func restore() {
        var positions = TopicPositions<String, String>()
        positions.track("t")
        positions.track("u")
        positions.record("t", position(5))
        #expect(positions.positions == ["t": position(5)])
        var restored = TopicPositions(positions.positions)
        #expect(restored["t"] == position(5))
        #expect(restored.record("t", position(5)) == false)
        #expect(restored.record("t", position(6)) == true)
    }
}
