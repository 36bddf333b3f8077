import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Testing
import WSETestServer
import WSEWire

/// A WebSocket client that shows every frame as it is and does nothing by itself.
struct WireClient {
    enum Inbound: Sendable, Equatable {
        case text(String)
        case binary([UInt8])
        /// A frame with a reserved bit.
        case reserved(String)
        case ping([UInt8])
        case pong([UInt8])
        case close(UInt16?, String)
        /// The HTTP answer to a request that was not upgraded.
        case http(Int, [String: String], String)
        case failed(String)
        /// TCP has ended.
        case end
    }

    let channel: any Channel
    private var inbound: AsyncStream<Inbound>.Iterator

    /// Connects and sends the request; what comes back, `next()` tells.
    static func connect(
        to server: WSETestServer, token: String? = nil, query: String = "",
        headers: [(String, String)] = [], tls: TLSConfiguration? = nil
    ) async throws -> WireClient {
        try await connect(toPort: server.port, token: token, query: query, headers: headers, tls: tls)
    }

    /// Connects to `ws://127.0.0.1:PORT/…`.
    static func connect(toURL url: String, token: String? = nil) async throws -> WireClient {
        let port = try #require(
            url.split(separator: ":").last?.split(separator: "/").first.flatMap { Int($0) })
        return try await connect(toPort: port, token: token, query: "", headers: [], tls: nil)
    }

    private static func connect(
        toPort port: Int, token: String?, query: String, headers: [(String, String)], tls: TLSConfiguration?
    ) async throws -> WireClient {
        let (stream, continuation) = AsyncStream.makeStream(of: Inbound.self)
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context {
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    }
                    let http = NIOLoopBound(HTTPAnswerHandler(continuation), eventLoop: channel.eventLoop)
                    let upgrader = NIOWebSocketClientUpgrader(
                        maxFrameSize: 1 << 26, automaticErrorHandling: false
                    ) { channel, _ in
                        channel.eventLoop.makeCompletedFuture {
                            channel.pipeline.syncOperations.removeHandler(http.value, promise: nil)
                            try channel.pipeline.syncOperations.addHandler(FrameHandler(continuation))
                        }
                    }
                    try pipeline.addHTTPClientHandlers(
                        leftOverBytesStrategy: .forwardBytes,
                        withClientUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
                    try pipeline.addHandler(http.value)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/wse" + query)
        head.headers.add(name: "Host", value: "localhost")
        if let token { head.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in headers { head.headers.add(name: name, value: value) }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        return WireClient(channel: channel, inbound: stream.makeAsyncIterator())
    }

    /// The next thing that came in; `end` again and again once TCP has ended.
    mutating func next() async -> Inbound {
        await inbound.next(isolation: #isolation) ?? .end
    }

    /// The next text or binary message, as an event.
    mutating func nextEvent(sourceLocation: SourceLocation = #_sourceLocation) async throws -> WSEEvent {
        let items: [WireItem]
        switch await next() {
        case .text(let text): items = Self.decode(Array(text.utf8), as: .text)
        case .binary(let data): items = Self.decode(data, as: .binary)
        case let other:
            Issue.record("\(other) is no message", sourceLocation: sourceLocation)
            throw CancellationError()
        }
        guard items.count == 1, case .event(let event) = items[0] else {
            Issue.record("\(items) is no event", sourceLocation: sourceLocation)
            throw CancellationError()
        }
        return event
    }

    static func decode(_ bytes: [UInt8], as kind: FrameKind) -> [WireItem] {
        var decoder = MessageDecoder()
        var items: [WireItem] = []
        decoder.decode(bytes.span.bytes, as: kind, into: &items)
        return items
    }

    func send(_ text: String) {
        send(.text, ByteBuffer(string: text))
    }

    func send(binary bytes: [UInt8]) {
        send(.binary, ByteBuffer(bytes: bytes))
    }

    func send(
        _ opcode: WebSocketOpcode, _ data: ByteBuffer = ByteBuffer(), fin: Bool = true, masked: Bool = true
    ) {
        let mask: WebSocketMaskingKey? = masked ? .random() : nil
        channel.writeAndFlush(
            WebSocketFrame(fin: fin, opcode: opcode, maskKey: mask, data: data), promise: nil)
    }

    func close(_ code: UInt16, _ reason: String = "") {
        var body = ByteBuffer(integer: code)
        body.writeString(reason)
        send(.connectionClose, body)
    }

    func drop() async throws {
        try await channel.close()
    }
}

private final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    private let continuation: AsyncStream<WireClient.Inbound>.Continuation

    init(_ continuation: AsyncStream<WireClient.Inbound>.Continuation) {
        self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        var data = frame.unmaskedData
        guard !frame.rsv1 else {
            continuation.yield(.reserved(String(buffer: data)))
            return
        }
        switch frame.opcode {
        case .text: continuation.yield(.text(String(buffer: data)))
        case .binary: continuation.yield(.binary(Array(data.readableBytesView)))
        case .ping: continuation.yield(.ping(Array(data.readableBytesView)))
        case .pong: continuation.yield(.pong(Array(data.readableBytesView)))
        case .connectionClose:
            let code = data.readInteger(as: UInt16.self)
            continuation.yield(.close(code, String(buffer: data)))
        default: continuation.yield(.failed("\(frame)"))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.yield(.end)
        continuation.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset is an end like any other for most tests; those that care look at the error.
        continuation.yield(.failed("\(error)"))
    }
}

private final class HTTPAnswerHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    private let continuation: AsyncStream<WireClient.Inbound>.Continuation
    private var head: HTTPResponseHead?
    private var body = ""

    init(_ continuation: AsyncStream<WireClient.Inbound>.Continuation) {
        self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let part): body += String(buffer: part)
        case .end:
            guard let head else { return }
            let fields = Dictionary(
                head.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
            continuation.yield(.http(Int(head.status.code), fields, body))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.yield(.end)
        continuation.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        continuation.yield(.failed("\(error)"))
        context.close(promise: nil)
    }
}
