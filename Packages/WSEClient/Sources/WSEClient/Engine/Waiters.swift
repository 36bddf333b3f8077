/// Callers that wait for one outcome, each cancellable on its own. Lives inside the engine's lock.
struct Waiters<Value: Sendable> {
    private var continuations: [UInt64: CheckedContinuation<Value, Never>] = [:]

    mutating func add(_ id: UInt64, _ continuation: CheckedContinuation<Value, Never>) {
        continuations[id] = continuation
    }

    mutating func remove(_ id: UInt64) -> CheckedContinuation<Value, Never>? {
        continuations.removeValue(forKey: id)
    }

    mutating func takeAll() -> [CheckedContinuation<Value, Never>] {
        defer { continuations.removeAll() }
        return Array(continuations.values)
    }

    var isEmpty: Bool { continuations.isEmpty }
}
