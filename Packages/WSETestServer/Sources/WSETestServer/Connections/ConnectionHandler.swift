internal import NIOCore
internal import NIOWebSocket
internal import WSEWire

/// The last handler of an upgraded connection: turns frames into calls of the server.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let server: WSETestServer
    private let link: ConnectionLink
    private let inbound: InboundDecoder
    private var hasClosed = false
    /// What came while the connection was stalled.
    private var held: CircularBuffer<Inbound> = []

    private enum Inbound {
        case frame(WebSocketFrame)
        case violation(code: UInt16?, String)
    }

    init(server: WSETestServer, link: ConnectionLink, inbound: InboundDecoder) {
        self.server = server
        self.link = link
        self.inbound = inbound
    }

    func handlerAdded(context: ChannelHandlerContext) {
        server.opened(link)
    }

    func channelInactive(context: ChannelHandlerContext) {
        server.closed(link)
        link.closeOutbox()
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        link.writabilityChanged()
        context.fireChannelWritabilityChanged()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receive(.frame(Self.unwrapInboundIn(data)))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is StallEnded else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        while !link.isStalled, let next = held.popFirst() { handle(next) }
    }

    /// A stalled connection reads no more, but more may have been read by then.
    private func receive(_ inbound: Inbound) {
        if link.isStalled || !held.isEmpty { held.append(inbound) } else { handle(inbound) }
    }

    private func handle(_ inbound: Inbound) {
        guard !hasClosed else { return }
        switch inbound {
        case .frame(let frame): handle(frame)
        case .violation(let code, let what):
            hasClosed = true
            link.fail(code: code, what)
        }
    }

    private func handle(_ frame: WebSocketFrame) {
        let payload = frame.unmaskedData
        switch frame.opcode {
        case .text: receive(payload, as: .text)
        case .binary: receive(payload, as: .binary)
        case .ping: link.enqueue(.pong(payload))
        case .connectionClose: receiveClose(payload)
        default: server.ponged(Array(payload.readableBytesView), link)
        }
    }

    private func receive(_ payload: ByteBuffer, as kind: FrameKind) {
        let bytes = Array(payload.readableBytesView)
        if kind == .text, String(validating: bytes, as: UTF8.self) == nil {
            hasClosed = true
            link.fail(code: 1007, "text that is not UTF-8 (section 8.1)")
            return
        }
        server.received(bytes, as: kind, through: inbound, from: link)
    }

    private func receiveClose(_ payload: ByteBuffer) {
        hasClosed = true
        var payload = payload
        guard payload.readableBytes != 0 else {
            link.peerClosed(code: nil, reason: "")
            return
        }
        guard let code = payload.readInteger(as: UInt16.self), CloseCode.mayBeSent(code),
            let reason = String(validating: payload.readableBytesView, as: UTF8.self)
        else {
            link.fail(code: 1002, "a close frame with an illegal body (section 7.4)")
            return
        }
        link.peerClosed(code: code, reason: reason)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let violation as ProtocolViolation: receive(.violation(code: violation.code, violation.what))
        case NIOWebSocketError.invalidFrameLength,
            NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge:
            // The published servers end such a connection without a status.
            receive(.violation(code: nil, "a message above the size limit"))
        case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error:
            receive(.violation(code: 1002, "\(error)"))
        default:
            guard !hasClosed else { return }
            context.close(promise: nil)
        }
    }
}

/// Close codes of RFC 6455 section 7.4.
enum CloseCode {
    /// Whether a close frame may carry it.
    static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
