@_spi(WSE) import WSETransport

/// Wakes tasks that wait for something to be there, each time something may have come.
final class Signal: Sendable {
    private struct State {
        var nextID: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var notifications: UInt64 = 0
        var cancelled: Set<UInt64> = []
    }

    private let state = OrderedMutex(State())

    func notify() {
        let waiting = state.withLock { state in
            state.notifications += 1
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }

    /// Calls `take` until it gives something, at once and after each notification.
    ///
    /// - Throws: `CancellationError` if the task is cancelled.
    func wait<Value>(_ take: () -> Value?) async throws -> Value {
        while true {
            let seen = state.withLock { $0.notifications }
            if let value = take() { return value }
            try Task.checkCancellation()
            await sleep(unlessNotifiedSince: seen)
        }
    }

    private func sleep(unlessNotifiedSince seen: UInt64) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.notifications != seen || state.cancelled.contains(id) { return true }
                    state.waiting[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.cancelled.insert(id)
                return state.waiting.removeValue(forKey: id)
            }
            continuation?.resume()
        }
        _ = state.withLock { $0.cancelled.remove(id) }
    }
}
