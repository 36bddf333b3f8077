public import WSEClient
@_spi(WSE) public import WSETransport

/// What a ``WSEClientPool`` tells about itself, beside the events.
public struct WSEPoolSignal: Sendable {
    /// The connection that it is about; `nil` if it is about the pool's own streams, or about a gap of a topic that was
    /// changing connections.
    public var connection: Int?
    /// Where that connection was, or was going to be.
    public var endpoint: WebSocketURL?
    /// What there is to tell. A `gap` or `resync` is about the history of the topic on that connection's server.
    public var signal: WSESignal
}

/// Hands every signal to every listener.
final class PoolSignals: Sendable {
    private struct State {
        var listeners: [UInt64: AsyncStream<WSEPoolSignal>.Continuation] = [:]
        var lastID: UInt64 = 0
        var isFinished = false
    }

    /// Signals held for a listener who does not keep up; the oldest go first.
    private static let capacity = 1_024
    private let state = OrderedMutex(State())

    func yield(_ signal: WSEPoolSignal) {
        // Yielded outside of the lock: a consumer that ends calls back into it.
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(signal) }
    }

    func subscribe() -> AsyncStream<WSEPoolSignal> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: WSEPoolSignal.self, bufferingPolicy: .bufferingNewest(PoolSignals.capacity))
        let id = state.withLock { state -> UInt64? in
            guard !state.isFinished else { return nil }
            state.lastID += 1
            state.listeners[state.lastID] = continuation
            return state.lastID
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: id) }
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
