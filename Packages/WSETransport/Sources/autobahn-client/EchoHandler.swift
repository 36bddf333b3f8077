import Synchronization
import WSETransport

/// Sends every message back from inside the callback that brought it.
final class EchoHandler: WebSocketHandler {
    private let connection = Mutex<(any WebSocketConnection)?>(nil)
    private let ended: AsyncStream<Never>.Continuation

    private init(ended: AsyncStream<Never>.Continuation) {
        self.ended = ended
    }

    /// Echoes until the connection ends.
    static func run(_ request: WebSocketRequest, over transport: some WebSocketTransport) async {
        let (end, ended) = AsyncStream<Never>.makeStream()
        let handler = EchoHandler(ended: ended)
        // The lock keeps the first callback waiting until there is a connection to answer on.
        handler.connection.withLock { $0 = transport.connect(request, handler: handler) }
        for await _ in end {}
    }

    func webSocketOpened(_ response: WebSocketUpgradeResponse) {}

    func webSocketReceived(_ messages: Span<WebSocketMessageRecord>, in bytes: RawSpan) {
        guard let connection = connection.withLock({ $0 }) else { return }
        for index in messages.indices {
            let message = messages[index]
            let payload = bytes.extracting(message.offset..<(message.offset + message.count))
            do {
                try connection.send(message.kind, payload)
            } catch {
                connection.abort()
            }
        }
    }

    func webSocketClosed(_ closure: WebSocketClosure) {
        connection.withLock { $0 = nil }
        ended.finish()
    }
}
