/// Suspended tasks by number, in the order in which they came; a cancelled one leaves from the middle.
///
/// Continuations are handed out to be resumed by the caller, outside of its lock.
struct WaitList<Value: Sendable> {
    typealias Continuation = CheckedContinuation<Value, Never>

    private var waiting: [(id: UInt64, continuation: Continuation)] = []

    var count: Int { waiting.count }

    mutating func add(_ id: UInt64, _ continuation: Continuation) {
        waiting.append((id, continuation))
    }

    mutating func remove(_ id: UInt64) -> Continuation? {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return nil }
        return waiting.remove(at: index).continuation
    }

    mutating func removeFirst() -> Continuation? {
        waiting.isEmpty ? nil : waiting.removeFirst().continuation
    }

    mutating func removeAll() -> [Continuation] {
        defer { waiting = [] }
        return waiting.map(\.continuation)
    }
}
