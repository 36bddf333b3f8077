/// The messages of a ``WebSocket``; see ``WebSocket/messages``.
public struct WebSocketMessages: AsyncSequence, Sendable {
    public typealias Element = WebSocketMessage
    public typealias Failure = WebSocketError

    let socket: WebSocket

    public func makeAsyncIterator() -> Iterator { Iterator(socket: socket) }

    public struct Iterator: AsyncIteratorProtocol {
        let socket: WebSocket
        /// Taken over together under one lock; most calls of `next` only walk on in here.
        private var batches: [MessageBatch] = []
        private var batchIndex = 0
        private var messageIndex = 0

        init(socket: WebSocket) {
            self.socket = socket
        }

        /// - Throws: ``WebSocketError`` that ended the connection, or code `cancelled`.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(WebSocketError) -> WebSocketMessage? {
            if let message = nextInBatches() { return message }
            batches = try await socket.mailbox.takeMessages(isolation: actor)
            batchIndex = 0
            messageIndex = 0
            return nextInBatches()
        }

        public mutating func next() async throws(WebSocketError) -> WebSocketMessage? {
            try await next(isolation: nil)
        }

        private mutating func nextInBatches() -> WebSocketMessage? {
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
}
