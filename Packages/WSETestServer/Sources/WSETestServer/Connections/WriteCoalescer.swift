internal import NIOCore

/// Joins the small buffers between two flushes into few large ones: a burst of events costs a copy each, and not two
/// entries each in the list of what the socket is to write.
final class WriteCoalescer: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What is joined goes on when it has so many bytes, so that the channel knows how much it holds.
    private static let chunk = 64 << 10
    /// A buffer of so many bytes is not worth the copy.
    private static let large = 16 << 10

    private var joined: ByteBuffer?
    /// How much the last flush wrote, which the next one may need too.
    private var expected = 1_024

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let buffer = Self.unwrapOutboundIn(data)
        guard promise == nil, buffer.readableBytes < Self.large else {
            pass(context)
            context.write(data, promise: promise)
            return
        }
        if joined == nil { joined = context.channel.allocator.buffer(capacity: expected) }
        joined?.writeImmutableBuffer(buffer)
        if let count = joined?.readableBytes, count >= Self.chunk { pass(context) }
    }

    func flush(context: ChannelHandlerContext) {
        pass(context)
        context.flush()
    }

    private func pass(_ context: ChannelHandlerContext) {
        guard let buffer = joined else { return }
        joined = nil
        expected = min(max(buffer.readableBytes, 1_024), Self.chunk + Self.large)
        context.write(Self.wrapOutboundOut(buffer), promise: nil)
    }
}
