internal import NIOCore
internal import NIOHTTP1

/// Answers the requests that did not become a WebSocket, and ends their connection.
final class HTTPRefusalHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// What the server decided about the request; `nil` if it is no WebSocket request in the first place.
    private let refusal: () -> WSETestServer.Refusal?

    init(refusal: @escaping () -> WSETestServer.Refusal?) {
        self.refusal = refusal
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = Self.unwrapInboundIn(data) else { return }
        let refusal =
            refusal()
            ?? WSETestServer.Refusal(status: 426, headers: [.init(name: "Upgrade", value: "websocket")])
        var head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: refusal.status))
        for field in refusal.headers { head.headers.add(name: field.name, value: field.value) }
        head.headers.replaceOrAdd(name: "Content-Length", value: "\(refusal.body.utf8.count)")
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(
            Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: refusal.body)))), promise: nil)
        let channel = context.channel
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A refused upgrade arrives here too, and its answer is on its way.
        guard !(error is HTTPParserError) else {
            context.close(promise: nil)
            return
        }
    }
}
