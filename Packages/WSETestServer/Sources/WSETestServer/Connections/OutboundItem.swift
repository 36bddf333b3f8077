internal import NIOCore

/// One thing to happen on a connection, in its turn.
enum OutboundItem: Sendable {
    case text(ByteBuffer)
    case binary(ByteBuffer)
    case ping(ByteBuffer)
    case pong(ByteBuffer)
    /// A close frame; without a code it has no body. What comes after it is not sent.
    case close(code: UInt16?, reason: String)
    /// Bytes that bypass the frame encoder.
    case bytes(ByteBuffer)
    /// Nothing is written for a while.
    case pause(Duration)
    /// The end of the TCP connection, without a close frame.
    case cut(WSETestServer.CutStyle)

    /// What it counts against the bound of the outbox.
    var byteCount: Int {
        switch self {
        case .text(let buffer), .binary(let buffer), .bytes(let buffer), .ping(let buffer), .pong(let buffer):
            buffer.readableBytes
        case .close, .pause, .cut: 0
        }
    }
}
