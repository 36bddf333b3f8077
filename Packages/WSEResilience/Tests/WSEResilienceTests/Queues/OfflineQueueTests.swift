import Testing
import WSEResilience

@Suite("OfflineQueue")
struct OfflineQueueTests {
    typealias Queue = OfflineQueue<String, String>

    private let start = ContinuousClock.now

    private func queue(_ capacity: Int = 1000) -> Queue {
        Queue(.init(capacity: capacity))
    }

    /// Takes out everything, as when flushing.
    private func flush(_ queue: inout Queue, at now: ContinuousClock.Instant? = nil) -> [String] {
        var messages: [String] = []
        while let entry = queue.takeFirst(now: now ?? start) {
            messages.append(entry.message)
            queue.remove(entry.id)
        }
        return messages
    }

    @Test("higher priority first, in order of arrival within one")
    func order() {
        var queue = queue()
        for (id, priority) in [("a", 5), ("b", 10), ("c", 1), ("d", 5), ("e", 10), ("f", -7)] {
            #expect(queue.add("m-\(id)", id: id, priority: priority, now: start).outcome == .added)
        }
        #expect(queue.entries.map(\.id) == ["b", "e", "a", "d", "c", "f"])
        #expect(flush(&queue) == ["m-b", "m-e", "m-a", "m-d", "m-c", "m-f"])
        #expect(queue.isEmpty)
    }

    @Test("an id has one slot, which keeps its place and age")
    func oneSlot() {
        var queue = queue()
        queue.add("1", id: "a", priority: 5, now: start)
        queue.add("2", id: "b", priority: 5, now: start)
        #expect(queue.add("3", id: "a", priority: 5, now: start + .seconds(3_000)).outcome == .replaced)
        #expect(queue.count == 2)
        #expect(queue.nextExpiry == start + .seconds(3_600))
        #expect(flush(&queue) == ["3", "2"])
    }

    @Test("another priority moves a replaced message to the place of its age there")
    func replacedPriority() {
        var queue = queue()
        queue.add("1", id: "a", priority: 5, now: start)
        queue.add("2", id: "b", priority: 10, now: start)
        queue.add("3", id: "c", priority: 10, now: start)
        queue.add("4", id: "b", priority: 5, now: start)
        queue.add("5", id: "a", priority: 10, now: start)
        #expect(flush(&queue) == ["5", "3", "4"])
    }

    @Test("a message older than an hour is not sent, but returned as expired")
    func expiry() {
        var queue = queue()
        queue.add("1", id: "a", priority: 5, now: start)
        queue.add("2", id: "b", priority: 9, now: start + .seconds(1))
        #expect(queue.takeFirst(now: start + .milliseconds(3_600_999))?.id == "b")
        queue.putBack("b")
        #expect(queue.removeExpired(now: start + .milliseconds(3_599_999)).isEmpty)
        #expect(queue.takeFirst(now: start + .seconds(3_601)) == nil)
        #expect(queue.count == 2)
        #expect(queue.removeExpired(now: start + .seconds(3_601)).map(\.id) == ["b", "a"])
        #expect(queue.isEmpty)
        #expect(queue.nextExpiry == nil)
    }

    @Test("a full queue gives up the oldest of its lowest priority, or refuses what is lower still")
    func bound() {
        var queue = queue(3)
        for (id, priority) in [("a", 5), ("b", 1), ("c", 1)] {
            queue.add(id, id: id, priority: priority, now: start)
        }
        let first = queue.add("d", id: "d", priority: 1, now: start)
        #expect(first.outcome == .added)
        #expect(first.evicted?.id == "b")
        #expect(queue.add("e", id: "e", priority: 10, now: start).evicted?.id == "c")
        #expect(queue.add("f", id: "f", priority: 0, now: start).outcome == .refused)
        #expect(queue.add("g", id: "g", priority: 7, now: start).evicted?.id == "d")
        #expect(queue.add("h", id: "h", priority: 4, now: start).outcome == .refused)
        #expect(queue.count == 3)
        #expect(flush(&queue) == ["e", "g", "a"])
    }

