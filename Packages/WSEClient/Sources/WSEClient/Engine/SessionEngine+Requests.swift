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
        if configuration.topics.contains("") {
            throw WSEError(.invalidArgument, "a topic name in the configuration is empty")
        }
        let id = newRequest()
        let cancelled = WSEError(.cancelled, "the task that connects was cancelled")
        let error = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = perform { state, now in
                    if Task.isCancelled { return true }
                    state.machine.connect(now: now)
                    state.connectWaiters.add(id, continuation, run: state.machine.run)
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
        await router.handlers.idle()
    }

    func subscribe(_ topics: [String]) async -> SubscriptionResult {
        await awaitSubscription { state, request, now in
            state.machine.subscribe(topics, request: request, now: now)
        }
    }

    func unsubscribe(_ topics: [String]) async -> SubscriptionResult {
        await awaitSubscription { state, request, now in
            state.machine.unsubscribe(topics, request: request, now: now)
        }
    }

    func awaitSubscription(
        _ start: @Sendable (inout State, RequestID, Moment) -> Void
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

    /// Returns when the message is handed to the connection, or is kept until there is one.
    func send(_ draft: MessageDraft) async throws(WSEError) -> SendOutcome {
        let (id, accepted) = perform { state, now -> (UInt64, Result<String, WSEError>) in
            state.lastRequest += 1
            let id = state.lastRequest
            state.sends.expect(id)
            let accepted = state.machine.send(draft, caller: RequestID(rawValue: id), now: now)
            if case .failure = accepted { state.sends.forget(id) }
            return (id, accepted)
        }
        let messageID = try accepted.get()
        let outcome: Result<SendOutcome.Disposition, WSEError>
        if let arrived = takeSend(id) { outcome = arrived } else { outcome = await awaitSend(id) }
        return SendOutcome(disposition: try outcome.get(), id: messageID)
    }

    private func takeSend(_ id: UInt64) -> Result<SendOutcome.Disposition, WSEError>? {
        withState { $0.sends.take(id) }
    }

    private func awaitSend(_ id: UInt64) async -> Result<SendOutcome.Disposition, WSEError> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let arrived = perform { state, _ in
                    if Task.isCancelled { state.machine.cancelSend(RequestID(rawValue: id)) }
                    return state.sends.take(id, or: continuation)
                }
                if let arrived { continuation.resume(returning: arrived) }
            }
        } onCancel: {
            perform { state, _ in state.machine.cancelSend(RequestID(rawValue: id)) }
        }
    }

    /// Sends messages in one frame; returns as ``send(_:)`` does.
    func sendBatch(_ drafts: [MessageDraft]) async throws(WSEError) -> [SendOutcome] {
        let (id, accepted) = perform { state, now -> (UInt64, Result<[String], WSEError>) in
            state.lastRequest += 1
            let id = state.lastRequest
            state.sends.expect(id)
            let accepted = state.machine.sendBatch(drafts, caller: RequestID(rawValue: id), now: now)
            if case .failure = accepted { state.sends.forget(id) }
            return (id, accepted)
        }
        let messageIDs = try accepted.get()
        let outcome: Result<SendOutcome.Disposition, WSEError>
        if let arrived = takeSend(id) { outcome = arrived } else { outcome = await awaitSend(id) }
        let disposition = try outcome.get()
        return messageIDs.map { SendOutcome(disposition: disposition, id: $0) }
    }

    /// Sends a message and waits for its answer.
    func request(_ draft: MessageDraft, timeout: Duration) async throws(WSEError) -> WSEEvent {
        let (id, refusal) = perform { state, now -> (UInt64, WSEError?) in
            state.lastRequest += 1
            let id = state.lastRequest
            state.requests.expect(id)
            let refusal = state.machine.request(
                draft, timeout: timeout, caller: RequestID(rawValue: id), now: now)
            if refusal != nil { state.requests.forget(id) }
            return (id, refusal)
        }
        if let refusal { throw refusal }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let arrived = perform { state, _ in
                    if Task.isCancelled { state.machine.cancelRequest(RequestID(rawValue: id)) }
                    return state.requests.take(id, or: continuation)
                }
                if let arrived { continuation.resume(returning: arrived) }
            }
        } onCancel: {
            perform { state, _ in state.machine.cancelRequest(RequestID(rawValue: id)) }
        }
        return try result.get()
    }

    /// Returns when the client is disconnected, or the task is cancelled; at once if it is not connecting.
    ///
    /// - Throws: What ended the client, if it was not its user.
    func waitUntilClosed() async throws(WSEError) {
        let id = newRequest()
        let error = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let end = perform { state, _ -> End? in
                    if Task.isCancelled || state.machine.state == .pending { return .finished }
                    if let end = state.end { return end }
                    // A first attempt that failed leaves no end behind.
                    if state.machine.phase == .idle { return .finished }
                    state.closeWaiters.add(id, continuation)
                    return nil
                }
                switch end {
                case .finished?: continuation.resume(returning: nil)
                case .failed(let error)?: continuation.resume(returning: error)
                case nil: break
                }
            }
        } onCancel: {
            perform { state, _ in state.closeWaiters.remove(id) }?.resume(returning: nil)
        }
        if let error { throw error }
    }

    /// The client object is gone: nobody can ask for anything any more.
    func shutDown() {
        perform { state, now in state.machine.disconnect(now: now) }
        signals.finish()
        states.finish()
    }
}

extension SessionEngine {
    /// An id for a message that may be sent more than once.
    func newMessageID() -> String {
        perform { state, now in state.machine.messages.nextID(now: now, random: &state.machine.random) }
    }
}
