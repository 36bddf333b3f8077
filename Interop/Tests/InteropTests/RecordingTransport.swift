import Synchronization
import WSEClient

/// The network, with a copy of every message that is sent.
final class RecordingTransport: WebSocketTransport {
    private let base: any WebSocketTransport
    private let messages = Mutex<[[UInt8]]>([])

    init(_ base: any WebSocketTransport = NIOWebSocketTransport()) {
        self.base = base
    }

    /// All that was sent, on all connections.
    var sent: [[UInt8]] { messages.withLock { $0 } }

    /// What was sent as text that any listener can read.
    func sentInClear(_ needle: String) -> Bool {
        sent.contains { String(decoding: $0, as: UTF8.self).contains(needle) }
    }

    func connect(_ request: WebSocketRequest, handler: any WebSocketHandler) -> any WebSocketConnection {
        Connection(base.connect(request, handler: handler), self)
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
}
