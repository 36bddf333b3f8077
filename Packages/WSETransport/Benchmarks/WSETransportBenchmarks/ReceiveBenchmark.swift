import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import WSETransport

/// Frames per second out of the same sender: a raw read loop, this transport, NIOWebSocket.
enum ReceiveBenchmark {
    static let rounds = 5

    static func run() async throws {
        print(
            "receive: \(FrameSender.frameCount) text frames of \(FrameSender.payloadCount) bytes, median of \(rounds)"
        )
        var results: [String: [Double]] = [:]
        let contestants: [(String, (UInt16) async throws -> (frames: Int, bytes: Int))] = [
            ("raw socket loop", rawLoop), ("WSETransport", transport), ("WSETransport async", asynchronous),
            ("NIOWebSocket", nioWebSocket),
        ]
        // In turns, so that a noisy moment hits all alike; the first round warms up.
        for round in 0...rounds {
            for (name, contestant) in contestants {
                let sender = try FrameSender.start()
                let clock = ContinuousClock()
                let start = clock.now
                let (frames, bytes) = try await contestant(sender.port)
                let duration = start.duration(to: clock.now)
                guard frames == FrameSender.frameCount, bytes == frames * FrameSender.payloadCount else {
                    throw WebSocketError(
                        .protocolViolation, "\(name) lost something: \(frames) frames, \(bytes) bytes came.")
                }
                if round > 0 { results[name, default: []].append(duration.nanoseconds / Double(frames)) }
            }
        }
        let raw = results["raw socket loop"]?.median ?? .nan
        let nio = results["NIOWebSocket"]?.median ?? .nan
        for (name, _) in contestants {
            guard let all = results[name] else { continue }
            let time = all.median
            print(
                "  \(name): \(fixed(time)) ns/frame (best \(fixed(all.percentile(0)))), \(Int(1e9 / time)) frames/s, "
                    + "\(fixed(raw / time)) of the raw loop, \(fixed(nio / time))x NIOWebSocket")
        }
    }

    // MARK: Raw loop

    private static func rawLoop(_ port: UInt16) async throws -> (frames: Int, bytes: Int) {
        try await onThread {
            let socket = try POSIXSocket.connect(port: port)
            defer { socket.close() }
            try socket.write(
                Array(
                    ("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                        .utf8))
            _ = try socket.readHead()
            try socket.write([0x81, 0x80, 0, 0, 0, 0])
            return try walkFrames(socket)
        }
    }

    private static func walkFrames(_ socket: POSIXSocket) throws -> (frames: Int, bytes: Int) {
        let capacity = 64 << 10
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
        defer { buffer.deallocate() }
        var (frames, bytes, kept) = (0, 0, 0)
        while true {
            let count = try socket.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[kept...]))
            if count == 0 { return (frames, bytes) }
            let end = kept + count
            var position = 0
            while end - position >= 2 {
                var header = 2
                var length = Int(buffer[position + 1])
                if length == 126 {
                    guard end - position >= 4 else { break }
                    header = 4
                    length = Int(buffer[position + 2]) << 8 | Int(buffer[position + 3])
                }
                guard end - position >= header + length else { break }
                if buffer[position] & 0x0F == 8 { return (frames, bytes) }
                frames += 1
                bytes += length
                position += header + length
            }
            kept = end - position
            if position > 0, kept > 0 {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[position..<end]))
            }
        }
    }

    // MARK: This transport

    private static func transport(_ port: UInt16) async throws -> (frames: Int, bytes: Int) {
        let (results, input) = AsyncStream<(Int, Int)>.makeStream()
        let counter = Counter(input)
        let connection = NIOWebSocketTransport().connect(
            WebSocketRequest(url: try WebSocketURL("ws://127.0.0.1:\(port)/")), handler: counter)
        counter.start(connection)
        defer { connection.abort() }
        for await result in results { return result }
        return (0, 0)
    }

    /// Counts what arrives. The event loop alone touches it.
    private final class Counter: WebSocketHandler, @unchecked Sendable {
        // Unchecked: handlers are called by one thread at a time, and nobody else reads the numbers.
        private var frames = 0
        private var bytes = 0
        private let results: AsyncStream<(Int, Int)>.Continuation
        private let opened: AsyncStream<Void>
        private let openedInput: AsyncStream<Void>.Continuation

        init(_ results: AsyncStream<(Int, Int)>.Continuation) {
            self.results = results
            (opened, openedInput) = AsyncStream.makeStream()
        }

        /// Asks for the frames once the connection is open.
        func start(_ connection: any WebSocketConnection) {
            Task { [opened] in
                for await _ in opened { break }
                let go: [UInt8] = []
                do { try connection.send(.text, go.span.bytes) } catch { results.finish() }
            }
        }

        func webSocketOpened(_ response: WebSocketUpgradeResponse) { openedInput.yield() }

        func webSocketReceived(_ messages: Span<WebSocketMessageRecord>, in bytes: RawSpan) {
            frames += messages.count
            for index in messages.indices { self.bytes += messages[index].count }
        }

        func webSocketClosed(_ closure: WebSocketClosure) {
            results.yield((frames, bytes))
            results.finish()
        }
    }

    private static func asynchronous(_ port: UInt16) async throws -> (frames: Int, bytes: Int) {
        let socket = try await WebSocket.connect(to: "ws://127.0.0.1:\(port)/")
        try await socket.send("go")
        var (frames, bytes) = (0, 0)
        for try await message in socket.messages {
            frames += 1
            bytes += message.bytes.count
        }
        return (frames, bytes)
    }

    // MARK: NIOWebSocket

    private static func nioWebSocket(_ port: UInt16) async throws -> (frames: Int, bytes: Int) {
        let (results, input) = AsyncStream<(Int, Int)>.makeStream()
        let upgrader = NIOTypedWebSocketClientUpgrader<(any Channel)?>(maxFrameSize: 1 << 20) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(FrameCounter(input))
                return channel
            }
        }
        let upgraded = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: Int(port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let request = HTTPRequestHead(
                        version: .http1_1, method: .GET, uri: "/", headers: ["Host": "127.0.0.1"])
                    return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
                        configuration: .init(
                            upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                                upgradeRequestHead: request, upgraders: [upgrader],
                                notUpgradingCompletionHandler: { $0.eventLoop.makeSucceededFuture(nil) })))
                }
            }
        let channel = try await upgraded.get()
        try await channel?.writeAndFlush(
            WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer()))
        for await result in results { return result }
        return (0, 0)
    }

    private final class FrameCounter: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame

        private var frames = 0
        private var bytes = 0
        private let results: AsyncStream<(Int, Int)>.Continuation

        init(_ results: AsyncStream<(Int, Int)>.Continuation) {
            self.results = results
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            switch frame.opcode {
            case .text, .binary:
                frames += 1
                bytes += frame.data.readableBytes
            case .connectionClose: context.close(promise: nil)
            default: break
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            results.yield((frames, bytes))
            results.finish()
        }
    }
}
