/// Those who wait for the state to fulfil a condition.
struct WaiterList: Sendable {
    enum Outcome: Sendable {
        case fulfilled, timedOut, cancelled, stopped
    }

    struct Waiter: Sendable {
        let id: UInt64
        /// Looks at the state, and keeps the result where there is one.
        let isFulfilled: @Sendable (inout ServerState) -> Bool
        let resume: @Sendable (Outcome) -> Void
    }

    typealias Resumption = @Sendable () -> Void

    private var waiters: [Waiter] = []
    private var lastID: UInt64 = 0

    mutating func reserveID() -> UInt64 {
        lastID += 1
        return lastID
    }

    mutating func add(_ waiter: Waiter) {
        waiters.append(waiter)
    }

    /// `nil` if it waits no longer.
    mutating func remove(_ id: UInt64) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index)
    }

    mutating func removeAll() -> [Waiter] {
        defer { waiters = [] }
        return waiters
    }

    /// Asks everyone, in the order in which they came, and gives the resumptions of those who need wait no longer.
    static func settle(_ state: inout ServerState) -> [Resumption] {
        guard !state.waiters.waiters.isEmpty else { return [] }
        var resumptions: [Resumption] = []
        var remaining: [Waiter] = []
        for waiter in state.waiters.waiters {
            if waiter.isFulfilled(&state) {
                resumptions.append { waiter.resume(.fulfilled) }
            } else {
                remaining.append(waiter)
            }
        }
        state.waiters.waiters = remaining
        return resumptions
    }
}