    @Test("what is expired goes before anything is evicted")
    func expiredFirst() {
        var queue = queue(2)
        queue.add("1", id: "a", priority: 10, now: start)
        queue.add("2", id: "b", priority: 1, now: start + .seconds(10))
        let addition = queue.add("3", id: "c", priority: 1, now: start + .seconds(3_600))
        #expect(addition.outcome == .added)
        #expect(addition.expired.map(\.id) == ["a"])
        #expect(addition.evicted == nil)
    }

    @Test("a taken message is nobody else's until it is put back in its place")
    func takenAndPutBack() {
        var queue = queue(3)
        for id in ["a", "b", "c"] { queue.add(id, id: id, priority: 5, now: start) }
        #expect(queue.takeFirst(now: start)?.id == "a")
        #expect(queue.takeFirst(now: start)?.id == "b")
        #expect(queue.waitingCount == 1)
        #expect(queue.count == 3)
        // Taken messages are never evicted.
        #expect(queue.add("d", id: "d", priority: 5, now: start).evicted?.id == "c")
        queue.putBack("b")
        queue.putBack("b")
        queue.putBack("unknown")
        #expect(queue.entries.map(\.id) == ["b", "d"])
        queue.putBackAll()
        #expect(queue.entries.map(\.id) == ["a", "b", "d"])
    }

    @Test("a queue of taken messages only refuses what is new")
    func allTaken() {
        var queue = queue(1)
        queue.add("1", id: "a", priority: 5, now: start)
        _ = queue.takeFirst(now: start)
        #expect(queue.add("2", id: "b", priority: 10, now: start).outcome == .refused)
        #expect(queue.add("3", id: "a", priority: 10, now: start).outcome == .replaced)
        queue.putBack("a")
        #expect(flush(&queue) == ["3"])
    }

    @Test("a removed message is gone, taken or not")
    func removal() {
        var queue = queue()
        queue.add("1", id: "a", priority: 5, now: start)
        queue.add("2", id: "b", priority: 5, now: start)
        #expect(queue.remove("a")?.message == "1")
        #expect(queue.remove("a") == nil)
        #expect(queue.takeFirst(now: start)?.id == "b")
        #expect(queue.remove("b")?.message == "2")
        queue.putBack("b")
        #expect(queue.isEmpty)
    }

    @Test("a message that came while an older one of its id was on its way is not lost with that")
    func renewal() {
        var queue = queue()
        queue.add("1", id: "a", priority: 5, now: start)
        queue.add("2", id: "b", priority: 5, now: start)
        #expect(queue.takeFirst(now: start)?.message == "1")
        #expect(queue.add("1, corrected", id: "a", priority: 5, now: start).outcome == .replaced)
        queue.confirm("a")
        #expect(queue.takeFirst(now: start)?.message == "1, corrected")
        queue.confirm("a")
        #expect(flush(&queue) == ["2"])
        #expect(queue.isEmpty)
    }

