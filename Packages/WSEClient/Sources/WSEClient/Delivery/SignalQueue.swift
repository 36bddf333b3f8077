@_spi(WSE) import WSETransport

/// Signals that wait for one listener. Where they get too many, the oldest go, and the listener is told how many.
final class SignalQueue: Sendable {
    /// How many wait at most: a hole in each of some ten thousand topics must fit.
    static let capacity = 16_384

    private struct State {
        var pending: [WSESignal] = []
        /// Of ``pending``, how many were given out.
        var used = 0
        var dropped = 0
        var isFinished = false
        var waiters: [CheckedContinuation<Void, Never>] = []

        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            defer { waiters = [] }
            return waiters
        }

        mutating func next() -> WSESignal? {
            if dropped > 0 {
                defer { dropped = 0 }
                return .signalsDropped(count: dropped)
            }
            guard used < pending.count else { return nil }
            defer {
                used += 1
                // Now and then, so that taking one costs the same however many wait.
                if used == pending.count || used >= SignalQueue.capacity {
                    pending.removeFirst(used)
                    used = 0
                }
            }
            return pending[used]
        }
    }

    private let state = OrderedMutex(State())

    func yield(_ signal: WSESignal) {
        let waiters = state.withLock { state in
            guard !state.isFinished else { return [] as [CheckedContinuation<Void, Never>] }
            if state.pending.count - state.used >= Self.capacity {
                state.used += 1
                state.dropped += 1
            }
            state.pending.append(signal)
            if state.used >= Self.capacity {
                state.pending.removeFirst(state.used)
                state.used = 0
            }
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// What waits is given out still.
    func finish() {
        let waiters = state.withLock { state in
            state.isFinished = true
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// The next signal; `nil` at the end.
    func next() async -> WSESignal? {
        while true {
            let (signal, isEnd) = state.withLock { state in
                let signal = state.next()
                return (signal, signal == nil && state.isFinished)
            }
            if signal != nil || isEnd { return signal }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.used < state.pending.count || state.dropped > 0 || state.isFinished {
                        return true
                    }
                    state.waiters.append(continuation)
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }
}
