/// The messages of a ``WebSocket``; see ``WebSocket/messages``.
public struct WebSocketMessages: AsyncSequence, Sendable {
    public typealias Element = WebSocketMessage
    public typealias Failure = WebSocketError

    let socket: WebSocket

    public func makeAsyncIterator() -> Iterator { Iterator(socket: socket) }

    public struct Iterator: AsyncIteratorProtocol {
        private let taken: TakenMessages

        init(socket: WebSocket) {
            taken = TakenMessages(socket: socket)
        }

        /// - Throws: ``WebSocketError`` that ended the connection, or code `cancelled`.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(WebSocketError) -> WebSocketMessage? {
            if let message = taken.next() { return message }
            taken.put(try await taken.socket.mailbox.takeMessages(isolation: actor))
            return taken.next()
        }

        public mutating func next() async throws(WebSocketError) -> WebSocketMessage? {
            try await next(isolation: nil)
        }
    }
}

/// What an iterator took over together, under one lock; most calls of `next` only walk on in here. When the iterator goes,
/// the rest is for the next one.
private final class TakenMessages {
    let socket: WebSocket
    private var batches: [MessageBatch] = []
    private var batchIndex = 0
    private var messageIndex = 0

    init(socket: WebSocket) {
        self.socket = socket
    }

    deinit {
        guard batchIndex < batches.count else { return }
        var rest = Array(batches[batchIndex...])
        rest[0] = rest[0].dropFirst(messageIndex)
        socket.mailbox.giveBack(rest)
    }

    func put(_ batches: [MessageBatch]) {
        self.batches = batches
        batchIndex = 0
        messageIndex = 0
    }

    func next() -> WebSocketMessage? {
        guard batchIndex < batches.count else { return nil }
        let message = batches[batchIndex][messageIndex]
        messageIndex += 1
        if messageIndex == batches[batchIndex].count {
            batchIndex += 1
            messageIndex = 0
        }
        return message
    }
}
