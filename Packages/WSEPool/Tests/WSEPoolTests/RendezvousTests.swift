import Testing
import WSEPool

@Suite struct RendezvousTests {
    private static let topics = (0..<10_000).map { "topic/\($0)" }

    @Test(arguments: [
        ("", 0xcbf2_9ce4_8422_2325 as UInt64), ("a", 0xaf63_dc4c_8601_ec8c),
        ("foobar", 0x8594_4171_f739_67e8),
    ])
    func `the hash is the one that its page promises`(topic: String, hash: UInt64) {
        #expect(Rendezvous.hash(topic) == hash)
    }

    @Test func `where topics go does not depend on platform, process or order of the slots`() {
        let slots = ["prices", "orders", "", "ä/ö", "topic/9999"].map {
            Rendezvous.slot(for: $0, among: 0..<8)
        }
        // Computed apart from this code, by the formula on its page.
        #expect(slots == [5, 1, 4, 1, 0])
        for topic in Self.topics.prefix(500) {
            #expect(
                Rendezvous.slot(for: topic, among: [3, 1, 0, 2])
                    == Rendezvous.slot(for: topic, among: 0..<4))
        }
        #expect(Rendezvous.slot(for: "prices", among: []) == nil)
    }

    @Test func `each slot gets its share`() {
        let counts = Dictionary(grouping: Self.topics) { Rendezvous.slot(for: $0, among: 0..<8) }
            .mapValues(\.count)
        // Six standard deviations around 1,250.
        #expect(counts.count == 8)
        #expect(counts.values.allSatisfy { (1_050...1_450).contains($0) })
    }

    @Test func `a slot that comes takes its share, and nothing else moves`() {
        var moved = 0
        for topic in Self.topics {
            let before = Rendezvous.slot(for: topic, among: 0..<4)
            let after = Rendezvous.slot(for: topic, among: 0..<5)
            guard before != after else { continue }
            moved += 1
            #expect(after == 4)
        }
        #expect((1_750...2_250).contains(moved))
    }
}
