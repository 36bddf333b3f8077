/// Gives the least element first; adding and taking cost the logarithm of the count.
///
/// The standard library has none, and this package depends on nothing else.
@usableFromInline
struct BinaryHeap<Element: Comparable> {
    /// Every element is at most as great as those at twice its index plus one and plus two.
    @usableFromInline var elements: [Element] = []

    @inlinable
    init() {}

    @inlinable
    var count: Int { elements.count }

    @inlinable
    var first: Element? { elements.first }

    @inlinable
    mutating func insert(_ element: Element) {
        elements.append(element)
        var index = elements.count - 1
        while index > 0, elements[index] < elements[(index - 1) / 2] {
            elements.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    @inlinable
    @discardableResult
    mutating func popFirst() -> Element? {
        guard let last = elements.popLast() else { return nil }
        guard let first = elements.first else { return last }
        elements[0] = last
        sink(0)
        return first
    }

    /// Keeps only the elements that satisfy `isKept`.
    @inlinable
    mutating func filter(_ isKept: (Element) -> Bool) {
        elements.removeAll { !isKept($0) }
        for index in (0..<elements.count / 2).reversed() { sink(index) }
    }

    @inlinable
    mutating func removeAll() {
        elements = []
    }

    @inlinable
    mutating func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            let left = 2 * index + 1
            if left < elements.count, elements[left] < elements[least] { least = left }
            if left + 1 < elements.count, elements[left + 1] < elements[least] { least = left + 1 }
            if least == index { return }
            elements.swapAt(index, least)
            index = least
        }
    }
}

extension BinaryHeap: Sendable where Element: Sendable {}
