import Synchronization
import WSETransport

/// A handler that notes every callback; a test waits for them one by one.
final class RecordingHandler: WebSocketHandler {
    enum Event: Sendable {
        case opened(WebSocketUpgradeResponse)
        case received([String])
        case flushed(UInt64)
        case writable(Bool)
        case pong([UInt8])
        case closed(WebSocketClosure)
    }

    private let events: AsyncStream<Event>
    private let input: AsyncStream<Event>.Continuation
    private let closedCount = Mutex(0)
    private let stages = Mutex<[WebSocketConnectStage]>([])
    /// Called inside `received`, on the event loop.
    let onReceived: (@Sendable () -> Void)?

    init(onReceived: (@Sendable () -> Void)? = nil) {
        (events, input) = AsyncStream.makeStream()
        self.onReceived = onReceived
    }

    /// How far connecting has come; these are no callbacks that a test waits for.
    var reached: [WebSocketConnectStage] { stages.withLock { $0 } }

    /// How often the end was told.
    var closures: Int { closedCount.withLock { $0 } }

    /// The next callback.
    func next() async -> Event? {
        var iterator = events.makeAsyncIterator()
        return await iterator.next()
    }

    /// The messages of the next read, flushes and writability skipped; `nil` if something else comes.
    func nextMessages() async -> [String]? {
        while true {
            switch await next() {
            case .received(let messages): return messages
            case .flushed, .writable: continue
            default: return nil
            }
        }
    }

    /// Waits for the end, skipping everything else, and checks that nothing follows it.
    func closure() async -> WebSocketClosure? {
        while let event = await next() {
            if case .closed(let closure) = event { return closure }
        }
        return nil
    }

    /// Whether the upgrade succeeded; consumes that callback.
    func opened() async -> Bool {
        if case .opened = await next() { true } else { false }
    }

    func webSocketReached(_ stage: WebSocketConnectStage) { stages.withLock { $0.append(stage) } }

    func webSocketOpened(_ response: WebSocketUpgradeResponse) { input.yield(.opened(response)) }

    func webSocketReceived(_ messages: Span<WebSocketMessageRecord>, in bytes: RawSpan) {
        var texts: [String] = []
        for index in messages.indices {
            let record = messages[index]
            texts.append(
                bytes.extracting(record.offset..<(record.offset + record.count)).withUnsafeBytes {
                    (record.kind == .text ? "t:" : "b:") + String(decoding: $0, as: UTF8.self)
                })
        }
        input.yield(.received(texts))
        onReceived?()
    }

    func webSocketFlushed(through position: UInt64) { input.yield(.flushed(position)) }

    func webSocketWritabilityChanged(isWritable: Bool) { input.yield(.writable(isWritable)) }

    func webSocketReceivedPong(_ payload: RawSpan) {
        input.yield(.pong(payload.withUnsafeBytes { Array($0) }))
    }

    func webSocketClosed(_ closure: WebSocketClosure) {
        // Two ends, or anything after the end, would be lost in a finished stream: so this traps the test.
        closedCount.withLock { count in
            count += 1
            precondition(count == 1, "closed was called twice")
        }
        input.yield(.closed(closure))
        input.finish()
    }
}

extension WebSocketConnection {
    @discardableResult
    func send(_ text: String) throws(WebSocketError) -> WebSocketWriteReceipt {
        try send(.text, Array(text.utf8).span.bytes)
    }

    @discardableResult
    func send(_ bytes: [UInt8]) throws(WebSocketError) -> WebSocketWriteReceipt {
        try send(.binary, bytes.span.bytes)
    }

    func ping(_ bytes: [UInt8]) throws(WebSocketError) {
        try ping(bytes.span.bytes)
    }
}
