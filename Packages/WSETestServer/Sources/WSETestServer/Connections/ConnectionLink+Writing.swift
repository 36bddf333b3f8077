internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix
internal import NIOWebSocket

/// What happens on the connection's event loop.
extension ConnectionLink {
    /// How much one drain writes before it lets the event loop do other work.
    private static let drainQuota = 4 << 20

    /// Writes what waits while the socket takes it.
    func drain() {
        let pipeline = channel.pipeline.syncOperations
        var quota = Self.drainQuota
        var hasMore = true
        while hasMore, channel.isWritable, quota > 0 {
            while channel.isWritable, quota > 0 {
                guard let item = outbox.withLockedValue({ $0.next() }) else {
                    hasMore = false
                    break
                }
                quota -= item.byteCount + 16
                write(item, pipeline)
            }
            pipeline.flush()
        }
        let (satisfied, again) = outbox.withLockedValue { outbox in
            // Without room in the socket the drain goes on when there is some: see `writabilityChanged`.
            let again = !outbox.isEmpty && !outbox.isPaused && !outbox.isStalled && channel.isWritable
            outbox.isDrainScheduled = again
            return (outbox.satisfiedWaiters(), again)
        }
        for waiter in satisfied { waiter.continuation.resume() }
        if again { channel.eventLoop.execute { self.drain() } }
    }

    func writabilityChanged() {
        guard channel.isWritable else { return }
        let mustDrain = outbox.withLockedValue { outbox in
            guard !outbox.isDrainScheduled, !outbox.isEmpty else { return false }
            outbox.isDrainScheduled = true
            return true
        }
        if mustDrain { drain() }
    }

    private func write(_ item: OutboundItem, _ pipeline: ChannelPipeline.SynchronousOperations) {
        switch item {
        case .frame(let frame): write(frame.isText ? .text : .binary, frame.data, pipeline)
        case .ping(let buffer): write(.ping, buffer, pipeline)
        case .pong(let buffer): write(.pong, buffer, pipeline)
        case .bytes(let buffer):
            // From the encoder's own place on, nothing frames the bytes any more.
            (try? pipeline.context(handlerType: WebSocketFrameEncoder.self))?
                .write(NIOAny(buffer), promise: nil)
        case .close(let code, let reason): writeClose(code: code, reason: reason, pipeline)
        case .pause(let duration): pause(for: duration)
        case .stall: applyStall()
        case .cut(let style): cut(style)
        }
    }

    private func write(
        _ opcode: WebSocketOpcode, _ data: ByteBuffer, _ pipeline: ChannelPipeline.SynchronousOperations
    ) {
        pipeline.write(NIOAny(WebSocketFrame(fin: true, opcode: opcode, data: data)), promise: nil)
    }

    private func writeClose(
        code: UInt16?, reason: String, _ pipeline: ChannelPipeline.SynchronousOperations
    ) {
        noteEnd(.serverClosed(code: code))
        life.withLockedValue { $0.hasSentClose = true }
        var body = ByteBuffer()
        if let code {
            body.writeInteger(code)
            // A control frame holds 125 bytes.
            body.writeBytes(ByteBuffer(string: reason).readableBytesView.prefix(123))
        }
        write(.connectionClose, body, pipeline)
    }

    /// Reads or not, as the outbox says by now.
    func applyStall() {
        let isStalled = isStalled
        // It fails only where the channel has closed.
        try? channel.syncOptions?.setOption(.autoRead, value: !isStalled)
        if !isStalled { channel.pipeline.fireUserInboundEventTriggered(StallEnded()) }
    }

    /// Sees to it that an end comes: ends TCP where the client takes nothing of what stands before it, or does not answer
    /// the close frame.
    ///
    /// - Parameter last: How many bytes had not been written a while ago.
    func watchEnd(last: Int? = nil) {
        guard !isClosed else { return }
        let buffered = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        let (pending, isPaused) = outbox.withLockedValue { ($0.byteCount, $0.isPaused) }
        guard isPaused || last != pending + buffered else {
            cut(.finish)
            return
        }
        channel.eventLoop.scheduleTask(in: Self.closeGrace) { self.watchEnd(last: pending + buffered) }
    }

    private func pause(for duration: Duration) {
        outbox.withLockedValue { $0.isPaused = true }
        channel.eventLoop.scheduleTask(in: TimeAmount(duration)) {
            self.change { $0.isPaused = false }
        }
    }

    func cut(_ style: WSETestServer.CutStyle) {
        noteEnd(.serverCut)
        channel.pipeline.syncOperations.flush()
        if style == .reset {
            // A linger time of 0 makes the kernel send RST where it would send FIN.
            (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                .whenFailure { _ in }
        }
        channel.closeAtOnce()
    }

    /// Answers the client's close frame, or ends TCP if it was the answer to ours.
    func peerClosed(code: UInt16?, reason: String) {
        noteEnd(.clientClosed(code: code, reason: reason))
        guard !life.withLockedValue({ $0.hasSentClose }) else {
            channel.close(promise: nil)
            return
        }
        var body = ByteBuffer()
        if let code { body.writeInteger(code) }
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: body)
        let channel = channel
        channel.writeAndFlush(frame).whenComplete { _ in channel.close(promise: nil) }
        closeOutbox()
        watchEnd()
    }

    /// Tells a client that broke the protocol so, and ends the connection.
    func fail(code: UInt16?, _ violation: String) {
        noteEnd(.violation(violation))
        enqueue(.close(code: code, reason: ""))
    }

    /// Notes that TCP has ended.
    func markClosed() {
        noteEnd(.clientDropped)
        life.withLockedValue { $0.isClosed = true }
    }

    func closeOutbox() {
        let waiters = outbox.withLockedValue { $0.close() }
        for waiter in waiters { waiter.continuation.resume() }
    }
}

/// Tells a connection's handler that it may handle what came meanwhile.
struct StallEnded: Sendable {}
