/// A growable double-ended queue: both ends in constant time, the middle by shifting.
///
/// The standard library has none, and this package depends on nothing else.
@usableFromInline
struct RingBuffer<Element> {
    /// A power of two of slots, or none before the first append; free ones hold `nil`.
    @usableFromInline var storage: ContiguousArray<Element?> = []
    @usableFromInline var head = 0
    @usableFromInline var count = 0

    @inlinable
    init() {}

    @inlinable
    var isEmpty: Bool { count == 0 }

    @inlinable
    var first: Element? { count == 0 ? nil : storage[head] }

    @inlinable
    var last: Element? { count == 0 ? nil : storage[position(count &- 1)] }

    /// The element at `index`, counted from the front; `index` has to be within `0 ..< count`.
    @inlinable
    subscript(index: Int) -> Element {
        // A free slot here would mean a broken buffer, never bad input: callers stay within count.
        storage[position(index)]!
    }

    @inlinable
    mutating func append(_ element: Element) {
        if count == storage.count { grow() }
        storage[position(count)] = element
        count &+= 1
    }

    @inlinable
    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = storage[head].take()
        head = (head &+ 1) & (storage.count &- 1)
        count &-= 1
        return element
    }

    @inlinable
    mutating func popLast() -> Element? {
        guard count > 0 else { return nil }
        count &-= 1
        return storage[position(count)].take()
    }

    /// Puts `element` before the one at `index`; `index == count` appends.
    @inlinable
    mutating func insert(_ element: Element, at index: Int) {
        append(element)
        var current = count &- 1
        while current > index {
            storage.swapAt(position(current), position(current &- 1))
            current &-= 1
        }
    }

    @inlinable
    mutating func removeAll() {
        storage = []
        head = 0
        count = 0
    }

    @inlinable
    func position(_ index: Int) -> Int {
        (head &+ index) & (storage.count &- 1)
    }

    @inlinable
    mutating func grow() {
        var larger: ContiguousArray<Element?> = []
        let capacity = Swift.max(4, storage.count * 2)
        larger.reserveCapacity(capacity)
        for index in 0..<count { larger.append(storage[position(index)]) }
        while larger.count < capacity { larger.append(nil) }
        storage = larger
        head = 0
    }
}

extension RingBuffer: Sendable where Element: Sendable {}
