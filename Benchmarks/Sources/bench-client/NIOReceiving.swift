import BenchmarkWork
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// What one writes in Swift without this library: NIOWebSocket's pipeline, and behind it Foundation's decoder and an
/// `AsyncStream`.
enum NIOReceiving {
    /// Frames only, counted on the event loop.
    @concurrent
    static func frames(_ options: Options) async throws -> Report {
        let perFrame = options.work.eventsPerFrame
        let (results, input) = AsyncStream<Duration>.makeStream()
        let channel = try await open(options) {
            FrameCounter(warmUp: options.warmUp / perFrame, count: options.count / perFrame, input)
        }
        try await go(channel, options.warmUp)
        var warm = results.makeAsyncIterator()
        _ = await warm.next(isolation: nil)
        let stopwatch = Stopwatch()
        try await go(channel, options.count)
        _ = await warm.next(isolation: nil)
        let report = stopwatch.read(options.count)
        try await channel.close()
        return report
    }

    /// Every event as a struct, in order.
    @concurrent
    static func events(_ options: Options) async throws -> Report {
        let (events, input) = AsyncStream<PlainEvent>.makeStream()
        let channel = try await open(options) { EventDecoder(input) }
        var iterator = events.makeAsyncIterator()
        var expected = Trade.firstTimestamp
        func consume(_ count: Int) async throws {
            try await go(channel, count)
            for _ in 0..<count {
                guard let event = await iterator.next(isolation: nil) else {
                    throw Broken("the stream ended")
                }
                guard event.p.ts == expected else { throw Broken("\(event.p.ts) instead of \(expected)") }
                expected += 1
            }
        }
        try await consume(options.warmUp)
        let stopwatch = Stopwatch()
        try await consume(options.count)
        let report = stopwatch.read(options.count)
        try await channel.close()
        return report
    }

    private static func go(_ channel: any Channel, _ count: Int) async throws {
        try await send(channel, #"{"c":"U","t":"bench_go","p":{"count":\#(count)},"v":1}"#)
    }

    private static func send(_ channel: any Channel, _ text: String) async throws {
        try await channel.writeAndFlush(
            WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer(string: text)))
    }

    private static func open(
        _ options: Options, _ handler: @escaping @Sendable () -> any ChannelInboundHandler
    ) async throws -> any Channel {
        let (greetings, greeting) = AsyncStream<Void>.makeStream()
        let upgrader = NIOTypedWebSocketClientUpgrader<(any Channel)?>(maxFrameSize: 1 << 20) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Greeter(greeting))
                try channel.pipeline.syncOperations.addHandler(handler())
                return channel
            }
        }
        let upgraded = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: Int(options.port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let request = HTTPRequestHead(
                        version: .http1_1, method: .GET, uri: "/wse", headers: ["Host": "127.0.0.1"])
                    return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
                        configuration: .init(
                            upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                                upgradeRequestHead: request, upgraders: [upgrader],
                                notUpgradingCompletionHandler: { $0.eventLoop.makeSucceededFuture(nil) })))
                }
            }
        guard let channel = try await upgraded.get() else { throw Broken("no upgrade") }
        // NIOWebSocket's client may lose frames that follow the upgrade closely, `server_ready` among them; so it does
        // not wait for that.
        try await send(
            channel,
            #"{"c":"WSE","t":"client_hello","p":{"client_version":"0","protocol_version":1,"features":{"compression":true}},"v":1}"#
        )
        for await _ in greetings { break }
        return channel
    }

    /// Takes the handshake out.
    private final class Greeter: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame
        typealias InboundOut = WebSocketFrame

        private let greeting: AsyncStream<Void>.Continuation
        private var isGreeted = false

        init(_ greeting: AsyncStream<Void>.Continuation) {
            self.greeting = greeting
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if isGreeted {
                context.fireChannelRead(data)
                return
            }
            let frame = unwrapInboundIn(data)
            guard String(buffer: frame.data).contains("server_hello") else { return }
            isGreeted = true
            greeting.yield()
        }
    }

    private final class FrameCounter: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame

        private var frames = 0
        private let warmUp: Int
        private let count: Int
        private let results: AsyncStream<Duration>.Continuation

        init(warmUp: Int, count: Int, _ results: AsyncStream<Duration>.Continuation) {
            (self.warmUp, self.count, self.results) = (warmUp, count, results)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            guard frame.opcode == .text || frame.opcode == .binary else { return }
            frames += 1
            if frames == warmUp || frames == warmUp + count { results.yield(.zero) }
        }
    }

    private final class EventDecoder: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame

        private let decoder = JSONDecoder()
        private let events: AsyncStream<PlainEvent>.Continuation

        init(_ events: AsyncStream<PlainEvent>.Continuation) {
            self.events = events
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            guard frame.opcode == .text || frame.opcode == .binary else { return }
            let bytes = frame.data.withUnsafeReadableBytes { Data($0) }
            do {
                events.yield(try decoder.decode(PlainEvent.self, from: bytes))
            } catch {
                events.finish()
            }
        }
    }
}
