import WSETransport

/// The client's end.
final class InMemoryConnection: WebSocketConnection, Sendable {
    private let link: InMemoryLink

    init(link: InMemoryLink) {
        self.link = link
    }

    func send(
        _ kind: WebSocketMessageKind, _ payload: RawSpan
    ) throws(WebSocketError) -> WebSocketWriteReceipt {
        try link.send(InMemoryMessage(kind, payload.withUnsafeBytes { Array($0) }))
    }

    func ping(_ payload: RawSpan) throws(WebSocketError) {
        try link.ping(payload.withUnsafeBytes { Array($0) })
    }

    func pauseReading() { link.setPaused(true) }

    func resumeReading() { link.setPaused(false) }

    func close(code: WebSocketCloseCode, reason: String) { link.close(code, reason: reason) }

    func abort() { link.abort() }
}
