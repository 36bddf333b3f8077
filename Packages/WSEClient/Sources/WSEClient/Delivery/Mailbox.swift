import Synchronization

/// Hands events from the connection's thread to one consumer at a time, in whole batches.
///
/// One lock per batch on either side; the two arrays swap roles, so nothing is allocated once they have grown.
/// Several iterators over one mailbox compete for its events.
final class Mailbox<Element: Sendable>: Sendable {
    /// What became of a batch.
    struct Outcome: Sendable {
        /// How many events were discarded.
        var dropped = 0
        /// Whether the producer should pause until ``onDrained`` is called.
        var isFull = false
    }

    private struct State {
        var pending: [Element] = []
        var waiters: [(id: UInt64, continuation: CheckedContinuation<Void, Never>)] = []
        var nextWaiter: UInt64 = 0
        var completion: Completion?
        var isFull = false

        /// All of them look again; a batch goes to the first.
        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            guard !waiters.isEmpty else { return [] }
            defer { waiters.removeAll(keepingCapacity: true) }
            return waiters.map(\.continuation)
        }

    }

    private enum Completion {
        case finished
        case failed(WSEError)
    }

    let buffering: StreamBuffering
    private let state = Mutex(State())
    /// Called when a full mailbox has been emptied; from the consumer's thread.
    private let onDrained: @Sendable () -> Void

    init(buffering: StreamBuffering, onDrained: @escaping @Sendable () -> Void) {
        self.buffering = buffering
        self.onDrained = onDrained
    }

    /// Appends a batch and wakes the consumer.
    func yield(_ batch: [Element]) -> Outcome {
        let (outcome, waiters) = state.withLock { state -> (Outcome, [CheckedContinuation<Void, Never>]) in
            guard state.completion == nil else { return (Outcome(), []) }
            var outcome = Outcome()
            if state.pending.isEmpty {
                state.pending.append(contentsOf: batch)
            } else {
                state.pending += batch
            }
            if state.pending.count > buffering.capacity {
                outcome.dropped = overflow(&state, added: batch.count)
            }
            if buffering.overflow == .suspend, state.pending.count >= buffering.capacity {
                state.isFull = true
                outcome.isFull = true
            }
            return (outcome, state.takeWaiters())
        }
        for waiter in waiters { waiter.resume() }
        return outcome
    }

    /// Applies the policy to a mailbox over its capacity.
    ///
    /// - Returns: How many events were discarded.
    private func overflow(_ state: inout State, added: Int) -> Int {
        let excess = state.pending.count - buffering.capacity
        switch buffering.overflow.value {
        case .suspend:
            return 0
        case .dropOldest:
            state.pending.removeFirst(excess)
        case .dropNewest:
            state.pending.removeLast(excess)
        case .fail:
            state.pending.removeLast(excess)
            state.completion = .failed(
                WSEError(.bufferOverflow, "a stream of capacity \(buffering.capacity) overflowed"))
        }
        return excess
    }

    /// Ends the stream: consumers get what is pending, then the end or the error.
    func finish(throwing error: WSEError? = nil) {
        let waiters = state.withLock { state in
            guard state.completion == nil else { return [] as [CheckedContinuation<Void, Never>] }
            state.completion = error.map { .failed($0) } ?? .finished
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Makes a finished mailbox usable again; what is pending stays.
    func reopen() {
        state.withLock { $0.completion = nil }
    }

    /// Whether the producer should pause.
    var isFull: Bool { state.withLock { $0.isFull } }

    /// Events that wait for the consumer.
    var count: Int { state.withLock { $0.pending.count } }

    /// Swaps the pending events into `batch`, waiting for some if there are none.
    ///
    /// - Returns: `false` at the end of the stream or if the task is cancelled.
    func take(
        into batch: inout [Element], isolation: isolated (any Actor)?
    ) async throws(WSEError) -> Bool {
        while true {
            batch.removeAll(keepingCapacity: true)
            let (state, wasFull) = takeNow(&batch)
            if wasFull { onDrained() }
            switch state {
            case .taken: return true
            case .ended: return false
            case .failed(let error): throw error
            case .empty: break
            }
            if Task.isCancelled { return false }
            await wait(isolation: isolation)
        }
    }

    private enum Taken {
        case taken, empty, ended
        case failed(WSEError)
    }

    private func takeNow(_ batch: inout [Element]) -> (Taken, wasFull: Bool) {
        var spare: [Element] = []
        swap(&spare, &batch)
        let result = state.withLock { state -> (Taken, Bool) in
            guard !state.pending.isEmpty else {
                switch state.completion {
                case nil: return (.empty, false)
                case .finished: return (.ended, false)
                case .failed(let error): return (.failed(error), false)
                }
            }
            swap(&state.pending, &spare)
            defer { state.isFull = false }
            return (.taken, state.isFull)
        }
        swap(&spare, &batch)
        return result
    }

    private func wait(isolation: isolated (any Actor)?) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation(isolation: isolation) { continuation in
                let isReady = state.withLock { state in
                    // Checked again under the lock: an event, the end or a cancellation may have come meanwhile.
                    if !state.pending.isEmpty || state.completion != nil || Task.isCancelled { return true }
                    state.waiters.append((id, continuation))
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0).continuation }
            }
            waiter?.resume()
        }
    }
}
