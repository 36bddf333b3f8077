internal import NIOCore
internal import NIOHTTP1

/// Handles the requests that did not become a WebSocket.
final class HTTPRefusalHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// What was decided about the request; `nil` if it is no WebSocket request in the first place.
    private let refusal: () -> WSETestServer.Refusal?

    init(refusal: @escaping () -> WSETestServer.Refusal?) {
        self.refusal = refusal
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = Self.unwrapInboundIn(data) else { return }
        switch refusal()?.value {
        case .answer(let answer): send(answer, context)
        case .silence: break
        // The published servers say nothing to what is no WebSocket request.
        case .hangUp, nil: context.close(promise: nil)
        }
    }

    private func send(_ answer: WSETestServer.Refusal.Answer, _ context: ChannelHandlerContext) {
        var head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: answer.status))
        for field in answer.headers { head.headers.add(name: field.name, value: field.value) }
        head.headers.replaceOrAdd(name: "Content-Length", value: "\(answer.body.utf8.count)")
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(
            Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
        let channel = context.channel
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A refused upgrade arrives here too, and what becomes of it is decided above.
        if error is HTTPParserError { context.close(promise: nil) }
    }
}
