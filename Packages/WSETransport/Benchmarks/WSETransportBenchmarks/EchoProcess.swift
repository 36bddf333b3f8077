import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// An echo server, in this process or one of its own.
enum EchoProcess {
    /// Answers on a free port: plain bytes come back as they are, WebSocket messages as messages.
    static func bind(isWebSocket: Bool) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    guard isWebSocket else {
                        try pipeline.addHandler(ByteEcho())
                        return
                    }
                    let upgrader = NIOWebSocketServerUpgrader(
                        shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
                        upgradePipelineHandler: { channel, _ in
                            channel.eventLoop.makeCompletedFuture {
                                // Frames are handled below as bytes; NIOWebSocket's codec would be measured too.
                                let pipeline = channel.pipeline.syncOperations
                                for context in [
                                    try? pipeline.context(handlerType: WebSocketFrameEncoder.self),
                                    try? pipeline.context(
                                        handlerType: ByteToMessageHandler<WebSocketFrameDecoder>.self),
                                    try? pipeline.context(handlerType: WebSocketProtocolErrorHandler.self),
                                ] {
                                    if let context { pipeline.removeHandler(context: context, promise: nil) }
                                }
                                try pipeline.addHandler(SmallFrameEcho())
                            }
                        })
                    try pipeline.configureHTTPServerPipeline(
                        withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    /// The process's main: prints its port and serves until its input ends.
    static func serve() async throws {
        let channel = try await bind(isWebSocket: true)
        print(channel.localAddress?.port ?? 0)
        try await onThread { while readLine() != nil {} }
        try await channel.close()
    }

    private final class ByteEcho: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.write(data, promise: nil)
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            context.flush()
        }
    }

    /// Echoes unfragmented frames of up to 125 bytes, each within one read; enough for what is measured.
    private final class SmallFrameEcho: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var input = unwrapInboundIn(data)
            var output = context.channel.allocator.buffer(capacity: input.readableBytes)
            while input.readableBytes >= 6, let first = input.readInteger(as: UInt8.self),
                let second = input.readInteger(as: UInt8.self), let key = input.readBytes(length: 4),
                var payload = input.readBytes(length: Int(second & 0x7F))
            {
                for index in payload.indices { payload[index] ^= key[index & 3] }
                output.writeInteger(first)
                output.writeInteger(second & 0x7F)
                output.writeBytes(payload)
            }
            context.write(wrapOutboundOut(output), promise: nil)
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            context.flush()
        }
    }
}
