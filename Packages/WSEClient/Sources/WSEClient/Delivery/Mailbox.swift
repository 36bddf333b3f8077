import Synchronization
@_spi(WSE) import WSETransport
import WSEWire

/// Hands events from the connection's thread to one consumer at a time, in whole batches.
///
/// One lock per batch on either side; the two arrays swap roles, so nothing is allocated once they have grown.
/// Several iterators over one mailbox compete for its events.
///
/// A mailbox that has ended may begin anew. A consumer belongs to the run in which it first takes something, and sees
/// the end of that run, however soon the next one began; what it left is for the consumers of the next.
final class Mailbox<Element: Sendable>: Sendable {
    private struct State {
        var pending: [Element] = []
        var waiters: [(id: UInt64, continuation: CheckedContinuation<Void, Never>)] = []
        var nextWaiter: UInt64 = 0
        var completion: Completion?
        var run: UInt64 = 0
        /// How the run before ended.
        var lastCompletion = Completion.finished
        var isFull = false
        /// How many were ever put into ``pending`` and left there by the policy.
        var appended = 0
        /// Of each key, the first that was discarded, and as the how manieth the first behind it was appended.
        var skipped: [InternedString: (element: Element, next: Int?)] = [:]
        /// Batches that were taken and may not be used up.
        var inHand: [(progress: BatchProgress, batch: [Element])] = []
        var used: UsedBatches<Element>

        mutating func putDown(_ progress: BatchProgress?) {
            guard let progress else { return }
            inHand.removeAll { $0.progress === progress }
        }

        mutating func pickUp(_ batch: [Element], _ progress: BatchProgress?) {
            guard let progress, !batch.isEmpty else { return }
            progress.used.store(0, ordering: .relaxed)
            inHand.append((progress, batch))
        }

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
    private let state: OrderedMutex<State>
    /// Called when a full mailbox has room again, or has none since something was given back; from the consumer's thread.
    private let onDrained: @Sendable () -> Void
    /// Called with a count where elements that were given back did not fit; from the consumer's thread.
    private let onDropped: @Sendable (Int) -> Void
    /// What an element belongs to, where it matters up to where that was handed over.
    private let key: @Sendable (Element) -> InternedString?

    init(
        buffering: StreamBuffering, recycles: Bool = true, onDrained: @escaping @Sendable () -> Void,
        onDropped: @escaping @Sendable (Int) -> Void = { _ in },
        key: @escaping @Sendable (Element) -> InternedString? = { _ in nil }
    ) {
        self.key = key
        state = OrderedMutex(State(used: UsedBatches(isWanted: recycles)))
        self.buffering = buffering
        self.onDrained = onDrained
        self.onDropped = onDropped
    }

    /// Appends a batch and wakes the consumer.
    func yield(_ batch: [Element]) -> Outcome {
        let (outcome, waiters) = state.withLock { state -> (Outcome, [CheckedContinuation<Void, Never>]) in
            if let completion = state.completion {
                if case .failed(let error) = completion, error.code == .bufferOverflow { skip(batch, &state) }
                return (Outcome(unwanted: batch.count), [])
            }
            var outcome = Outcome(used: state.used.take())
            if state.pending.isEmpty {
                // The whole batch as it is: a consumer that keeps up walks the very array that the connection filled.
                state.pending = batch
            } else {
                state.pending += batch
            }
            state.appended += batch.count
            if !state.skipped.isEmpty { noteKept(batch, &state) }
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
            skip(state.pending.suffix(excess), &state)
            state.pending.removeLast(excess)
            state.appended -= excess
        case .fail:
            skip(state.pending.suffix(excess), &state)
            state.pending.removeLast(excess)
            state.appended -= excess
            state.completion = .failed(
                WSEError(.bufferOverflow, "a stream of capacity \(buffering.capacity) overflowed"))
        }
        return excess
    }

    /// Notes what is discarded from the end. Until something behind it is handed over, nothing has gone past it.
    private func skip(_ discarded: some Sequence<Element>, _ state: inout State) {
        for element in discarded {
            guard let key = key(element) else { continue }
            state.skipped[key] = (state.skipped[key]?.element ?? element, nil)
        }
    }

    /// Notes what comes behind something that was discarded before.
    private func noteKept(_ batch: [Element], _ state: inout State) {
        for (offset, element) in batch.enumerated() {
            guard let key = key(element), let entry = state.skipped[key], entry.next == nil else { continue }
            state.skipped[key]?.next = state.appended - batch.count + offset
        }
    }

