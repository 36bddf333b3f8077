import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
@_spi(WSE) import WSETransport

/// SwiftNIO's own WebSocket server, echoing messages: an implementation of RFC 6455 that is not ours.
final class EchoServer: Sendable {
    private let channel: any Channel
    private let children: Children

    var port: Int { channel.localAddress?.port ?? 0 }

    private init(channel: any Channel, children: Children) {
        self.channel = channel
        self.children = children
    }

    /// Connections accepted and not closed yet.
    var openConnections: Int { children.state.withLock { $0.count } }

    /// Waits until every connection accepted so far is closed.
    func waitUntilIdle() async {
        for future in children.state.withLock({ Array($0.values) }) { try? await future.get() }
    }

    /// Lets every event loop finish what it is about.
    func settle() async {
        for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() { try? await loop.submit {}.get() }
    }

    private final class Children: Sendable {
        let state = OrderedMutex<[ObjectIdentifier: EventLoopFuture<Void>]>([:])

        func add(_ channel: any Channel) {
            let id = ObjectIdentifier(channel)
            state.withLock { $0[id] = channel.closeFuture }
            channel.closeFuture.whenComplete { [self] _ in _ = state.withLock { $0.removeValue(forKey: id) } }
        }
    }

    static func start(tls: NIOSSLContext? = nil, host: String = "127.0.0.1") async throws -> EchoServer {
        let children = Children()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                children.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    let upgrader = NIOWebSocketServerUpgrader(
                        maxFrameSize: 1 << 24,
                        shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
                        upgradePipelineHandler: { channel, _ in
                            channel.eventLoop.makeCompletedFuture {
                                try channel.pipeline.syncOperations.addHandler(EchoHandler())
                            }
                        })
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
                }
            }
            .bind(host: host, port: 0).get()
        return EchoServer(channel: channel, children: children)
    }

    func stop() async throws {
        try await channel.close()
    }

    private final class EchoHandler: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame
        typealias OutboundOut = WebSocketFrame

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            switch frame.opcode {
            case .text, .binary, .continuation:
                let echo = WebSocketFrame(fin: frame.fin, opcode: frame.opcode, data: frame.unmaskedData)
                context.write(wrapOutboundOut(echo), promise: nil)
            case .ping:
                context.write(
                    wrapOutboundOut(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)),
                    promise: nil)
            case .connectionClose:
                let echo = WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData)
                let context = NIOLoopBound(context, eventLoop: context.eventLoop)
                context.value.writeAndFlush(wrapOutboundOut(echo)).whenComplete { _ in
                    context.value.close(promise: nil)
                }
            default: break
            }
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            context.flush()
        }
    }
}
