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

    init(server: WSETestServer, link: ConnectionLink, inbound: InboundDecoder) {
        self.server = server
        self.link = link
        self.inbound = inbound
    }

    func handlerAdded(context: ChannelHandlerContext) {
        server.opened(link)
    }

    func channelInactive(context: ChannelHandlerContext) {
        link.closed()
        server.closed(link)
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        link.writabilityChanged()
        context.fireChannelWritabilityChanged()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasClosed else { return }
        let frame = Self.unwrapInboundIn(data)
        let payload = frame.unmaskedData
        switch frame.opcode {
        case .text: receive(payload, as: .text)
        case .binary: receive(payload, as: .binary)
        case .ping:
            server.noteLife(link)
            link.enqueue(.pong(payload))
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
        guard !hasClosed else { return }
        switch error {
        case let violation as ProtocolViolation:
            hasClosed = true
            link.fail(code: violation.code, violation.what)
        case NIOWebSocketError.invalidFrameLength,
            NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge:
            hasClosed = true
            // The published servers end such a connection without a status.
            link.fail(code: nil, "a message above the size limit")
        case let error as NIOWebSocketError:
            hasClosed = true
            link.fail(code: 1002, "\(error)")
        case let error as NIOWebSocketFrameAggregator.Error:
            hasClosed = true
            link.fail(code: 1002, "\(error)")
        default:
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
