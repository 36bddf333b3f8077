import BenchmarkWork
import Synchronization
import WSETransport

/// Frames through this library's transport, counted on the event loop: what `WSEClient` stands on.
enum TransportFrames {
    @concurrent
    static func handler(_ options: Options) async throws -> Report {
        let perFrame = options.work.eventsPerFrame
        let (results, input) = AsyncStream<Void>.makeStream()
        var marks = results.makeAsyncIterator()
        let counter = Counter(
            marks: [0, 2, 2 + options.warmUp / perFrame, 2 + (options.warmUp + options.count) / perFrame],
            input)
        let connection = NIOWebSocketTransport().connect(
            WebSocketRequest(url: try WebSocketURL(options.url)), handler: counter)
        func send(_ text: String) throws {
            let bytes = Array(text.utf8)
            _ = try bytes.withUnsafeBytes { try connection.send(.text, RawSpan(_unsafeBytes: $0)) }
        }
        // Opened.
        _ = await marks.next()
        try send(
            #"{"c":"WSE","t":"client_hello","p":{"client_version":"0","protocol_version":1,"features":{"compression":true}},"v":1}"#
        )
        // Both messages of the handshake.
        _ = await marks.next()
        try send(#"{"c":"U","t":"bench_go","p":{"count":\#(options.warmUp)},"v":1}"#)
        _ = await marks.next()
        let stopwatch = Stopwatch()
        try send(#"{"c":"U","t":"bench_go","p":{"count":\#(options.count)},"v":1}"#)
        _ = await marks.next()
        let report = stopwatch.read(options.count)
        connection.abort()
        return report
    }

    /// Tells when so many messages have come.
    private final class Counter: WebSocketHandler {
        private struct State {
            var frames = 0
            var marks: ArraySlice<Int>
        }

        // One lock for each read, which is what any handler that shares its state needs.
        private let state: Mutex<State>
        private let results: AsyncStream<Void>.Continuation

        init(marks: [Int], _ results: AsyncStream<Void>.Continuation) {
            state = Mutex(State(marks: marks[...]))
            self.results = results
        }

        func webSocketOpened(_ response: WebSocketUpgradeResponse) { count(0) }

        func webSocketReceived(_ messages: Span<WebSocketMessageRecord>, in bytes: RawSpan) {
            count(messages.count)
        }

        private func count(_ frames: Int) {
            state.withLock { state in
                state.frames += frames
                while let mark = state.marks.first, state.frames >= mark {
                    state.marks.removeFirst()
                    results.yield()
                }
            }
        }

        func webSocketClosed(_ closure: WebSocketClosure) { results.finish() }
    }
}
