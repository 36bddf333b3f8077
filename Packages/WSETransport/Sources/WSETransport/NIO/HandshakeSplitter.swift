import NIOCore

/// Cuts reads behind the end of an HTTP head, so that frames which follow the `101` in the same read do not
/// disappear in the HTTP decoder, and bounds what a server may send before the upgrade is decided.
///
/// The head is judged while its piece travels down the pipeline; the next piece then meets an open frame handler.
final class HandshakeSplitter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Thrown into the pipeline when the limit is passed.
    struct TooLarge: Error {}

    /// How many bytes of `\r\n\r\n` the stream ends with.
    private var matched = 0
    private var remaining: Int
    private var isDone = false

    init(limit: Int) {
        remaining = limit
    }

    /// Called while the head that decides travels down the pipeline: what follows it passes, then this handler leaves.
    func finish() {
        isDone = true
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        while !isDone, remaining >= 0, let count = endOfHead(buffer.readableBytesSpan),
            let piece = buffer.readSlice(length: count)
        {
            remaining -= count
            context.fireChannelRead(wrapInboundOut(piece))
        }
        if isDone {
            if buffer.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(buffer)) }
        } else {
            // What fits is passed on even if there is more: it may tell why the server refused.
            let count = min(buffer.readableBytes, max(0, remaining))
            remaining -= buffer.readableBytes
            if count > 0, let piece = buffer.readSlice(length: count) {
                context.fireChannelRead(wrapInboundOut(piece))
            }
            if remaining < 0 { context.fireErrorCaught(TooLarge()) }
        }
        // Not before: a handler that left the pipeline passes nothing on.
        if isDone { context.pipeline.syncOperations.removeHandler(context: context, promise: nil) }
    }

    /// The number of bytes up to and including the empty line, if it ends here.
    private func endOfHead(_ bytes: RawSpan) -> Int? {
        for index in 0..<bytes.byteCount {
            switch bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) {
            case UInt8(ascii: "\r"): matched = matched == 2 ? 3 : 1
            case UInt8(ascii: "\n"): matched = matched == 1 ? 2 : matched == 3 ? 4 : 0
            default: matched = 0
            }
            if matched == 4 {
                matched = 0
                return index + 1
            }
        }
        return nil
    }
}
