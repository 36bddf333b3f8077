import Synchronization

@testable import WSEClient

/// A clock that a test moves by hand.
final class ManualClock: WSEClock {
    private struct Work {
        var due: ContinuousClock.Instant
        var run: @Sendable () -> Void
    }

    private struct State {
        var now = ContinuousClock.now
        var works: [UInt64: Work] = [:]
        var lastID: UInt64 = 0
        var delays: [Duration] = []
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func now() -> ContinuousClock.Instant { state.withLock { $0.now } }

    func unixMilliseconds() -> UInt64 { 1_763_800_000_000 }

    func schedule(after delay: Duration, _ work: @escaping @Sendable () -> Void) -> any WSEScheduledWork {
        let (id, waiters) = state.withLock { state in
            state.lastID += 1
            state.works[state.lastID] = Work(due: state.now + delay, run: work)
            state.delays.append(delay)
            let count = state.delays.count
            let ready = state.waiters.filter { $0.count <= count }
            state.waiters.removeAll { $0.count <= count }
            return (state.lastID, ready)
        }
        for waiter in waiters { waiter.continuation.resume() }
        return Scheduled(clock: self, id: id)
    }

    private struct Scheduled: WSEScheduledWork {
        let clock: ManualClock
        let id: UInt64

        func cancel() {
            clock.state.withLock { _ = $0.works.removeValue(forKey: id) }
        }
    }

    /// The delays that were asked for so far.
    var delays: [Duration] { state.withLock { $0.delays } }

    /// How many works wait.
    var pendingCount: Int { state.withLock { $0.works.count } }

    /// Returns once that many delays have been asked for in all.
    func scheduled(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.delays.count >= count { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    /// Moves time forward and runs what is due on the way.
    func advance(by duration: Duration) {
        let end = now() + duration
        while true {
            let work = state.withLock { state -> Work? in
                guard
                    let next = state.works.filter({ $0.value.due <= end })
                        .min(by: { $0.value.due < $1.value.due })
                else {
                    state.now = end
                    return nil
                }
                state.works[next.key] = nil
                state.now = max(state.now, next.value.due)
                return next.value
            }
            guard let work else { return }
            work.run()
        }
    }
}
