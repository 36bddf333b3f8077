extension WebSocketMailbox {
    /// Sends at once if nobody waits before it and the connection is writable, else waits for its turn.
    func send(_ kind: WebSocketMessageKind, _ bytes: [UInt8]) async throws(WebSocketError) {
        if let outcome = sendWithoutWaiting(kind, bytes) {
            try outcome.get()
            return
        }
        let id = newID()
        let error: WebSocketError? = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome = state.withLock { state -> Result<Void, WebSocketError>? in
                    if state.cancelled.remove(id) != nil { return .failure(Self.cancelledError) }
                    if let outcome = Self.sendNowIfPossible(kind, bytes, &state) { return outcome }
                    state.unsent.append(
                        UnsentMessage(id: id, kind: kind, bytes: bytes, continuation: continuation))
                    return nil
                }
                switch outcome {
                case .success: continuation.resume(returning: nil)
                case .failure(let error): continuation.resume(returning: error)
                case nil: break
                }
            }
        } onCancel: {
            let waiting = state.withLock { state -> UnsentMessage? in
                guard let index = state.unsent.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.unsent.remove(at: index)
            }
            waiting?.continuation.resume(returning: Self.cancelledError)
        }
        forgetCancellation(id)
        if let error { throw error }
    }

    /// The usual case, without the cost of being able to wait; `nil` if it must wait.
    private func sendWithoutWaiting(
        _ kind: WebSocketMessageKind, _ bytes: [UInt8]
    ) -> Result<Void, WebSocketError>? {
        if Task.isCancelled { return .failure(Self.cancelledError) }
        return state.withLock { Self.sendNowIfPossible(kind, bytes, &$0) }
    }

    private static func sendNowIfPossible(
        _ kind: WebSocketMessageKind, _ bytes: [UInt8], _ state: inout State
    ) -> Result<Void, WebSocketError>? {
        if let closure = state.closure { return .failure(closure.endingError) }
        if state.isClosing { return .failure(WebSocketError(.notOpen, "The connection is closing.")) }
        guard state.isWritable, state.unsent.isEmpty else { return nil }
        let outcome = sendNow(kind, bytes, &state)
        return outcome.isForWantOfRoom ? nil : outcome
    }

    /// Sends what waits, in order, until the connection is not writable again.
    static func sendWaiting(_ state: inout State) -> [(UnsentMessage, WebSocketError?)] {
        var sent: [(UnsentMessage, WebSocketError?)] = []
        while state.isWritable, sent.count < state.unsent.count {
            let message = state.unsent[sent.count]
            let outcome = sendNow(message.kind, message.bytes, &state)
            // What is unsent will be flushed, and that brings us back here.
            if outcome.isForWantOfRoom { break }
            switch outcome {
            case .success: sent.append((message, nil))
            case .failure(let error): sent.append((message, error))
            }
        }
        state.unsent.removeFirst(sent.count)
        return sent
    }

    private static func sendNow(
        _ kind: WebSocketMessageKind, _ bytes: [UInt8], _ state: inout State
    ) -> Result<Void, WebSocketError> {
        guard let connection = state.connection else {
            return .failure(WebSocketError(.notOpen, "The connection is closed."))
        }
        do {
            // A dip in writability is followed by a callback, which waits for the lock held here.
            state.isWritable = try connection.send(kind, bytes.span.bytes).isWritable
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    func ping() async throws(WebSocketError) {
        let id = newID()
        let error: WebSocketError? = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: WaitList<WebSocketError?>.Continuation) in
                let failure = state.withLock { state -> WebSocketError? in
                    if state.cancelled.remove(id) != nil { return Self.cancelledError }
                    guard let connection = state.connection else {
                        return state.closure?.endingError
                            ?? WebSocketError(.notOpen, "The connection is closed.")
                    }
                    do throws(WebSocketError) {
                        try connection.ping([id].span.bytes)
                    } catch {
                        return error
                    }
                    state.pingers.add(id, continuation)
                    return nil
                }
                if let failure { continuation.resume(returning: failure) }
            }
        } onCancel: {
            cancelWait(id) { $0.pingers.remove(id) }?.resume(returning: Self.cancelledError)
        }
        forgetCancellation(id)
        if let error { throw error }
    }

    static var cancelledError: WebSocketError { WebSocketError(.cancelled, "The task was cancelled.") }
}

extension Result<Void, WebSocketError> {
    /// Whether a message found no room beside what is unsent, but would find it in an empty buffer.
    fileprivate var isForWantOfRoom: Bool {
        if case .failure(let error) = self { error.code == .outputBufferFull } else { false }
    }
}