    @Test("a store outlives its queue with order, ages and what was taken but not confirmed")
    func store() throws {
        let store = MemoryOfflineStore<String, String>()
        var queue = try Queue(store: store, now: start)
        queue.add("1", id: "a", priority: 5, now: start)
        queue.add("2", id: "b", priority: 10, now: start + .seconds(1))
        queue.add("3", id: "c", priority: 5, now: start + .seconds(2))
        queue.add("4", id: "d", priority: 5, now: start + .seconds(3))
        queue.add("5", id: "c", priority: 5, now: start + .seconds(4))
        queue.remove("a")
        #expect(queue.takeFirst(now: start)?.id == "b")
        var next = try Queue(store: store, now: start)
        #expect(next.entries.map(\.message) == ["2", "5", "4"])
        #expect(next.nextExpiry == start + .seconds(3_601))
        next.add("6", id: "e", priority: 5, now: start)
        #expect(next.entries.map(\.id) == ["b", "c", "d", "e"])
        #expect(
            next.removeExpired(now: start + .seconds(3_602)).map(\.id)
                == ["b", "e", "c"].filter { $0 != "e" })
        #expect(try Queue(store: store, now: start).entries.map(\.id) == ["d", "e"])
    }

    @Test("a store that cannot be read says so")
    func brokenStore() {
        struct Broken: OfflineStore {
            struct Unreadable: Error {}
            func save(_ entry: OfflineEntry<String, String>) {}
            func remove(_ id: String) {}
            func load(now: ContinuousClock.Instant) throws -> [OfflineEntry<String, String>] {
                throw Unreadable()
            }
        }
        #expect(throws: Broken.Unreadable.self) { try Queue(store: Broken(), now: start) }
    }

    @Test("an id whose message is too old is added afresh, so that the new one does not vanish with it")
    func readdedAfterExpiry() {
        var queue = Queue(.init(capacity: 10, lifetime: .seconds(60)))
        queue.add("old", id: "m", priority: 5, now: start)
        let addition = queue.add("new", id: "m", priority: 5, now: start + .seconds(60))
        #expect(addition.outcome == .added)
        #expect(addition.expired.map(\.message) == ["old"])
        #expect(queue.takeFirst(now: start + .seconds(119))?.message == "new")
        // One that is being sent keeps its slot and its age, whatever comes of it.
        #expect(queue.add("newer", id: "m", priority: 5, now: start + .seconds(130)).outcome == .replaced)
        queue.putBack("m")
        #expect(queue.removeExpired(now: start + .seconds(130)).map(\.message) == ["newer"])
    }

    @Test("a store with more than fits is read in full and shrinks with additions")
    func overfullStore() throws {
        let store = MemoryOfflineStore<String, String>()
        var large = try Queue(store: store, now: start)
        for number in 0..<5 { large.add("\(number)", id: "\(number)", priority: 5, now: start) }
        var small = try Queue(.init(capacity: 2), store: store, now: start)
        #expect(small.count == 5)
        #expect(small.add("5", id: "5", priority: 5, now: start).evicted?.id == "0")
        #expect(small.count == 5)
    }
}

@Suite("OfflineQueue: random histories")
struct OfflineQueueHistoryTests {
    /// A plain list of entries, sorted whenever an order is needed.
    private struct Model {
        let capacity: Int
        let lifetime: Int
        var entries:
            [(id: Int, message: Int, priority: Int, order: Int, second: Int, isTaken: Bool, isRenewed: Bool)] =
                []
        var lastOrder = 0

        var waiting: [Int] {
            entries.filter { !$0.isTaken }
                .sorted { ($0.priority, $1.order) > ($1.priority, $0.order) }.map(\.id)
        }

        func isExpired(_ id: Int, _ second: Int) -> Bool {
            entries.contains { $0.id == id && $0.second + lifetime <= second }
        }

        mutating func removeExpired(_ second: Int) -> [Int] {
            let expired = waiting.filter { isExpired($0, second) }
            entries.removeAll { expired.contains($0.id) }
            return expired
        }

        mutating func add(
            _ message: Int, id: Int, priority: Int, second: Int
        ) -> (outcome: OfflineQueue<Int, Int>.Addition.Outcome, expired: [Int], evicted: Int?) {
            var tooOld: [Int] = []
            if let index = entries.firstIndex(where: { $0.id == id }) {
                if !entries[index].isTaken, isExpired(id, second) {
                    entries.remove(at: index)
                    tooOld = [id]
                }
            }
            if let index = entries.firstIndex(where: { $0.id == id }) {
                entries[index].message = message
                entries[index].priority = priority
                entries[index].isRenewed = entries[index].isTaken
                return (.replaced, [], nil)
            }
            let expired = tooOld + (entries.count >= capacity ? removeExpired(second) : [])
            var evicted: Int?
            if entries.count >= capacity {
                let victim = entries.filter { !$0.isTaken }.min {
                    ($0.priority, $0.order) < ($1.priority, $1.order)
                }
                guard let victim, victim.priority <= priority else { return (.refused, expired, nil) }
                evicted = victim.id
                entries.removeAll { $0.id == victim.id }
            }
            lastOrder += 1
            entries.append((id, message, priority, lastOrder, second, false, false))
            return (.added, expired, evicted)
        }