    /// Ends the stream: consumers get what is pending, then the end or the error.
    func finish(throwing error: WSEError? = nil) {
        let (waiters, released) = state.withLock {
            state -> ([CheckedContinuation<Void, Never>], [[Element]]) in
            let used = state.used.removeAll()
            guard state.completion == nil else { return ([], used) }
            state.completion = error.map { .failed($0) } ?? .finished
            return (state.takeWaiters(), used)
        }
        // Here, outside of the lock.
        _ = consume released
        for waiter in waiters { waiter.resume() }
    }

    /// Begins a new run, if the last one has ended; what is pending stays.
    func reopen() {
        state.withLock { state in
            guard let completion = state.completion else { return }
            state.lastCompletion = completion
            state.completion = nil
            state.run += 1
        }
    }

    /// Takes back what a consumer took and did not use: it is next in line again.
    func giveBack(_ rest: ArraySlice<Element>, of progress: BatchProgress? = nil) {
        let (waiters, dropped, becameFull) = state.withLock { state in
            state.putDown(progress)
            state.pending.insert(contentsOf: rest, at: 0)
            var dropped = 0
            var becameFull = false
            switch buffering.overflow.value {
            case .fail: break
            case .suspend:
                becameFull = !state.isFull && state.pending.count >= buffering.capacity
                if becameFull { state.isFull = true }
            case .dropOldest, .dropNewest:
                dropped = max(0, state.pending.count - buffering.capacity)
                if dropped > 0 { _ = overflow(&state, added: 0) }
            }
            return (state.takeWaiters(), dropped, becameFull)
        }
        if dropped > 0 { onDropped(dropped) }
        if becameFull { onDrained() }
        for waiter in waiters { waiter.resume() }
    }

    /// Whether the producer should pause.
    var isFull: Bool { state.withLock { $0.isFull } }

    /// Events that wait for the consumer.
    var count: Int { state.withLock { $0.pending.count } }

    /// What no consumer has used yet, in order.
    func waiting() -> [Element] {
        state.withLock { state in
            state.inHand.flatMap { $0.batch.dropFirst($0.progress.used.load(ordering: .relaxed)) }
                + state.pending
        }
    }

    /// What was discarded from the end, of each key the first, unless something behind it was handed over since.
    func skipped() -> [Element] {
        state.withLock { state in
            guard !state.skipped.isEmpty else { return [] }
            let inHand = state.inHand.reduce(0) {
                $0 + $1.batch.count - Int($1.progress.used.load(ordering: .relaxed))
            }
            let handedOver = state.appended - state.pending.count - inHand
            state.skipped = state.skipped.filter { $0.value.next.map { $0 >= handedOver } ?? true }
            return state.skipped.values.map(\.element)
        }
    }

    /// Lets go of batches that are used up: all of them, or those that the producer left there since the last call.
    func trim(all: Bool) {
        let released = state.withLock { $0.used.trim(all: all) }
        // Here, outside of the lock.
        _ = consume released
    }

    /// A consumer goes and has used up what it took.
    func putDown(_ progress: BatchProgress) {
        state.withLock { $0.putDown(progress) }
    }

    /// Swaps the pending events into `batch`, waiting for some if there are none.
    ///
    /// - Parameters:
    ///   - run: The consumer's; `nil` before it takes anything, and set then.
    ///   - progress: Where the consumer notes how much of its batch it has used; the last batch counts as used up.
    /// - Returns: `false` at the end of the stream or if the task is cancelled.
    func take(
        into batch: inout [Element], run: inout UInt64?, progress: BatchProgress? = nil,
        isolation: isolated (any Actor)?
    ) async throws(WSEError) -> Bool {
        while true {
            let (state, wasFull) = takeNow(&batch, &run, progress)
            if wasFull { onDrained() }
            switch state {
            case .taken: return true
            case .ended: return false
            case .failed(let error): throw error
            case .empty: break
            }
            if Task.isCancelled { return false }
            await wait(run, isolation: isolation)
        }
    }

