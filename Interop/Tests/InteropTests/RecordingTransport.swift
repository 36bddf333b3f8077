import Synchronization
import WSEClient

/// The network, with a copy of every message that is sent and the beginning of every one that is received.
final class RecordingTransport: WebSocketTransport {
    private let base: any WebSocketTransport
    private let messages = Mutex<[[UInt8]]>([])
    private let beginnings = Mutex<[[UInt8]]>([])

    init(_ base: any WebSocketTransport = NIOWebSocketTransport()) {
        self.base = base
    }

    /// All that was sent, on all connections.
    var sent: [[UInt8]] { messages.withLock { $0 } }

    /// How many of the messages that came in begin like this.
    func received(startingWith prefix: String) -> Int {
        beginnings.withLock { $0.count { $0.starts(with: prefix.utf8) } }
    }

    /// What was sent as text that any listener can read.
    func sentInClear(_ needle: String) -> Bool {
        sent.contains { String(decoding: $0, as: UTF8.self).contains(needle) }
    }

    func connect(_ request: WebSocketRequest, handler: any WebSocketHandler) -> any WebSocketConnection {
        Connection(base.connect(request, handler: Handler(handler, self)), self)
    }

    private final class Connection: WebSocketConnection {
        private let base: any WebSocketConnection
        private let recorder: RecordingTransport

        init(_ base: any WebSocketConnection, _ recorder: RecordingTransport) {
            self.base = base
            self.recorder = recorder
        }

        func send(
            _ kind: WebSocketMessageKind, _ payload: RawSpan
        ) throws(WebSocketError) -> WebSocketWriteReceipt {
            let bytes = payload.withUnsafeBytes { Array($0) }
            recorder.messages.withLock { $0.append(bytes) }
            return try base.send(kind, payload)
        }

        func ping(_ payload: RawSpan) throws(WebSocketError) { try base.ping(payload) }
        func pauseReading() { base.pauseReading() }
        func resumeReading() { base.resumeReading() }
        func close(code: WebSocketCloseCode, reason: String) { base.close(code: code, reason: reason) }
        func abort() { base.abort() }
    }

    private final class Handler: WebSocketHandler {
        private let base: any WebSocketHandler
        private let recorder: RecordingTransport

        init(_ base: any WebSocketHandler, _ recorder: RecordingTransport) {
            self.base = base
            self.recorder = recorder
        }

        func webSocketReceived(_ messages: Span<WebSocketMessageRecord>, in bytes: RawSpan) {
            for index in messages.indices {
                let record = messages[index]
                let beginning = (0..<min(record.count, 8)).map {
                    bytes.unsafeLoad(fromByteOffset: record.offset + $0, as: UInt8.self)
                }
                recorder.beginnings.withLock { $0.append(beginning) }
            }
            base.webSocketReceived(messages, in: bytes)
        }

        func webSocketOpened(_ response: WebSocketUpgradeResponse) { base.webSocketOpened(response) }
        func webSocketFlushed(through position: UInt64) { base.webSocketFlushed(through: position) }
        func webSocketWritabilityChanged(isWritable: Bool) {
            base.webSocketWritabilityChanged(isWritable: isWritable)
        }
        func webSocketReceivedPong(_ payload: RawSpan) { base.webSocketReceivedPong(payload) }
        func webSocketClosed(_ closure: WebSocketClosure) { base.webSocketClosed(closure) }
    }
}
