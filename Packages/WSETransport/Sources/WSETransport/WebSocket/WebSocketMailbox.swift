/// Between a connection's callbacks and the tasks that use a ``WebSocket``.
///
/// One lock guards everything. Continuations are resumed after it is released. The connection's `send`, `pauseReading`
/// and `resumeReading` are called under it, so that they happen in the order of the decisions behind them; that is safe
/// because a connection never calls its handler from inside its own methods.
final class WebSocketMailbox: WebSocketHandler {
    struct State {
        var connection: (any WebSocketConnection)?
        var nextID: UInt64 = 0
        /// Numbers of tasks that were cancelled before they came to wait.
        var cancelled: Set<UInt64> = []

        var response: WebSocketUpgradeResponse?
        var closure: WebSocketClosure?
        var isClosing = false

        var messages: [MessageBatch] = []
        var bufferedBytes = 0
        var isPaused = false

        var isWritable = true
        var unsent: [UnsentMessage] = []

        var openers = WaitList<Void>()
        var readers = WaitList<Void>()
        var pingers = WaitList<WebSocketError?>()
        var closers = WaitList<Void>()
    }

    /// A message whose sender waits until the connection is writable again.
    struct UnsentMessage {
        let id: UInt64
        let kind: WebSocketMessageKind
        let bytes: [UInt8]
        let continuation: CheckedContinuation<WebSocketError?, Never>
    }

    let state = OrderedMutex(State())
    private let receiveBuffer: Int

    init(receiveBuffer: Int) {
        self.receiveBuffer = receiveBuffer
    }

    var closure: WebSocketClosure? { state.withLock { $0.closure } }

    /// Set once, right after the attempt began; callbacks may have come before.
    var connection: (any WebSocketConnection)? {
        get { state.withLock { $0.connection } }
        set {
            state.withLock { state in
                guard state.closure == nil else { return }
                state.connection = newValue
                if state.isPaused { newValue?.pauseReading() }
            }
        }
    }

    func abort() {
        connection?.abort()
    }

    // MARK: WebSocketHandler

    func webSocketOpened(_ response: WebSocketUpgradeResponse) {
        let waiting = state.withLock { state in
            state.response = response
            return state.openers.removeAll()
        }
        for continuation in waiting { continuation.resume() }
    }

    func webSocketReceived(_ messages: Span<WebSocketMessageRecord>, in bytes: RawSpan) {
        guard messages.count > 0 else { return }
        let batch = MessageBatch(messages, in: bytes)
        let waiting = state.withLock { state -> WaitList<Void>.Continuation? in
            guard !state.isClosing else { return nil }
            state.messages.append(batch)
            state.bufferedBytes += batch.byteCount
            if !state.isPaused, state.bufferedBytes >= receiveBuffer {
                state.isPaused = true
                state.connection?.pauseReading()
            }
            return state.readers.removeFirst()
        }
        waiting?.resume()
    }

    func webSocketWritabilityChanged(isWritable: Bool) {
        sendWaiting { $0.isWritable = isWritable }
    }

    func webSocketFlushed(through position: UInt64) {
        // A message too large to fit beside what was unsent may fit now.
        sendWaiting { _ in }
    }

    private func sendWaiting(after change: (inout State) -> Void) {
        let sent = state.withLock { state -> [(UnsentMessage, WebSocketError?)] in
            change(&state)
            return state.unsent.isEmpty ? [] : Self.sendWaiting(&state)
        }
        for (message, error) in sent { message.continuation.resume(returning: error) }
    }

    func webSocketReceivedPong(_ payload: RawSpan) {
        guard payload.byteCount == 8 else { return }
        let id = payload.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
        let answered = state.withLock { $0.pingers.remove(id) }
        answered?.resume(returning: nil)
    }

    func webSocketClosed(_ closure: WebSocketClosure) {
        let (waiting, pingers, unsent) = state.withLock { state in
            state.closure = closure
            state.connection = nil
            let waiting = state.openers.removeAll() + state.readers.removeAll() + state.closers.removeAll()
            let unsent = state.unsent
            state.unsent = []
            return (waiting, state.pingers.removeAll(), unsent)
        }
        for continuation in waiting { continuation.resume() }
        let error = closure.endingError
        for continuation in pingers { continuation.resume(returning: error) }
        for message in unsent { message.continuation.resume(returning: error) }
    }