    private func takeNow(
        _ batch: inout [Element], _ run: inout UInt64?, _ progress: BatchProgress?
    ) -> (Taken, wasFull: Bool) {
        var spare: [Element] = []
        swap(&spare, &batch)
        var consumer = run
        let result = state.withLock { state -> (Taken, Bool) in
            // Let go of first, so that nobody else holds the array.
            state.putDown(progress)
            state.used.setAside(&spare, hasEnded: state.completion != nil)
            if let consumer, consumer != state.run {
                guard consumer + 1 == state.run, case .failed(let error) = state.lastCompletion else {
                    return (.ended, false)
                }
                return (.failed(error), false)
            }
            consumer = state.run
            guard !state.pending.isEmpty else {
                switch state.completion {
                case nil: return (.empty, false)
                case .finished: return (.ended, false)
                case .failed(let error): return (.failed(error), false)
                }
            }
            if state.pending.count <= 2 * buffering.capacity {
                swap(&state.pending, &spare)
            } else {
                // Consumers that break out of their loops give nearly all of it back, time and again. Not more than what
                // fits is taken, and the producer waits, or each of them would let one more read in.
                spare.append(contentsOf: state.pending.prefix(buffering.capacity))
                state.pending.removeFirst(buffering.capacity)
            }
            state.pickUp(spare, progress)
            guard state.pending.count < buffering.capacity else { return (.taken, false) }
            defer { state.isFull = false }
            return (.taken, state.isFull)
        }
        swap(&spare, &batch)
        run = consumer
        return result
    }

    /// Takes what is pending, if there is anything, whichever run it is of.
    func takePending(into batch: inout [Element], progress: BatchProgress) -> Bool {
        var spare: [Element] = []
        swap(&spare, &batch)
        let wasFull = state.withLock { state in
            state.putDown(progress)
            state.used.setAside(&spare, hasEnded: state.completion != nil)
            swap(&state.pending, &spare)
            state.pickUp(spare, progress)
            defer { state.isFull = false }
            return state.isFull
        }
        swap(&spare, &batch)
        if wasFull { onDrained() }
        return !batch.isEmpty
    }

    /// Takes one element, waiting for it if there is none.
    ///
    /// - Parameter isExpired: Whether the waiting is over; asked again after ``wake()``.
    /// - Returns: `nil` at the end of the stream.
    /// - Throws: The stream's error; `cancelled`; `timeout` once the waiting is over.
    func takeFirst(isExpired: @Sendable () -> Bool) async throws(WSEError) -> Element? {
        var run: UInt64?
        while true {
            let (element, taken, wasFull) = takeFirstNow(&run)
            if wasFull { onDrained() }
            switch taken {
            case .taken: return element
            case .ended: return nil
            case .failed(let error): throw error
            case .empty: break
            }
            if Task.isCancelled { throw WSEError(.cancelled, "the task that receives was cancelled") }
            if isExpired() { throw WSEError(.timeout, "no event came in time") }
            await wait(run, isolation: nil, unless: isExpired)
        }
    }

    private func takeFirstNow(_ run: inout UInt64?) -> (Element?, Taken, wasFull: Bool) {
        let consumer = run
        let (result, current) = state.withLock { state -> ((Element?, Taken, wasFull: Bool), UInt64) in
            if let consumer, consumer != state.run {
                guard consumer + 1 == state.run, case .failed(let error) = state.lastCompletion else {
                    return ((nil, .ended, false), consumer)
                }
                return ((nil, .failed(error), false), consumer)
            }
            guard !state.pending.isEmpty else {
                switch state.completion {
                case nil: return ((nil, .empty, false), state.run)
                case .finished: return ((nil, .ended, false), state.run)
                case .failed(let error): return ((nil, .failed(error), false), state.run)
                }
            }
            let element = state.pending.removeFirst()
            // Half empty before the connection is read again, or each element would pause and resume it.
            let hasRoom = state.isFull && state.pending.count <= buffering.capacity / 2
            if hasRoom { state.isFull = false }
            return ((element, .taken, hasRoom), state.run)
        }
        run = current
        return result
    }

    /// All who wait look again.
    func wake() {
        for waiter in state.withLock({ $0.takeWaiters() }) { waiter.resume() }
    }

    private func wait(
        _ run: UInt64?, isolation: isolated (any Actor)?, unless isExpired: @Sendable () -> Bool = { false }
    ) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation(isolation: isolation) { continuation in
                let isReady = state.withLock { state in
                    // Checked again under the lock: an event, the end or a cancellation may have come meanwhile.
                    if !state.pending.isEmpty || state.completion != nil || state.run != run
                        || Task.isCancelled || isExpired()
                    {
                        return true
                    }
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
