internal import NIOCore
internal import NIOWebSocket

/// Holds clients to what RFC 6455 asks of every single frame and NIO's decoder leaves to its user.
final class ClientFrameValidator: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = WebSocketFrame

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        let violation: String? =
            if frame.maskKey == nil {
                "a frame without mask (section 5.1)"
            } else if frame.rsv1 || frame.rsv2 || frame.rsv3 {
                "a reserved bit without extension (section 5.2)"
            } else {
                switch frame.opcode {
                case .continuation, .text, .binary, .connectionClose, .ping, .pong: nil
                default: "a reserved opcode (section 5.2)"
                }
            }
        if let violation {
            context.fireErrorCaught(ProtocolViolation(violation))
        } else {
            context.fireChannelRead(data)
        }
    }
}

/// What a client did against RFC 6455.
struct ProtocolViolation: Error {
    let code: UInt16
    let what: String

    /// - Parameter code: 1002, protocol error, or 1007, text that is not UTF-8.
    init(_ what: String, code: UInt16 = 1002) {
        self.what = what
        self.code = code
    }
}
