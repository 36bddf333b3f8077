@_spi(WSE) import WSETransport

extension WSEClock {
    /// Returns after `duration`.
    ///
    /// - Throws: ``WSEError`` with code `cancelled`.
    func sleep(for duration: Duration) async throws(WSEError) {
        let sleeper = Sleeper()
        let work = schedule(after: duration) { sleeper.wake() }
        let isCancelled = await withTaskCancellationHandler {
            await sleeper.wait()
            return Task.isCancelled
        } onCancel: {
            work.cancel()
            sleeper.wake()
        }
        if isCancelled { throw WSEError(.cancelled, "the task that waits was cancelled") }
    }
}

/// One waiting, which may be over before it begins.
private final class Sleeper: Sendable {
    private enum State {
        case idle, over
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = OrderedMutex(State.idle)

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if case .over = state { return true }
                state = .waiting(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    func wake() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state = .over }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiter?.resume()
    }
}
