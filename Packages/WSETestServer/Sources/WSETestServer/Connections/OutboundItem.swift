internal import NIOCore

/// One thing to happen on a connection, in its turn.
enum OutboundItem: Sendable {
    case frame(OutboundFrame)
    case ping(ByteBuffer)
    case pong(ByteBuffer)
    /// A close frame; without a code it has no body. What comes after it is not sent.
    case close(code: UInt16?, reason: String)
    /// Bytes that bypass the frame encoder.
    case bytes(ByteBuffer)
    /// Nothing is written for a while.
    case pause(Duration)
    /// Reading and writing stop; TCP stays open.
    case stall
    /// The end of the TCP connection, without a close frame.
    case cut(WSETestServer.CutStyle)

    var isStall: Bool { if case .stall = self { true } else { false } }

    /// What it counts against the bound of the outbox.
    var byteCount: Int {
        switch self {
        case .frame(let frame): frame.data.readableBytes
        case .bytes(let buffer), .ping(let buffer), .pong(let buffer): buffer.readableBytes
        case .close, .pause, .stall, .cut: 0
        }
    }
}
