@_spi(WSE) import WSETransport

/// Hands every state to every listener, beginning with the present one.
final class StateBroadcaster: Sendable {
    private struct State {
        var current = ConnectionState.pending
        var listeners: [UInt64: AsyncStream<ConnectionState>.Continuation] = [:]
        var lastID: UInt64 = 0
        var isFinished = false
    }

    private let state = OrderedMutex(State())

    func yield(_ new: ConnectionState) {
        // Yielded under the lock, so that a listener that comes meanwhile hears of a state once. A continuation calls
        // back when its consumer ends, never out of `yield`.
        state.withLock { state in
            state.current = new
            for listener in state.listeners.values { listener.yield(new) }
        }
    }

    func subscribe() -> AsyncStream<ConnectionState> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ConnectionState.self, bufferingPolicy: .bufferingNewest(256))
        let (id, isFinished) = state.withLock { state in
            state.lastID += 1
            continuation.yield(state.current)
            if !state.isFinished { state.listeners[state.lastID] = continuation }
            return (state.lastID, state.isFinished)
        }
        if isFinished {
            continuation.finish()
        } else {
            continuation.onTermination = { [weak self] _ in
                _ = self?.state.withLock { $0.listeners.removeValue(forKey: id) }
            }
        }
        return stream
    }

    func finish() {
        let listeners = state.withLock { state in
            state.isFinished = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }
}