    // MARK: Waiting

    func waitUntilOpen() async throws(WebSocketError) -> WebSocketUpgradeResponse {
        let id = newID()
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: WaitList<Void>.Continuation) in
                let isOver = state.withLock { state in
                    if state.response != nil || state.closure != nil { return true }
                    state.openers.add(id, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            // The attempt's end, reported as any other, wakes the task.
            abort()
        }
        let (response, closure) = state.withLock { ($0.response, $0.closure) }
        if Task.isCancelled {
            abort()
            throw WebSocketError(.cancelled, "The task was cancelled.")
        }
        if let response { return response }
        throw closure?.endingError ?? WebSocketError(.notOpen, "The connection closed.")
    }

    /// Everything that has arrived; waits for at least one message. Empty after a clean end.
    func takeMessages(
        isolation: isolated (any Actor)?
    ) async throws(WebSocketError) -> [MessageBatch] {
        while true {
            let (messages, closure) = state.withLock { state in
                let messages = state.messages
                state.messages = []
                state.bufferedBytes = 0
                if state.isPaused {
                    state.isPaused = false
                    state.connection?.resumeReading()
                }
                return (messages, state.closure)
            }
            if !messages.isEmpty { return messages }
            if let closure {
                if let error = closure.error { throw error }
                return []
            }
            try await waitForMessages(isolation: isolation)
        }
    }

    /// Takes back what an iterator took and did not hand out: it is next in line again.
    func giveBack(_ batches: [MessageBatch]) {
        let reader = state.withLock { state in
            state.messages.insert(contentsOf: batches, at: 0)
            state.bufferedBytes += batches.reduce(0) { $0 + $1.byteCount }
            if !state.isPaused, state.closure == nil, state.bufferedBytes >= receiveBuffer {
                state.isPaused = true
                state.connection?.pauseReading()
            }
            return state.readers.removeFirst()
        }
        reader?.resume()
    }

    private func waitForMessages(isolation: isolated (any Actor)?) async throws(WebSocketError) {
        let id = newID()
        await withTaskCancellationHandler {
            await withCheckedContinuation(isolation: isolation) {
                (continuation: WaitList<Void>.Continuation) in
                let isOver = state.withLock { state in
                    if state.cancelled.remove(id) != nil || !state.messages.isEmpty || state.closure != nil {
                        return true
                    }
                    state.readers.add(id, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            cancelWait(id) { $0.readers.remove(id) }?.resume()
        }
        forgetCancellation(id)
        guard Task.isCancelled else { return }
        // What woke this task may have been meant for another reader.
        let next = state.withLock { $0.messages.isEmpty ? nil : $0.readers.removeFirst() }
        next?.resume()
        throw Self.cancelledError
    }

    func close(code: WebSocketCloseCode, reason: String) async -> WebSocketClosure {
        let connection = state.withLock { state in
            state.isClosing = true
            return state.connection
        }
        connection?.close(code: code, reason: reason)
        let id = newID()
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: WaitList<Void>.Continuation) in
                let isOver = state.withLock { state in
                    if state.closure != nil { return true }
                    state.closers.add(id, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            abort()
        }
        return closure ?? WebSocketClosure(code: nil)
    }

    func newID() -> UInt64 {
        state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
    }

    /// Takes a waiting task's continuation out, or notes that the task shall not begin to wait.
    func cancelWait<Value>(
        _ id: UInt64, _ remove: (inout State) -> WaitList<Value>.Continuation?
    ) -> WaitList<Value>.Continuation? {
        state.withLock { state in
            if let continuation = remove(&state) { return continuation }
            state.cancelled.insert(id)
            return nil
        }
    }

    /// A cancellation may come after the wait is over; its note would stay for ever.
    func forgetCancellation(_ id: UInt64) {
        _ = state.withLock { $0.cancelled.remove(id) }
    }
}

extension WebSocketClosure {
    /// What a task that still wanted something from the connection gets told.
    var endingError: WebSocketError {
        error ?? WebSocketError(.notOpen, "The connection closed with code \(code?.description ?? "1006").")
    }
}
