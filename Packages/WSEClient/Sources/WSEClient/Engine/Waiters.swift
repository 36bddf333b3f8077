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
        /// Nobody's.
        case free
        case expected
        case arrived(Value)
        case awaited(CheckedContinuation<Value, Never>)
    }

    /// One that was expected while it was free, which is the only one for a caller that waits for each: without the
    /// hashing that the others cost.
    private var single = Entry.free
    private var singleID: UInt64?
    private var entries: [UInt64: Entry] = [:]

    private subscript(id: UInt64) -> Entry {
        get { singleID == id ? single : entries[id] ?? .free }
        set {
            guard singleID == id else {
                if case .free = newValue { entries[id] = nil } else { entries[id] = newValue }
                return
            }
            single = newValue
            if case .free = newValue { singleID = nil }
        }
    }

    /// Somebody is going to ask for the outcome.
    mutating func expect(_ id: UInt64) {
        if singleID == nil { singleID = id }
        self[id] = .expected
    }

    mutating func forget(_ id: UInt64) {
        self[id] = .free
    }

    /// The outcome, if it is there already.
    mutating func take(_ id: UInt64) -> Value? {
        guard case .arrived(let value) = self[id] else { return nil }
        self[id] = .free
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
        case .expected:
            self[id] = .arrived(value)
            return nil
        case .awaited(let continuation):
            self[id] = .free
            return continuation
        case .arrived, .free:
            return nil
        }
    }
}
