import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// A TCP server whose connections a test plays by hand, byte by byte.
final class RawServer: Sendable {
    private let channel: any Channel
    private let connections: AsyncStream<RawPeer>

    var port: Int { channel.localAddress?.port ?? 0 }

    private init(channel: any Channel, connections: AsyncStream<RawPeer>) {
        self.channel = channel
        self.connections = connections
    }

    static func start(tls: NIOSSLContext? = nil) async throws -> RawServer {
        let (stream, continuation) = AsyncStream<RawPeer>.makeStream()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (bytes, input) = AsyncStream<ByteBuffer>.makeStream()
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(Collector(input))
                    continuation.yield(RawPeer(channel: channel, bytes: bytes))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return RawServer(channel: channel, connections: stream)
    }

    func nextConnection() async throws -> RawPeer {
        var iterator = connections.makeAsyncIterator()
        guard let peer = await iterator.next() else { throw ServerGone() }
        return peer
    }

    func stop() async throws {
        try await channel.close()
    }

    struct ServerGone: Error {}

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let input: AsyncStream<ByteBuffer>.Continuation

        init(_ input: AsyncStream<ByteBuffer>.Continuation) {
            self.input = input
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            input.yield(unwrapInboundIn(data))
        }

        func channelInactive(context: ChannelHandlerContext) {
            input.finish()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}

/// The server's end of one TCP connection. For one task at a time.
final class RawPeer: @unchecked Sendable {
    // Unchecked because of `received` alone, which only the test's own task touches.
    let channel: any Channel
    private let bytes: AsyncStream<ByteBuffer>
    private var received = ByteBuffer()

    init(channel: any Channel, bytes: AsyncStream<ByteBuffer>) {
        self.channel = channel
        self.bytes = bytes
    }

    /// The client's HTTP request up to its empty line.
    func readRequest() async throws -> String {
        while true {
            let text = String(buffer: received)
            if let end = text.firstRange(of: "\r\n\r\n") {
                let head = String(text[..<end.upperBound])
                received.moveReaderIndex(forwardBy: head.utf8.count)
                return head
            }
            try await readMore()
        }
    }

    /// One masked frame of the client's.
    func readFrame() async throws -> ClientFrame {
        while true {
            if let frame = ClientFrame(&received) { return frame }
            try await readMore()
        }
    }

    /// Whether the client closed TCP, after all it sent was read.
    func isClosedByClient() async -> Bool {
        do {
            while true { try await readMore() }
        } catch {
            return true
        }
    }

    private func readMore() async throws {
        var iterator = bytes.makeAsyncIterator()
        guard var more = await iterator.next() else { throw RawServer.ServerGone() }
        received.writeBuffer(&more)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Answers an upgrade request with a correct `101` and `bytes` in one write.
    @discardableResult
    func acceptUpgrade(followedBy bytes: [UInt8] = []) async throws -> String {
        let request = try await readRequest()
        try await send(Array(try upgradeResponse(to: request).readableBytesView) + bytes)
        return request
    }

    /// Ends TCP, unless the client did.
    func close() async throws {
        do { try await channel.close() } catch ChannelError.alreadyClosed {}
    }

    /// Ends TCP with a reset instead of a farewell.
    func reset() async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close()
    }
}

/// A frame that a client sent, unmasked.
struct ClientFrame: Hashable {
    var first: UInt8
    var payload: [UInt8]

    /// Takes a frame from the buffer's start; `nil` if it is not all there.
    init?(_ buffer: inout ByteBuffer) {
        var rest = buffer
        guard let first = rest.readInteger(as: UInt8.self), let second = rest.readInteger(as: UInt8.self)
        else {
            return nil
        }
        let count: Int
        switch second & 0x7F {
        case 126:
            guard let long = rest.readInteger(as: UInt16.self) else { return nil }
            count = Int(long)
        case 127:
            guard let long = rest.readInteger(as: UInt64.self) else { return nil }
            count = Int(long)
        case let short: count = Int(short)
        }
        guard second & 0x80 != 0, let key = rest.readBytes(length: 4),
            let masked = rest.readBytes(length: count)
        else { return nil }
        self.first = first
        payload = masked.enumerated().map { $1 ^ key[$0 % 4] }
        buffer = rest
    }

    init(_ first: UInt8, _ payload: [UInt8]) {
        self.first = first
        self.payload = payload
    }
}

/// What SwiftNIO's own server side answers to an upgrade request.
func upgradeResponse(to request: String) throws -> ByteBuffer {
    let channel = EmbeddedChannel()
    let upgrader = NIOWebSocketServerUpgrader(
        shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
        upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
        withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
    try channel.writeInbound(ByteBuffer(string: request))
    channel.embeddedEventLoop.run()
    var response = ByteBuffer()
    while var part = try channel.readOutbound(as: ByteBuffer.self) { response.writeBuffer(&part) }
    _ = try? channel.finish(acceptAlreadyClosed: true)
    return response
}

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
