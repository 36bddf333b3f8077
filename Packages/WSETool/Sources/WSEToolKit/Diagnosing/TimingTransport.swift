internal import Synchronization
internal import WSEClient

/// The client's own transport, with a stopwatch: what is timed is what clients do, not an imitation of it.
final class TimingTransport: WebSocketTransport {
    private let transport: any WebSocketTransport
    /// Where the connection goes instead of the URL's host, if that is known.
    private let proxy: WebSocketURL?
    private let timeline: Mutex<ConnectTimeline>

    init(
        _ transport: any WebSocketTransport, proxy: WebSocketURL? = nil, start: ContinuousClock.Instant = .now
    ) {
        self.transport = transport
        self.proxy = proxy
        timeline = Mutex(ConnectTimeline(start: start))
    }

    /// What is known so far.
    var current: ConnectTimeline { timeline.withLock { $0 } }

    func measured(_ roundTrip: Duration) { timeline.withLock { $0.measured(roundTrip) } }

    func connect(
        _ request: WebSocketRequest, handler: any WebSocketHandler
    ) -> any WebSocketConnection {
        timeline.withLock { $0.hasName = !(proxy ?? request.url).isAddress }
        return transport.connect(request, handler: Handler(handler, self))
    }

    /// Passes everything on, and notes when it came.
    private final class Handler: WebSocketHandler {
        private let handler: any WebSocketHandler
        private let watch: TimingTransport
        private let decoder = Mutex(MessageDecoder())

        init(_ handler: any WebSocketHandler, _ watch: TimingTransport) {
            self.handler = handler
            self.watch = watch
        }

        func webSocketReached(_ stage: WebSocketConnectStage) {
            watch.timeline.withLock { $0.reached(stage, at: .now) }
            handler.webSocketReached(stage)
        }

        func webSocketOpened(_ response: WebSocketUpgradeResponse) {
            watch.timeline.withLock { $0.opened(at: .now) }
            handler.webSocketOpened(response)
        }

        func webSocketReceived(_ messages: Span<WebSocketMessageRecord>, in bytes: RawSpan) {
            let now = ContinuousClock.now
            for index in messages.indices {
                let record = messages[index]
                let message = bytes.extracting(record.offset..<record.offset + record.count)
                var items: [WireItem] = []
                decoder.withLock { $0.decode(message, as: .text, into: &items) }
                for case .event(let event) in items {
                    watch.timeline.withLock { $0.received(event, at: now) }
                }
            }
            handler.webSocketReceived(messages, in: bytes)
        }

        func webSocketFlushed(through position: UInt64) { handler.webSocketFlushed(through: position) }

        func webSocketWritabilityChanged(isWritable: Bool) {
            handler.webSocketWritabilityChanged(isWritable: isWritable)
        }

        func webSocketReceivedPong(_ payload: RawSpan) { handler.webSocketReceivedPong(payload) }

        func webSocketClosed(_ closure: WebSocketClosure) { handler.webSocketClosed(closure) }
    }
}

extension WebSocketURL {
    /// Whether the host is an IP address, which no resolver is asked about.
    fileprivate var isAddress: Bool {
        host.contains(":") || host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    }
}
