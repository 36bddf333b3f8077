import Synchronization

/// Hands every signal to every listener. Signals are few, so each listener has a plain stream of its own.
final class SignalBroadcaster: Sendable {
    /// Signals held for a listener who does not keep up; the oldest go first.
    static let capacity = 256

    private struct State {
        var listeners: [UInt64: AsyncStream<WSESignal>.Continuation] = [:]
        var nextID: UInt64 = 0
    }

    private let state = Mutex(State())

    func yield(_ signal: WSESignal) {
        // Yielded outside of the lock: a consumer that ends calls back into it.
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(signal) }
    }

    func subscribe() -> AsyncStream<WSESignal> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: WSESignal.self, bufferingPolicy: .bufferingNewest(SignalBroadcaster.capacity))
        let id = state.withLock { state in
            state.nextID += 1
            state.listeners[state.nextID] = continuation
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: id) }
        }
        return stream
    }

    /// Ends all streams; called when the client goes away.
    func finish() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.finish() }
    }
}
