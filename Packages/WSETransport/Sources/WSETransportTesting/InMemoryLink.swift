@_spi(WSE) import WSETransport

/// What both ends of an in-memory connection share: the client's actions, and the callbacks not made yet.
final class InMemoryLink: Sendable {
    /// From the server to the client's handler.
    enum Event: Sendable {
        case opened(WebSocketUpgradeResponse)
        case received([InMemoryMessage])
        case pong([UInt8])
        case closed(WebSocketClosure)
        case writabilityChanged(Bool)
    }

    private enum Phase { case connecting, open, closing, closed }

    private struct State {
        var handler: (any WebSocketHandler)?
        var phase = Phase.connecting
        /// From the peer; a paused client does not see it.
        var inbox: [Event] = []
        /// From the client's own side of the connection.
        var local: [Event] = []
        var isDelivering = false
        var isPaused = false

        var actions: [InMemoryServer.ClientAction] = []
        var isEndedByClient = false

        var position: UInt64 = 0
        var flushed: UInt64 = 0
        var areFlushesHeld = false
        var isWritable = true
        var sendError: WebSocketError?
    }

    private enum Callback {
        case event(Event)
        case flushed(UInt64)
    }

    private let delivery: InMemoryTransport.Delivery
    private let state: OrderedMutex<State>
    let actions = Signal()

    init(handler: any WebSocketHandler, delivery: InMemoryTransport.Delivery) {
        self.delivery = delivery
        state = OrderedMutex(State(handler: handler))
    }

    // MARK: The server's doing

    func push(_ event: Event) {
        state.withLock { $0.inbox.append(event) }
        deliver()
    }

    func setWritable(_ isWritable: Bool) {
        state.withLock { state in
            guard state.isWritable != isWritable else { return }
            state.isWritable = isWritable
            state.local.append(.writabilityChanged(isWritable))
        }
        deliver()
    }

    func holdFlushes() {
        state.withLock { $0.areFlushesHeld = true }
    }

    func releaseFlushes() {
        state.withLock { $0.areFlushesHeld = false }
        deliver()
    }

    func refuseSends(with error: WebSocketError?) {
        state.withLock { $0.sendError = error }
    }

    var isPaused: Bool { state.withLock { $0.isPaused } }

    var isEndedByClient: Bool { state.withLock { $0.isEndedByClient } }

    func takeAction() -> InMemoryServer.ClientAction? {
        state.withLock { $0.actions.isEmpty ? nil : $0.actions.removeFirst() }
    }

    func takeMessage() -> InMemoryMessage? {
        state.withLock { state in
            while let action = state.actions.first {
                switch action {
                case .message(let message):
                    state.actions.removeFirst()
                    return message
                case .ping: state.actions.removeFirst()
                case .close, .abort: return nil
                }
            }
            return nil
        }
    }

    // MARK: The client's doing

    func send(_ message: InMemoryMessage) throws(WebSocketError) -> WebSocketWriteReceipt {
        let receipt = try state.withLock { state throws(WebSocketError) in
            try Self.checkOpen(state)
            state.actions.append(.message(message))
            // Payload and the smallest header, so that an empty message moves the position too.
            state.position += UInt64(message.bytes.count + 6)
            return WebSocketWriteReceipt(position: state.position, isWritable: state.isWritable)
        }
        clientActed()
        return receipt
    }

    func ping(_ payload: [UInt8]) throws(WebSocketError) {
        try state.withLock { state throws(WebSocketError) in
            guard payload.count <= 125 else {
                throw WebSocketError(
                    .invalidArgument, "A ping holds at most 125 bytes, not \(payload.count).")
            }
            try Self.checkOpen(state)
            state.actions.append(.ping(payload))
        }
        clientActed()
    }

