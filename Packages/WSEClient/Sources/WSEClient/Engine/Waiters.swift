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

    /// What is known of one that was expected while there was no other, which is the only one for a caller that waits for
    /// each: the usual outcome, which is there before it is asked for, costs neither hashing nor copying.
    private enum Single: UInt8 {
        case free, expected, usual
    }

    private let usual: Value?
    private var single = Single.free
    private var singleID: UInt64 = 0
    private var entries: [UInt64: Entry] = [:]

    /// - Parameter usual: What ``resolveUsual(_:)`` stands for.
    init(usual: Value? = nil) {
        self.usual = usual
    }

    private func isSingle(_ id: UInt64) -> Bool { single != .free && singleID == id }

    /// Somebody is going to ask for the outcome.
    mutating func expect(_ id: UInt64) {
        guard single == .free else { return entries[id] = .expected }
        (single, singleID) = (.expected, id)
    }

    mutating func forget(_ id: UInt64) {
        if isSingle(id) { single = .free } else { entries[id] = nil }
    }

    /// The outcome, if it is there already.
    mutating func take(_ id: UInt64) -> Value? {
        if isSingle(id) {
            guard single == .usual else { return nil }
            single = .free
            return usual
        }
        guard case .arrived(let value) = entries[id] else { return nil }
        entries[id] = nil
        return value
    }

    /// The outcome, if it is there already; else `continuation` gets it.
    mutating func take(_ id: UInt64, or continuation: CheckedContinuation<Value, Never>) -> Value? {
        if let value = take(id) { return value }
        forget(id)
        entries[id] = .awaited(continuation)
        return nil
    }

    /// - Returns: The caller to resume with it, if one waits.
    mutating func resolve(_ id: UInt64, _ value: Value) -> CheckedContinuation<Value, Never>? {
        if isSingle(id) {
            guard single == .expected else { return nil }
            single = .free
            entries[id] = .arrived(value)
            return nil
        }
        switch entries[id] {
        case .expected?:
            entries[id] = .arrived(value)
            return nil
        case .awaited(let continuation)?:
            entries[id] = nil
            return continuation
        case .arrived?, nil:
            return nil
        }
    }

    /// ``resolve(_:_:)`` with the usual outcome.
    ///
    /// - Returns: The caller to resume with it, if one waits.
    mutating func resolveUsual(_ id: UInt64) -> CheckedContinuation<Value, Never>? {
        if isSingle(id) {
            single = .usual
            return nil
        }
        return usual.flatMap { resolve(id, $0) }
    }
}
