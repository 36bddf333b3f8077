import NIOCore
import NIOHTTP1

/// Asks an HTTP proxy for a tunnel and reports its answer once.
///
/// Written here because SwiftNIO's extras hide the proxy's status and would bring a dozen packages along.
final class ProxyHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private var context: ChannelHandlerContext?
    /// `nil` once it was called.
    private var complete: ((WebSocketError?) -> Void)?

    /// - Throws: ``WebSocketError`` with code `invalidArgument` for a header that cannot be sent.
    init(
        target: WebSocketURL, headers: [WebSocketHeader], complete: @escaping (WebSocketError?) -> Void
    ) throws(WebSocketError) {
        let authority = "\(target.bracketedHost):\(target.port)"
        var fields = HTTPHeaders([("Host", authority)])
        for header in headers {
            try header.check()
            fields.add(name: header.name, value: header.value)
        }
        head = HTTPRequestHead(version: .http1_1, method: .CONNECT, uri: authority, headers: fields)
        self.complete = complete
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// Begins; called once the whole pipeline is in place.
    func start() {
        guard let context else { return }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        let status = Int(head.status.code)
        switch status {
        case 200..<300: finish(nil)
        case 407: fail("The proxy wants authentication.", head)
        default: fail("The proxy did not open a tunnel.", head)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(WebSocketError(.proxyFailed, "The proxy's answer could not be read.", underlying: error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(WebSocketError(.proxyFailed, "The proxy closed the connection before it answered."))
    }

    private func fail(_ message: String, _ head: HTTPResponseHead) {
        finish(
            WebSocketError(
                .proxyFailed, message, httpStatus: Int(head.status.code), httpHeaders: head.webSocketHeaders))
    }

    private func finish(_ error: WebSocketError?) {
        let complete = complete
        self.complete = nil
        complete?(error)
    }
}
