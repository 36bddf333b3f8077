import WSETransport
import WSEWire

/// What the facades ask for, each with a caller that waits and may be cancelled.
extension SessionEngine {
    private func newRequest() -> UInt64 {
        perform { state, _ in
            state.lastRequest += 1
            return state.lastRequest
        }
    }

    func connect() async throws(WSEError) {
        events.reopen()
        let id = newRequest()
        let cancelled = WSEError(.cancelled, "the task that connects was cancelled")
        let error = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = perform { state, now in
                    if Task.isCancelled { return true }
                    state.connectWaiters.add(id, continuation)
                    state.machine.connect(now: now)
                    return false
                }
                if isCancelled { continuation.resume(returning: cancelled) }
            }
        } onCancel: {
            let waiter = perform { state, now in
                let waiter = state.connectWaiters.remove(id)
                // Nobody else waits for it, so the attempt is given up.
                if waiter != nil, state.connectWaiters.isEmpty, !state.machine.hasBeenReady {
                    state.machine.disconnect(now: now)
                }
                return waiter
            }
            waiter?.resume(returning: cancelled)
        }
        if let error { throw error }
    }

    func disconnect() async {
        let id = newRequest()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                perform { state, now in
                    state.disconnectWaiters.add(id, continuation)
                    state.machine.disconnect(now: now)
                }
            }
        } onCancel: {
            // The connection closes all the same; only the waiting ends.
            perform { state, _ in state.disconnectWaiters.remove(id) }?.resume()
        }
    }

    func subscribe(_ topics: [String]) async -> SubscriptionResult {
        await awaitSubscription(topics) { state, request, now in
            state.machine.subscribe(topics, request: request, now: now)
        }
    }

    func unsubscribe(_ topics: [String]) async -> SubscriptionResult {
        await awaitSubscription(topics) { state, request, now in
            state.machine.unsubscribe(topics, request: request, now: now)
        }
    }

    private func awaitSubscription(
        _ topics: [String], _ start: @Sendable (inout State, RequestID, Moment) -> Void
    ) async -> SubscriptionResult {
        let id = newRequest()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                perform { state, now in
                    state.subscriptionWaiters.add(id, continuation)
                    start(&state, RequestID(rawValue: id), now)
                    if Task.isCancelled { state.machine.stopWaiting(RequestID(rawValue: id)) }
                }
            }
        } onCancel: {
            // The wish stands; only the waiting ends.
            perform { state, _ in state.machine.stopWaiting(RequestID(rawValue: id)) }
        }
    }

    func send(
        _ type: String, _ payload: WSEValue, priority: MessagePriority?, correlationID: String?
    ) throws(WSEError) -> SendOutcome {
        try perform { state, now in
            state.machine.send(
                type, payload, priority: priority, correlationID: correlationID, now: now)
        }.get()
    }

    /// The client object is gone: nobody can ask for anything any more.
    func shutDown() {
        perform { state, now in state.machine.disconnect(now: now) }
        signals.finish()
    }
}
