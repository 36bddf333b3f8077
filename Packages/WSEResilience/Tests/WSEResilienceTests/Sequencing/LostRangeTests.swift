import Testing
import WSEResilience

@Suite("LostRange")
struct LostRangeTests {
    @Test(
        "counts ranges wider than Int without a trap",
        arguments: [
            (7...7, 1), (3...5, 3), (1...UInt64.max, UInt64.max), (0...UInt64.max, UInt64.max),
            (0...UInt64(Int.max), UInt64(Int.max) + 1),
        ] as [(ClosedRange<UInt64>, UInt64)])
    func count(offsets: ClosedRange<UInt64>, count: UInt64) {
        #expect(LostRange(topic: "t", epoch: "e", offsets: offsets).count == count)
    }
}