    private static func checkOpen(_ state: State) throws(WebSocketError) {
        if let error = state.sendError { throw error }
        switch state.phase {
        case .open: return
        case .connecting: throw WebSocketError(.notOpen, "The connection is not open yet.")
        case .closing: throw WebSocketError(.notOpen, "The connection is closing.")
        case .closed: throw WebSocketError(.notOpen, "The connection is closed.")
        }
    }

    func setPaused(_ isPaused: Bool) {
        // As over a network, a client that began to close reads on to see the server's answer.
        state.withLock { state in
            if state.phase != .closing { state.isPaused = isPaused }
        }
        clientActed()
    }

    func close(_ code: WebSocketCloseCode, reason: String) {
        state.withLock { state in
            switch state.phase {
            case .open:
                state.phase = .closing
                state.actions.append(.close(code, reason: reason))
                state.isEndedByClient = true
                // As over a network, the client reads on to see the server's answer.
                state.isPaused = false
            case .connecting: Self.end(&state)
            case .closing, .closed: break
            }
        }
        clientActed()
    }

    func abort() {
        state.withLock { state in
            if state.phase != .closed { Self.end(&state) }
        }
        clientActed()
    }

    private static func end(_ state: inout State) {
        state.phase = .closed
        state.actions.append(.abort)
        state.isEndedByClient = true
        state.inbox = []
        let error = WebSocketError(.cancelled, "The connection was aborted.")
        state.local.append(.closed(WebSocketClosure(code: nil, error: error)))
    }

    /// Lets the test see the action, and the handler its consequences, but never from inside the client's call.
    private func clientActed() {
        actions.notify()
        if case .automatic = delivery {
            Task { self.deliver() }
        }
    }

    // MARK: Callbacks

    /// Makes all callbacks that are due, unless they are being made already; then that caller makes the new ones too.
    func deliver() {
        let mayDeliver = state.withLock { state in
            defer { state.isDelivering = true }
            return !state.isDelivering
        }
        guard mayDeliver else { return }
        while let (handler, callback) = nextCallback() {
            switch callback {
            case .event(let event): call(handler, event)
            case .flushed(let position): handler.webSocketFlushed(through: position)
            }
        }
    }

    private func nextCallback() -> (any WebSocketHandler, Callback)? {
        state.withLock { state in
            guard let handler = state.handler, let callback = Self.takeCallback(&state) else {
                state.isDelivering = false
                return nil
            }
            if case .event(.closed) = callback {
                state.phase = .closed
                state.handler = nil
                state.isDelivering = false
            }
            return (handler, callback)
        }
    }

    private static func takeCallback(_ state: inout State) -> Callback? {
        if !state.local.isEmpty { return .event(state.local.removeFirst()) }
        if state.flushed < state.position, !state.areFlushesHeld {
            state.flushed = state.position
            return .flushed(state.position)
        }
        guard !state.isPaused, !state.inbox.isEmpty else { return nil }
        let event = state.inbox.removeFirst()
        if case .opened = event { state.phase = .open }
        return .event(event)
    }

    private func call(_ handler: any WebSocketHandler, _ event: Event) {
        switch event {
        case .opened(let response): handler.webSocketOpened(response)
        case .received(let messages): receive(messages, handler)
        case .pong(let payload): handler.webSocketReceivedPong(payload.span.bytes)
        case .writabilityChanged(let isWritable): handler.webSocketWritabilityChanged(isWritable: isWritable)
        case .closed(let closure):
            handler.webSocketClosed(closure)
            actions.notify()
        }
    }

    private func receive(_ messages: [InMemoryMessage], _ handler: any WebSocketHandler) {
        var bytes: [UInt8] = []
        var records: [WebSocketMessageRecord] = []
        for message in messages {
            // Two bytes between messages, as frame headers would be there: offsets must be used.
            bytes += [0xFF, 0xFF]
            records.append(
                WebSocketMessageRecord(kind: message.kind, offset: bytes.count, count: message.bytes.count))
            bytes += message.bytes
        }
        handler.webSocketReceived(records.span, in: bytes.span.bytes)
    }
}