        mutating func take(_ second: Int) -> Int? {
            guard let id = waiting.first(where: { !isExpired($0, second) }) else { return nil }
            mark(id, taken: true)
            return id
        }

        mutating func mark(_ id: Int, taken: Bool) {
            for index in entries.indices where entries[index].id == id {
                entries[index].isTaken = taken
                entries[index].isRenewed = false
            }
        }

        mutating func confirm(_ id: Int) {
            if entries.contains(where: { $0.id == id && $0.isRenewed }) {
                mark(id, taken: false)
            } else {
                entries.removeAll { $0.id == id }
            }
        }
    }

    @Test("agrees with a plain sorted list, and so does its store")
    func agreesWithModel() {
        Histories.run("offline queue", default: 3_000) { generator in
            let store = MemoryOfflineStore<Int, Int>()
            let configuration = OfflineQueue<Int, Int>.Configuration(
                capacity: 1 + generator.below(12), lifetime: .seconds(1 + generator.below(40)))
            let start = ContinuousClock.now
            var queue = try OfflineQueue<Int, Int>(configuration, store: store, now: start)
            var model = Model(
                capacity: configuration.capacity, lifetime: Int(configuration.lifetime / .seconds(1)))
            var second = 0
            for step in 0..<(10 + generator.below(90)) {
                second += generator.below(4) * generator.below(2)
                let now = start + .seconds(second)
                let id = generator.below(20)
                switch generator.below(100) {
                case ..<50:
                    let priority = [10, 8, 5, 3, 1, generator.below(30)][generator.below(6)]
                    let actual = queue.add(step, id: id, priority: priority, now: now)
                    let expected = model.add(step, id: id, priority: priority, second: second)
                    try same(actual.outcome, expected.outcome, "step \(step): outcome")
                    try same(actual.expired.map(\.id), expected.expired, "step \(step): expired")
                    try same(actual.evicted?.id, expected.evicted, "step \(step): evicted")
                case ..<70:
                    try same(queue.takeFirst(now: now)?.id, model.take(second), "step \(step): taken")
                case ..<78:
                    queue.putBack(id)
                    model.mark(id, taken: false)
                case ..<80:
                    queue.putBackAll()
                    for index in 0..<20 { model.mark(index, taken: false) }
                case ..<86:
                    queue.confirm(id)
                    model.confirm(id)
                case ..<92:
                    queue.remove(id)
                    model.entries.removeAll { $0.id == id }
                case ..<96:
                    let expired = queue.removeExpired(now: now).map(\.id)
                    try same(expired, model.removeExpired(second), "step \(step): expired")
                default:
                    queue = try OfflineQueue<Int, Int>(configuration, store: store, now: now)
                    for index in 0..<20 { model.mark(index, taken: false) }
                }
                try same(queue.entries.map(\.id), model.waiting, "step \(step): waiting")
                try same(queue.count, model.entries.count, "step \(step): count")
                try same(queue.waitingCount, model.waiting.count, "step \(step): waiting count")
                let messages = Dictionary(uniqueKeysWithValues: model.entries.map { ($0.id, $0.message) })
                let kept = store.load(now: now).map { ($0.id, $0.message) }
                try same(Dictionary(uniqueKeysWithValues: kept), messages, "step \(step): store")
                let oldest = model.entries.filter { !$0.isTaken }.map(\.second).min()
                let expiry = oldest.map { start + .seconds($0) + configuration.lifetime }
                try same(queue.nextExpiry, expiry, "step \(step): next expiry")
            }
        }
    }
}
