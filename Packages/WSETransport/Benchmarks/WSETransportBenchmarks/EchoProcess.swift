import NIOCore
import NIOPosix

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An echo server, in this process or one of its own.
enum EchoProcess {
    /// Answers on a free port: plain bytes come back as they are, WebSocket messages as messages.
    static func bind(isWebSocket: Bool) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler: any ChannelHandler = isWebSocket ? SmallFrameEcho() : ByteEcho()
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    /// The process's main: prints its port and serves until its input ends.
    static func serve() async throws {
        let channel = try await bind(isWebSocket: true)
        print(channel.localAddress?.port ?? 0)
        // Into a pipe, a line is not sent by its end alone.
        fflush(nil)
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

    /// Answers the upgrade, then echoes unfragmented frames of up to 125 bytes, each within one read, which is enough
    /// for what is measured; NIOWebSocket's codec would be measured too.
    private final class SmallFrameEcho: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private var isUpgraded = false

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var input = unwrapInboundIn(data)
            guard isUpgraded else {
                isUpgraded = true
                let answer = (try? upgradeResponse(to: String(buffer: input))) ?? []
                context.write(wrapOutboundOut(ByteBuffer(bytes: answer)), promise: nil)
                return
            }
            var output = context.channel.allocator.buffer(capacity: input.readableBytes)
            var isClose = false
            while let header = input.getInteger(at: input.readerIndex, as: UInt16.self) {
                let count = Int(header & 0x7F)
                isClose = isClose || header >> 8 == 0x88
                output.writeInteger(header & 0xFF7F)
                let keyStart = input.readerIndex + 2
                for index in 0..<count {
                    guard let byte = input.getInteger(at: keyStart + 4 + index, as: UInt8.self),
                        let mask = input.getInteger(at: keyStart + (index & 3), as: UInt8.self)
                    else { return }
                    output.writeInteger(byte ^ mask)
                }
                input.moveReaderIndex(forwardBy: 6 + count)
            }
            context.write(wrapOutboundOut(output), promise: nil)
            if isClose {
                context.flush()
                context.close(promise: nil)
            }
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            context.flush()
        }
    }
}
