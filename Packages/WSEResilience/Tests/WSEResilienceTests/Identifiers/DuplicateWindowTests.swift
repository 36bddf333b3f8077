import Testing
import WSEResilience

@Suite("DuplicateWindow")
struct DuplicateWindowTests {
    private let start = ContinuousClock.now

    private func id(_ number: Int) -> EventID {
        EventID(high: 0x0192_F0C1_7D5E_7000, low: UInt64(number))
    }

    @Test("an id is new once")
    func once() {
        var window = DuplicateWindow(capacity: 3)
        #expect(window.insert(id(1), now: start) == true)
        #expect(window.insert(id(1), now: start) == false)
        #expect(window.insert(id(2), now: start) == true)
        #expect(window.insert(id(1), now: start) == false)
        #expect(window.count == 2)
    }

    @Test(
        "exactly the latest ids up to the capacity are remembered",
        arguments: [1, 2, 63, 64, 65, 1_000, 10_000])
    func capacity(capacity: Int) {
        var window = DuplicateWindow(capacity: capacity)
        for number in 0..<(3 * capacity) { #expect(window.insert(id(number), now: start) == true) }
        #expect(window.count == capacity)
        // The oldest one that is still kept, asked before anything pushes it out; then the one before it.
        #expect(window.insert(id(2 * capacity), now: start) == false)
        #expect(window.insert(id(2 * capacity - 1), now: start) == true)
    }

    @Test("an id is forgotten when its lifetime has passed since it first came")
    func lifetime() {
        var window = DuplicateWindow(capacity: 100, lifetime: .seconds(300))
        #expect(window.insert(id(1), now: start) == true)
        #expect(window.insert(id(1), now: start + .seconds(299)) == false)
        #expect(window.insert(id(1), now: start + .seconds(300)) == true)
        #expect(window.insert(id(1), now: start + .seconds(599)) == false)
        #expect(window.insert(id(1), now: start + .seconds(600)) == true)
    }

    @Test("a capacity below one counts as one, and hostile lifetimes do not overflow")
    func extremes() {
        var tiny = DuplicateWindow(capacity: -5, lifetime: .seconds(Int64.max))
        #expect(tiny.capacity == 1)
        #expect(tiny.insert(id(1), now: start) == true)
        #expect(tiny.insert(id(1), now: start) == false)
        var none = DuplicateWindow(lifetime: .seconds(-1))
        #expect(none.insert(id(1), now: start) == true)
        #expect(none.insert(id(1), now: start) == true)
    }

    @Test("all can be forgotten")
    func removeAll() {
        var window = DuplicateWindow(capacity: 100)
        for number in 0..<50 { window.insert(id(number), now: start) }
        window.removeAll()
        #expect(window.count == 0)
        #expect(window.insert(id(1), now: start) == true)
        #expect(window.insert(id(1), now: start) == false)
    }

    @Test("ids that differ in one half only are told apart")
    func halves() {
        var window = DuplicateWindow(capacity: 100)
        #expect(window.insert(EventID(high: 1, low: 2), now: start) == true)
        #expect(window.insert(EventID(high: 2, low: 1), now: start) == true)
        #expect(window.insert(EventID(high: 1, low: 1), now: start) == true)
        #expect(window.insert(EventID(high: 0, low: 0), now: start) == true)
        #expect(window.insert(EventID(high: 0, low: 0), now: start) == false)
    }

    @Test("random histories agree with a plain list")
    func histories() {
        Histories.run("duplicate window", default: 300) { generator in
            try history(&generator)
        }
    }

    private func history(_ generator: inout SeededGenerator) throws(Histories.Failure) {
        let capacity = 1 + generator.below(200)
        let lifetime = 1 + generator.below(500)
        var window = DuplicateWindow(
            capacity: capacity, lifetime: .seconds(lifetime), using: &generator)
        // In order of arrival; an id that came back after its lifetime stands in it twice, as in the window.
        var list: [(id: Int, second: Int)] = []
        var second = 0
        let universe = 1 + generator.below(400)
        for step in 0..<1_000 {
            // Now and then a pause after which many ids are expired at once.
            second += generator.chance(2) ? generator.below(2 * lifetime) : generator.below(4)
            let number = generator.below(universe)
            let isKnown = list.contains { $0.id == number && $0.second > second - lifetime }
            let isNew = window.insert(id(number), now: start + .seconds(second))
            try same(isNew, !isKnown, "step \(step): id \(number)")
            // Up to two expired ones go with each that comes, the oldest when it is full.
            for _ in 0..<2 {
                if let first = list.first, first.second <= second - lifetime { list.removeFirst() }
            }
            if !isKnown {
                if list.count == capacity { list.removeFirst() }
                list.append((number, second))
            }
            try same(window.count, list.count, "step \(step): count")
        }
    }
}
