/// First-in-first-out lists, one per priority, in which everything is constant-time but finding the list of a
/// priority, which takes a search among those in use.
@usableFromInline
struct PriorityLists<Value: Sendable>: Sendable {
    /// A doubly linked list of nodes by index.
    @usableFromInline
    struct Level: Sendable {
        @usableFromInline let priority: Int
        @usableFromInline var head: Int
        @usableFromInline var tail: Int
        /// How often another level was served since this one was or began.
        @usableFromInline var bypassed = 0

        @inlinable
        init(priority: Int, node: Int) {
            self.priority = priority
            head = node
            tail = node
        }
    }

    @usableFromInline
    struct Node: Sendable {
        @usableFromInline var value: Value
        @usableFromInline let priority: Int
        /// Where it stands among those of its priority; unique.
        @usableFromInline let order: UInt64
        @usableFromInline var previous: Int?
        @usableFromInline var next: Int?

        @inlinable
        init(value: Value, priority: Int, order: UInt64) {
            self.value = value
            self.priority = priority
            self.order = order
        }
    }

    /// Highest priority first; only those that have nodes.
    @usableFromInline var levels: [Level] = []
    @usableFromInline var count = 0
    @usableFromInline var nodes: ContiguousArray<Node?> = []
    @usableFromInline var free: [Int] = []

    @inlinable
    init() {}

    @inlinable
    subscript(index: Int) -> Node? {
        nodes.indices.contains(index) ? nodes[index] : nil
    }

    /// Adds a value behind all of its priority whose order is lower, which is the end unless it comes back.
    ///
    /// - Returns: the index that stands for it until it is removed.
    @inlinable
    mutating func insert(_ value: Value, priority: Int, order: UInt64) -> Int {
        let index = free.popLast() ?? nodes.count
        if index == nodes.count { nodes.append(nil) }
        let node = Node(value: value, priority: priority, order: order)
        count += 1
        let level = position(of: priority)
        guard level < levels.count, levels[level].priority == priority else {
            nodes[index] = node
            levels.insert(Level(priority: priority, node: index), at: level)
            return index
        }
        link(node, at: index, level: level)
        return index
    }

    @inlinable
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

    /// Notes that `level` was served and all others were not.
    @inlinable
    mutating func noteServed(_ level: Int) {
        for index in levels.indices { levels[index].bypassed += 1 }
        levels[level].bypassed = 0
    }

    /// Calls `body` with every index, highest priority first, in order within one, until it says stop.
    @inlinable
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
    @inlinable
    mutating func link(_ node: Node, at index: Int, level: Int) {
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
    @inlinable
    func position(of priority: Int) -> Int {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].priority > priority { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
