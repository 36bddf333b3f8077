import Synchronization
@_spi(WSE) import WSETransport
import WSEWire

/// Calls one handler, for one event at a time and in order.
///
/// There is a task while there is something to do, and none else.
final class HandlerRunner: Sendable {
    private struct State {
        var isRunning = false
        var isCancelled = false
    }

    private let state = OrderedMutex(State())
    private let body: @Sendable (WSEEvent) async throws -> Void
    private let onFailure: @Sendable (WSEEvent, any Error) -> Void
    private let activity: HandlerActivity

    init(
        activity: HandlerActivity, onFailure: @escaping @Sendable (WSEEvent, any Error) -> Void,
        body: @escaping @Sendable (WSEEvent) async throws -> Void
    ) {
        self.activity = activity
        self.onFailure = onFailure
        self.body = body
    }

    /// No call begins from now on.
    func cancel() {
        state.withLock { $0.isCancelled = true }
    }

    /// There are events in the mailbox.
    func wake(_ mailbox: Mailbox<WSEEvent>) {
        let begins = state.withLock { state in
            guard !state.isRunning, !state.isCancelled else { return false }
            state.isRunning = true
            return true
        }
        guard begins else { return }
        activity.began()
        Task {
            await HandlerActivity.$current.withValue(ObjectIdentifier(activity)) { await run(mailbox) }
            activity.ended()
        }
    }

    private func run(_ mailbox: Mailbox<WSEEvent>) async {
        var batch: [WSEEvent] = []
        let progress = BatchProgress()
        defer { mailbox.putDown(progress) }
        repeat {
            while mailbox.takePending(into: &batch, progress: progress) {
                for (index, event) in batch.enumerated() {
                    if state.withLock({ $0.isCancelled }) { break }
                    do {
                        try await body(event)
                    } catch {
                        onFailure(event, error)
                    }
                    progress.used.store(index + 1, ordering: .relaxed)
                }
            }
            state.withLock { $0.isRunning = false }
            // An event may have come between the last look and the line above, when nobody was woken for it.
        } while mailbox.count > 0 && goesOn()
    }

    private func goesOn() -> Bool {
        state.withLock { state in
            guard !state.isRunning, !state.isCancelled else { return false }
            state.isRunning = true
            return true
        }
    }
}

/// How many handlers of a client are at work, for those who wait until none is.
final class HandlerActivity: Sendable {
    private struct State {
        var running = 0
        var lastID: UInt64 = 0
        var waiters = Waiters<Void>()
    }

    /// Whose handler the present task is.
    @TaskLocal static var current: ObjectIdentifier?

    private let state = OrderedMutex(State())

    func began() {
        state.withLock { $0.running += 1 }
    }

    func ended() {
        let waiters = state.withLock { state in
            state.running -= 1
            return state.running == 0 ? state.waiters.takeAll() : []
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when no handler is at work, or the task is cancelled. At once in a handler, which would wait for itself.
    func idle() async {
        guard HandlerActivity.current != ObjectIdentifier(self) else { return }
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isIdle = state.withLock { state in
                    if state.running == 0 || Task.isCancelled { return true }
                    state.waiters.add(id, continuation)
                    return false
                }
                if isIdle { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.remove(id) }?.resume()
        }
    }
}
