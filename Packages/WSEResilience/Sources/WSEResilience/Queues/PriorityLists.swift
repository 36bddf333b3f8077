/// First-in-first-out lists, one per priority, in which everything is constant-time but finding the list of a
/// priority, which takes a search among those in use.
struct PriorityLists<Value: Sendable>: Sendable {
    /// A doubly linked list of nodes by index.
    struct Level: Sendable {
        let priority: Int
        var head: Int
        var tail: Int
        /// How often another level was served since this one was or began.
        var bypassed = 0
    }

    struct Node: Sendable {
        var value: Value
        let priority: Int
        /// Where it stands among those of its priority; unique.
        let order: UInt64
        var previous: Int?
        var next: Int?
    }

    /// Highest priority first; only those that have nodes.
    private(set) var levels: [Level] = []
    private(set) var count = 0
    private var nodes: ContiguousArray<Node?> = []
    private var free: [Int] = []

    subscript(index: Int) -> Node? {
        nodes.indices.contains(index) ? nodes[index] : nil
    }

    /// Adds a value behind all of its priority whose order is lower, which is the end unless it comes back.
    ///
    /// - Returns: the index that stands for it until it is removed.
    mutating func insert(_ value: Value, priority: Int, order: UInt64) -> Int {
        let index = free.popLast() ?? nodes.count
        if index == nodes.count { nodes.append(nil) }
        let node = Node(value: value, priority: priority, order: order)
        count += 1
        let level = position(of: priority)
        guard level < levels.count, levels[level].priority == priority else {
            nodes[index] = node
            levels.insert(Level(priority: priority, head: index, tail: index), at: level)
            return index
        }
        link(node, at: index, level: level)
        return index
    }

    @discardableResult
    mutating func remove(_ index: Int) -> Value? {
        guard let node = self[index] else { return nil }
        let level = position(of: node.priority)
        if let previous = node.previous { nodes[previous]?.next = node.next }
        if let next = node.next { nodes[next]?.previous = node.previous }
        switch (node.previous, node.next) {
        case (nil, nil): levels.remove(at: level)
        case (nil, let next?): levels[level].head = next
        case (let previous?, nil): levels[level].tail = previous
        case (_?, _?): break
        }
        nodes[index] = nil
        free.append(index)
        count -= 1
        return node.value
    }

    mutating func update(_ index: Int, _ change: (inout Value) -> Void) {
        guard var node = self[index] else { return }
        change(&node.value)
        nodes[index] = node
    }

    /// Notes that `level` was served and all others were not.
    mutating func noteServed(_ level: Int) {
        for index in levels.indices { levels[index].bypassed += 1 }
        levels[level].bypassed = 0
    }

    /// Calls `body` with every index, highest priority first, in order within one, until it says stop.
    func forEach(_ body: (Int, Node) -> Bool) {
        for level in levels {
            var current: Int? = level.head
            while let index = current, let node = self[index] {
                if !body(index, node) { return }
                current = node.next
            }
        }
    }

    /// Searches from the end for new nodes and from the front for returning ones, as that is where they belong.
    private mutating func link(_ node: Node, at index: Int, level: Int) {
        var node = node
        var before: Int? = levels[level].tail
        if let head = self[levels[level].head], node.order < head.order { before = nil }
        while let candidate = before, let other = self[candidate], other.order > node.order {
            before = other.previous
        }
        node.previous = before
        node.next = before.map { self[$0]?.next } ?? levels[level].head
        nodes[index] = node
        if let previous = node.previous { nodes[previous]?.next = index } else { levels[level].head = index }
        if let next = node.next { nodes[next]?.previous = index } else { levels[level].tail = index }
    }

    /// Index of the level of `priority`, or where it would be inserted.
    private func position(of priority: Int) -> Int {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].priority > priority { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
