import NIOCore
import NIOHTTP1
import NIOTLS

/// Sends the upgrade request once the way is clear and judges the server's answer.
///
/// It is the last handler until the connection is open.
final class UpgradeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// What becomes of the upgrade; called once.
    enum Outcome {
        case accepted(WebSocketUpgradeResponse)
        case refused(WebSocketError)
    }

    private enum State {
        case waitingForTLS
        case waitingForHead
        /// The server refused; its body may tell why.
        case readingRefusal(HTTPResponseHead, WebSocketError)
        case done
    }

    private var state: State
    private let request: UpgradeRequest
    private let refusalBodyLimit: Int
    private var refusalBody: [UInt8] = []
    /// Called when TLS is up, before anything is sent over it.
    private let didSecure: (ChannelHandlerContext) throws(WebSocketError) -> Void
    private let complete: (Outcome) -> Void

    init(
        request: UpgradeRequest, isSecure: Bool, refusalBodyLimit: Int,
        didSecure: @escaping (ChannelHandlerContext) throws(WebSocketError) -> Void,
        complete: @escaping (Outcome) -> Void
    ) {
        self.request = request
        self.refusalBodyLimit = refusalBodyLimit
        self.didSecure = didSecure
        self.complete = complete
        state = isSecure ? .waitingForTLS : .waitingForHead
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if case .waitingForHead = state { sendRequest(context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .waitingForTLS = state, case .handshakeCompleted? = event as? TLSUserEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        do {
            try didSecure(context)
            state = .waitingForHead
            sendRequest(context)
        } catch {
            finish(.refused(error))
        }
    }

    private func sendRequest(_ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(request.head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .waitingForHead:
            guard case .head(let head) = unwrapInboundIn(data) else { return }
            if let error = request.refusal(head) {
                state = .readingRefusal(head, error)
            } else {
                finish(.accepted(WebSocketUpgradeResponse(headers: head.webSocketHeaders)))
            }
        case .readingRefusal:
            switch unwrapInboundIn(data) {
            case .body(let bytes):
                refusalBody += bytes.readableBytesView.prefix(refusalBodyLimit - refusalBody.count)
                if refusalBody.count == refusalBodyLimit { reportRefusal() }
            case .end: reportRefusal()
            case .head: break
            }
        case .waitingForTLS, .done: break
        }
    }

    /// Reports a refusal with as much of its body as there is; also when time is up.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    func reportRefusal() -> Bool {
        guard case .readingRefusal(let head, var error) = state else { return false }
        error.httpStatus = Int(head.status.code)
        error.httpHeaders = head.webSocketHeaders
        error.httpBodyStart = refusalBody
        finish(.refused(error))
        return true
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if reportRefusal() { return }
        switch state {
        case .done: break
        case .waitingForTLS: finish(.refused(WebSocketError(tls: error, context: context)))
        default:
            if error is HTTPParserError || error is NIOHTTPDecoderError || error is HandshakeSplitter.TooLarge
            {
                finish(
                    .refused(
                        WebSocketError(
                            .upgradeRefused, "The server's answer is not HTTP, or its headers are too large.",
                            underlying: error)))
            } else {
                finish(
                    .refused(
                        WebSocketError(
                            .connectionReset, "The connection broke before the server answered the upgrade.",
                            underlying: error)))
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !reportRefusal() {
            finish(
                .refused(
                    WebSocketError(
                        .connectionReset, "The server closed the connection before it answered the upgrade."))
            )
        }
        context.fireChannelInactive()
    }

    private func finish(_ outcome: Outcome) {
        if case .done = state { return }
        state = .done
        complete(outcome)
    }
}

extension HTTPResponseHead {
    fileprivate var webSocketHeaders: [WebSocketHeader] {
        headers.map { WebSocketHeader($0.name, $0.value) }
    }
}
