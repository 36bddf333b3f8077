/// What is going to happen, by time; what falls together happens in the order in which it was put down.
struct Agenda {
    private struct Entry {
        var time: VirtualTime
        var order: UInt64
        var work: () -> Void

        func isBefore(_ other: Entry) -> Bool {
            time == other.time ? order < other.order : time < other.time
        }
    }

    private var heap: [Entry] = []
    private var lastOrder: UInt64 = 0

    var next: VirtualTime? { heap.first?.time }

    mutating func add(at time: VirtualTime, _ work: @escaping () -> Void) {
        lastOrder += 1
        heap.append(Entry(time: time, order: lastOrder, work: work))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popFirst() -> (time: VirtualTime, work: () -> Void)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.time, first.work)
    }

    mutating func removeAll() {
        heap = []
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].isBefore(heap[least]) { least = child }
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
