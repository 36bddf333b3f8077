@_spi(WSE) import WSETransport

/// Hands every signal to every listener, each with a queue of its own.
final class SignalBroadcaster: Sendable {
    private struct State {
        var listeners: [UInt64: SignalQueue] = [:]
        var nextID: UInt64 = 0
    }

    private let state = OrderedMutex(State())

    func yield(_ signal: WSESignal) {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(signal) }
    }

    func subscribe() -> AsyncStream<WSESignal> {
        let queue = SignalQueue()
        let id = state.withLock { state in
            state.nextID += 1
            state.listeners[state.nextID] = queue
            return state.nextID
        }
        let subscription = Subscription { [weak self] in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: id) }
        }
        return AsyncStream {
            await queue.next()
        } onCancel: {
            subscription.end()
            queue.finish()
        }
    }

    /// Ends all streams; called when the client goes away.
    func finish() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.finish() }
    }

    /// Lives as long as a listener's stream.
    private final class Subscription: Sendable {
        private let onEnd: @Sendable () -> Void

        init(onEnd: @escaping @Sendable () -> Void) {
            self.onEnd = onEnd
        }

        func end() { onEnd() }

        deinit {
            onEnd()
        }
    }
}
