public import WSETransport

/// The server's end of one connection attempt, in the hands of a test. Thread-safe.
public final class InMemoryServer: Sendable {
    /// What the client did, in order.
    public enum ClientAction: Sendable, Hashable {
        /// It sent a message.
        case message(InMemoryMessage)
        /// It sent a ping with this payload.
        case ping([UInt8])
        /// The client began the close handshake; ``InMemoryServer/close(code:reason:)`` answers it.
        case close(WebSocketCloseCode, reason: String)
        /// The client dropped the connection; its handler hears `closed` without the server's doing.
        case abort
    }

    /// What the client asked for.
    public let request: WebSocketRequest
    let link: InMemoryLink

    init(request: WebSocketRequest, link: InMemoryLink) {
        self.request = request
        self.link = link
    }

    // MARK: Answering the attempt

    /// Completes the upgrade.
    public func accept(headers: [WebSocketHeader] = []) {
        link.push(.opened(WebSocketUpgradeResponse(headers: headers)))
    }

    /// Answers the upgrade with an HTTP status instead.
    public func refuse(status: Int, headers: [WebSocketHeader] = [], body: String = "") {
        let code: WebSocketError.Code = (300..<400).contains(status) ? .redirected : .upgradeRefused
        fail(
            WebSocketError(
                code, "The server refused the upgrade to WebSocket.", httpStatus: status,
                httpHeaders: headers,
                httpBodyStart: Array(body.utf8)))
    }

    /// Lets the attempt, or the open connection, end with an error.
    public func fail(_ error: WebSocketError) {
        link.push(.closed(WebSocketClosure(code: nil, error: error)))
    }

    // MARK: Sending

    /// Lets messages arrive at the client together, as from one socket read.
    public func push(_ messages: InMemoryMessage...) { push(messages) }

    /// Lets messages arrive at the client together, as from one socket read.
    public func push(_ messages: [InMemoryMessage]) { link.push(.received(messages)) }

    /// Sends a pong with this payload.
    public func pong(_ payload: [UInt8]) { link.push(.pong(payload)) }

    /// Ends the connection with a close frame, or answers the client's; without a code if `nil`.
    public func close(code: WebSocketCloseCode? = .normal, reason: String = "") {
        link.push(.closed(WebSocketClosure(code: code ?? .noStatus, reason: reason)))
    }

    /// Cuts the TCP connection without a close frame.
    public func cut() {
        fail(WebSocketError(.connectionReset, "The TCP connection ended without a close frame."))
    }

    // MARK: Receiving

    /// The oldest thing the client did that was not taken yet.
    public func takeAction() -> ClientAction? { link.takeAction() }

    /// Like ``takeAction()``, but waits for it.
    ///
    /// - Throws: `CancellationError` if the task is cancelled.
    public func nextAction() async throws -> ClientAction {
        try await link.actions.wait { self.link.takeAction() }
    }

    /// The oldest message not taken yet, skipping pings; `nil` if there is none.
    public func takeMessage() -> InMemoryMessage? { link.takeMessage() }

    /// All messages not taken yet, skipping pings.
    public func takeMessages() -> [InMemoryMessage] {
        var messages: [InMemoryMessage] = []
        while let message = takeMessage() { messages.append(message) }
        return messages
    }

    /// Waits for the next message, skipping pings; `nil` once the client closed or dropped the connection.
    ///
    /// - Throws: `CancellationError` if the task is cancelled.
    public func nextMessage() async throws -> InMemoryMessage? {
        try await link.actions.wait { () -> InMemoryMessage?? in
            if let message = self.link.takeMessage() { return .some(message) }
            return self.link.isEndedByClient ? .some(nil) : nil
        }
    }

    /// Waits until the client closes or drops the connection; earlier actions not taken yet are skipped.
    ///
    /// - Throws: `CancellationError` if the task is cancelled.
    public func nextClose() async throws -> ClientAction {
        while true {
            switch try await nextAction() {
            case .message, .ping: continue
            case let action: return action
            }
        }
    }

    // MARK: Flow control

    /// Whether the client stopped reading. Messages pushed meanwhile, and what follows them, wait until it resumes.
    public var isReadingPaused: Bool { link.isPaused }

    /// Lets the client's buffer seem full (`false`) or drained (`true`); its receipts say so too.
    public func setWritable(_ isWritable: Bool) { link.setWritable(isWritable) }

    /// Sends no longer count as handed to the operating system until ``releaseFlushes()``.
    public func holdFlushes() { link.holdFlushes() }

    /// Undoes ``holdFlushes()``.
    public func releaseFlushes() { link.releaseFlushes() }

    /// Lets the client's sends and pings throw this, until `nil`.
    public func refuseSends(with error: WebSocketError?) { link.refuseSends(with: error) }
}
