/// Callers that wait for one outcome, each cancellable on its own. Lives inside the engine's lock.
struct Waiters<Value: Sendable> {
    private var continuations: [UInt64: (run: UInt64, continuation: CheckedContinuation<Value, Never>)] = [:]

    /// - Parameter run: Which session it waits for.
    mutating func add(_ id: UInt64, _ continuation: CheckedContinuation<Value, Never>, run: UInt64 = 0) {
        continuations[id] = (run, continuation)
    }

    mutating func remove(_ id: UInt64) -> CheckedContinuation<Value, Never>? {
        continuations.removeValue(forKey: id)?.continuation
    }

    /// Those that wait for that session or an earlier one.
    mutating func takeAll(through run: UInt64 = .max) -> [CheckedContinuation<Value, Never>] {
        let taken = continuations.filter { $0.value.run <= run }
        for id in taken.keys { continuations[id] = nil }
        return taken.values.map(\.continuation)
    }

    var isEmpty: Bool { continuations.isEmpty }
}

/// Outcomes that may come before or after their caller begins to wait. Lives inside the engine's lock.
struct Outcomes<Value: Sendable> {
    private enum Entry {
        case expected
        case arrived(Value)
        case awaited(CheckedContinuation<Value, Never>)
    }

    /// One that was expected while there was none, which is the only one for a caller that waits for each: without
    /// the hashing that the others cost.
    private var single: (id: UInt64, entry: Entry)?
    private var entries: [UInt64: Entry] = [:]

    private subscript(id: UInt64) -> Entry? {
        get { single?.id == id ? single?.entry : entries[id] }
        set {
            if single?.id == id { single = newValue.map { (id, $0) } } else { entries[id] = newValue }
        }
    }

    /// Somebody is going to ask for the outcome.
    mutating func expect(_ id: UInt64) {
        if single == nil { single = (id, .expected) } else { entries[id] = .expected }
    }

    mutating func forget(_ id: UInt64) {
        self[id] = nil
    }

    /// The outcome, if it is there already.
    mutating func take(_ id: UInt64) -> Value? {
        guard case .arrived(let value)? = self[id] else { return nil }
        self[id] = nil
        return value
    }

    /// The outcome, if it is there already; else `continuation` gets it.
    mutating func take(_ id: UInt64, or continuation: CheckedContinuation<Value, Never>) -> Value? {
        if let value = take(id) { return value }
        self[id] = .awaited(continuation)
        return nil
    }

    /// - Returns: The caller to resume with it, if one waits.
    mutating func resolve(_ id: UInt64, _ value: Value) -> CheckedContinuation<Value, Never>? {
        switch self[id] {
        case .expected?:
            self[id] = .arrived(value)
            return nil
        case .awaited(let continuation)?:
            self[id] = nil
            return continuation
        case .arrived?, nil:
            return nil
        }
    }
}
