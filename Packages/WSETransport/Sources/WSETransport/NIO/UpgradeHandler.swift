import NIOCore
import NIOHTTP1
import NIOSSL
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
    private var context: ChannelHandlerContext?
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
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// Begins; called once the whole pipeline is in place.
    func start() {
        if case .waitingForHead = state, let context { sendRequest(context) }
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
        let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
        // A server may refuse our certificate after its side of the handshake is over, so the state does not matter.
        if let error = WebSocketError(tls: error, certificate: certificate) {
            finish(.refused(error))
        } else if error is HTTPParserError || error is NIOHTTPDecoderError
            || error is HandshakeSplitter.TooLarge
        {
            fail(.upgradeRefused, "The server's answer is not HTTP, or its headers are too large.", error)
        } else {
            fail(.connectionReset, "The connection broke before the server answered the upgrade.", error)
        }
    }

    private func fail(_ code: WebSocketError.Code, _ message: String, _ underlying: any Error) {
        finish(.refused(WebSocketError(code, message, underlying: underlying)))
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
