import NIOCore
import NIOPosix
import WSETransport

/// How long a 50-byte message takes to an echo server and back: raw SwiftNIO channel, this transport.
enum RoundTripBenchmark {
    static let rounds = 20_000
    static let warmUp = 2000
    static let payloadCount = 50

    static func run() async throws {
        print("roundtrip: \(rounds) messages of \(payloadCount) bytes, one at a time, microseconds")
        let bytes = try await EchoProcess.bind(isWebSocket: false)
        let frames = try await EchoProcess.bind(isWebSocket: true)
        let bytesPort = bytes.localAddress?.port ?? 0
        let framesPort = frames.localAddress?.port ?? 0
        var raw: [Double] = []
        var ours: [Double] = []
        // In turns, so that a noisy moment hits both.
        for _ in 0..<3 {
            raw += try await rawChannel(bytesPort)
            ours += try await transport(framesPort)
        }
        let asynchronous = try await asyncSocket(framesPort)
        for (name, times) in [
            ("raw SwiftNIO", raw), ("WSETransport", ours), ("WSETransport async", asynchronous),
        ] {
            print(
                "  \(name): p50 \(fixed(times.median / 1000)), p99 \(fixed(times.percentile(0.99) / 1000)), "
                    + "\(fixed(times.median / raw.median))x raw")
        }
        try await bytes.close()
        try await frames.close()
    }

    /// Notes the time of each echo and says whether to go on.
    struct Stopwatch {
        private let clock = ContinuousClock()
        private var start = ContinuousClock.now
        private(set) var times: [Double] = []
        private var count = 0

        init() { times.reserveCapacity(rounds) }

        mutating func begin() { start = clock.now }

        mutating func end() -> Bool {
            count += 1
            if count > warmUp { times.append(start.duration(to: clock.now).nanoseconds) }
            return times.count < rounds
        }
    }

    private static func rawChannel(_ port: Int) async throws -> [Double] {
        let (results, input) = AsyncStream<[Double]>.makeStream()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(BytePing(input))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        for await result in results {
            try await channel.close()
            return result
        }
        return []
    }

    private final class BytePing: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private var stopwatch = Stopwatch()
        private var received = 0
        private let message = ByteBuffer(repeating: 0x61, count: payloadCount)
        private let results: AsyncStream<[Double]>.Continuation

        init(_ results: AsyncStream<[Double]>.Continuation) {
            self.results = results
        }

        func channelActive(context: ChannelHandlerContext) { send(context) }

        private func send(_ context: ChannelHandlerContext) {
            stopwatch.begin()
            context.writeAndFlush(wrapOutboundOut(message), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += unwrapInboundIn(data).readableBytes
            guard received >= payloadCount else { return }
            received = 0
            if stopwatch.end() { send(context) } else { results.yield(stopwatch.times) }
        }
    }

    private static func transport(_ port: Int) async throws -> [Double] {
        let (results, input) = AsyncStream<[Double]>.makeStream()
        let handler = MessagePing(input)
        let connection = NIOWebSocketTransport().connect(
            WebSocketRequest(url: try WebSocketURL("ws://127.0.0.1:\(port)/")), handler: handler)
        handler.start(connection)
        for await result in results {
            connection.abort()
            return result
        }
        return []
    }

    private final class MessagePing: WebSocketHandler, @unchecked Sendable {
        // Unchecked: `connection` is set before the first message is sent, by `start`, which waits for the upgrade;
        // all else is touched by callbacks only, one at a time.
        private var connection: (any WebSocketConnection)?
        private var stopwatch = Stopwatch()
        private let message = [UInt8](repeating: 0x61, count: payloadCount)
        private let results: AsyncStream<[Double]>.Continuation
        private let opened: AsyncStream<Void>
        private let openedInput: AsyncStream<Void>.Continuation

        init(_ results: AsyncStream<[Double]>.Continuation) {
            self.results = results
            (opened, openedInput) = AsyncStream.makeStream()
        }

        func start(_ connection: any WebSocketConnection) {
            Task { [opened] in
                for await _ in opened { break }
                self.connection = connection
                self.send()
            }
        }

        private func send() {
            stopwatch.begin()
            let message = message
            do {
                try connection?.send(.text, message.span.bytes)
            } catch {
                results.finish()
            }
        }

        func webSocketOpened(_ response: WebSocketUpgradeResponse) { openedInput.yield() }

        func webSocketReceived(_ messages: Span<WebSocketMessageRecord>, in bytes: RawSpan) {
            if stopwatch.end() { send() } else { results.yield(stopwatch.times) }
        }

        func webSocketClosed(_ closure: WebSocketClosure) { results.finish() }
    }

    private static func asyncSocket(_ port: Int) async throws -> [Double] {
        let socket = try await WebSocket.connect(to: "ws://127.0.0.1:\(port)/")
        var stopwatch = Stopwatch()
        let message = String(repeating: "a", count: payloadCount)
        var messages = socket.messages.makeAsyncIterator()
        repeat {
            stopwatch.begin()
            try await socket.send(message)
            guard try await messages.next() != nil else { break }
        } while stopwatch.end()
        return stopwatch.times
    }
}
