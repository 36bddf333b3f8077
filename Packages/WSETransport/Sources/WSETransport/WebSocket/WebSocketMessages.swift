/// The messages of a ``WebSocket``; see ``WebSocket/messages``.
public struct WebSocketMessages: AsyncSequence, Sendable {
    public typealias Element = WebSocketMessage
    public typealias Failure = WebSocketError

    let socket: WebSocket

    public func makeAsyncIterator() -> Iterator { Iterator(socket: socket) }

    public struct Iterator: AsyncIteratorProtocol {
        let socket: WebSocket
        /// Taken over together under one lock; most calls of `next` only walk on in here.
        private var batch: ArraySlice<WebSocketMessage> = []

        init(socket: WebSocket) {
            self.socket = socket
        }

        /// - Throws: ``WebSocketError`` that ended the connection, or code `cancelled`.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(WebSocketError) -> WebSocketMessage? {
            if let message = batch.popFirst() { return message }
            batch = try await socket.mailbox.takeMessages(isolation: actor)[...]
            return batch.popFirst()
        }

        public mutating func next() async throws(WebSocketError) -> WebSocketMessage? {
            try await next(isolation: nil)
        }
    }
}
