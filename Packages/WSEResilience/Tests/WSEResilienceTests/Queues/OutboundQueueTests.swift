import Testing
import WSEResilience

@Suite("OutboundQueue")
struct OutboundQueueTests {
    private func drain(_ queue: inout OutboundQueue<String>) -> [String] {
        var elements: [String] = []
        while let element = queue.popFirst() { elements.append(element) }
        return elements
    }

    @Test("higher priority first, first in first out within one")
    func order() {
        var queue = OutboundQueue<String>()
        for (element, priority) in [("a", 5), ("b", 1), ("c", 10), ("d", 5), ("e", 10)] {
            queue.append(element, priority: priority)
        }
        #expect(queue.count == 5)
        #expect(queue.countByPriority == [10: 2, 5: 2, 1: 1])
        #expect(drain(&queue) == ["c", "e", "a", "d", "b"])
        #expect(queue.isEmpty)
        #expect(queue.popFirst() == nil)
    }

    @Test("a lower priority comes after as many of higher ones as the patience allows")
    func patience() {
        var queue = OutboundQueue<String>(patience: 3)
        queue.append("low", priority: 1)
        for number in 0..<10 { queue.append("high\(number)", priority: 10) }
        #expect(drain(&queue).prefix(5) == ["high0", "high1", "high2", "low", "high3"])
    }

    @Test("with all five priorities always waiting, each is served within patience + 5 calls")
    func noStarvation() {
        let priorities = [10, 8, 5, 3, 1]
        var queue = OutboundQueue<Int>(patience: 16)
        for priority in priorities { queue.append(priority, priority: priority) }
        var lastServed: [Int: Int] = [:]
        var served: [Int: Int] = [:]
        for call in 1...10_000 {
            guard let priority = queue.popFirst() else { break }
            queue.append(priority, priority: priority)
            lastServed[priority] = call
            served[priority, default: 0] += 1
            for other in priorities { #expect(call - (lastServed[other] ?? 0) <= 21) }
        }
        // The others take no more than their share, a seventeenth each.
        #expect((served[10] ?? 0) >= 10_000 * 13 / 17)
    }

    @Test("a full queue does not take more")
    func capacity() {
        var queue = OutboundQueue<String>(capacity: 2)
        #expect(queue.append("a", priority: 5) != nil)
        #expect(queue.append("b", priority: 5) != nil)
        #expect(queue.isFull)
        #expect(queue.append("c", priority: 10) == nil)
        #expect(drain(&queue) == ["a", "b"])
    }

    @Test("an element can be taken out before its turn, once")
    func removal() {
        var queue = OutboundQueue<String>()
        let handles = ["a", "b", "c"].compactMap { queue.append($0, priority: 5) }
        #expect(queue.remove(handles[1]) == "b")
        #expect(queue.remove(handles[1]) == nil)
        // The vacant place is taken by another element, which the old handle does not reach.
        let other = queue.append("d", priority: 5)
        #expect(queue.remove(handles[1]) == nil)
        #expect(drain(&queue) == ["a", "c", "d"])
        #expect(other.flatMap { queue.remove($0) } == nil)
    }

    @Test("all can be taken out at once, in order")
    func removeAll() {
        var queue = OutboundQueue<String>()
        for (element, priority) in [("a", 5), ("b", 10), ("c", 5)] {
            queue.append(element, priority: priority)
        }
        #expect(queue.removeAll() == ["b", "a", "c"])
        #expect(queue.isEmpty)
        queue.append("d", priority: 1)
        #expect(queue.popFirst() == "d")
    }

    @Test("random histories agree with a plain list")
    func histories() {
        Histories.run("outbound queue", default: 2_000) { generator in
            let patience = 1 + generator.below(5)
            let capacity = 1 + generator.below(30)
            var queue = OutboundQueue<Int>(capacity: capacity, patience: patience)
            var list: [(element: Int, priority: Int, handle: OutboundQueue<Int>.Handle)] = []
            var passedOver: [Int: Int] = [:]
            for step in 0..<(10 + generator.below(150)) {
                switch generator.below(100) {
                case ..<55:
                    let priority = [10, 8, 5, 3, 1][generator.below(5)]
                    let handle = queue.append(step, priority: priority)
                    try same(handle != nil, list.count < capacity, "step \(step): taken in")
                    if let handle { list.append((step, priority, handle)) }
                case ..<90:
                    let waiting = Set(list.map(\.priority)).sorted(by: >)
                    let impatient = waiting.filter { (passedOver[$0] ?? 0) >= patience }
                        .max { ((passedOver[$0] ?? 0), $0) < ((passedOver[$1] ?? 0), $1) }
                    let priority = impatient ?? waiting.first
                    let index = list.firstIndex { $0.priority == priority }
                    try same(queue.popFirst(), index.map { list[$0].element }, "step \(step): popped")
                    for other in waiting { passedOver[other, default: 0] += 1 }
                    if let priority { passedOver[priority] = 0 }
                    if let index { list.remove(at: index) }
                default:
                    guard !list.isEmpty else { continue }
                    let index = generator.below(list.count)
                    try same(queue.remove(list[index].handle), list[index].element, "step \(step): removed")
                    try same(queue.remove(list[index].handle), nil, "step \(step): removed again")
                    list.remove(at: index)
                }
                let waiting = Set(list.map(\.priority))
                passedOver = passedOver.filter { waiting.contains($0.key) }
                try same(queue.count, list.count, "step \(step): count")
            }
        }
    }
}
