/// What waits to be sent: higher priority first, in order within one, and none waits for ever.
///
/// ```swift
/// var queue = OutboundQueue<String>(capacity: 1000)
/// queue.append("tick", priority: 1)
/// queue.append("order", priority: 10)
/// while let message = queue.popFirst() { print(message) }  // order, tick
/// ```
///
/// **Order.** Of two elements of one priority, the one appended first comes out first, always. Between
/// priorities the higher goes first, except that a priority passed over ``patience`` times in a row comes next.
///
/// **No starvation.** While `n` priorities have elements, each of them is served at least once in any
/// `patience + n` calls of ``popFirst()``. So the `k`th element of a priority comes out after at most
/// `k * (patience + n)` calls, whatever is appended meanwhile. The price: with all five priorities always
/// waiting, the lower four together take at most `4 / (patience + 1)` of the calls, by default a quarter.
public struct OutboundQueue<Element: Sendable>: Sendable {
    /// Stands for one element in the queue.
    public struct Handle: Sendable, Hashable {
        @usableFromInline let index: Int
        @usableFromInline let order: UInt64

        @inlinable
        init(index: Int, order: UInt64) {
            self.index = index
            self.order = order
        }
    }

    /// Most elements it takes.
    public let capacity: Int
    /// How often in a row a waiting priority is passed over at most, before its turn comes.
    public let patience: Int

    @usableFromInline var lists = PriorityLists<Element>()
    @usableFromInline var lastOrder: UInt64 = 0

    /// - Parameters:
    ///   - capacity: Most elements it takes. Default: 10,000; at least 1.
    ///   - patience: Default: 16; at least 1.
    public init(capacity: Int = 10_000, patience: Int = 16) {
        self.capacity = max(capacity, 1)
        self.patience = max(patience, 1)
    }

    /// How many elements wait.
    @inlinable public var count: Int { lists.count }
    /// Whether none waits.
    @inlinable public var isEmpty: Bool { lists.count == 0 }
    /// Whether the next one would be turned away.
    @inlinable public var isFull: Bool { lists.count >= capacity }

    /// Adds an element behind all others of its priority.
    ///
    /// - Parameters:
    ///   - element: What is to be sent.
    ///   - priority: Any number; higher goes first.
    /// - Returns: what stands for it, or `nil` if the queue is full and did not take it.
    @inlinable
    @discardableResult
    public mutating func append(_ element: Element, priority: Int) -> Handle? {
        guard !isFull else { return nil }
        lastOrder &+= 1
        return Handle(index: lists.insert(element, priority: priority, order: lastOrder), order: lastOrder)
    }

    /// Takes out the element whose turn it is.
    @inlinable
    public mutating func popFirst() -> Element? {
        guard let level = nextLevel else { return nil }
        lists.noteServed(level)
        return lists.remove(lists.levels[level].head)
    }

    /// Takes an element out before its turn; `nil` if it is no longer in the queue.
    @inlinable
    public mutating func remove(_ handle: Handle) -> Element? {
        guard lists[handle.index]?.order == handle.order else { return nil }
        return lists.remove(handle.index)
    }

    /// Takes out everything, highest priority first.
    @inlinable
    public mutating func removeAll() -> [Element] {
        var elements: [Element] = []
        elements.reserveCapacity(lists.count)
        lists.forEach { _, node in
            elements.append(node.value)
            return true
        }
        lists = PriorityLists()
        return elements
    }

    /// How many elements wait at each priority.
    @inlinable public var countByPriority: [Int: Int] {
        var counts: [Int: Int] = [:]
        lists.forEach { _, node in
            counts[node.priority, default: 0] += 1
            return true
        }
        return counts
    }

    /// The highest level, unless others ran out of patience: then the one passed over most often.
    @inlinable var nextLevel: Int? {
        guard !lists.levels.isEmpty else { return nil }
        var chosen = 0
        for level in lists.levels.indices where lists.levels[level].bypassed >= patience {
            if lists.levels[chosen].bypassed < lists.levels[level].bypassed { chosen = level }
        }
        return chosen
    }
}
