import NIOCore
import Synchronization
import WebSocketFraming

/// Frames in, messages to the owner; the owner's frames out. Each read is walked once, and its messages are handed
/// over together.
///
/// Lives on the event loop. In the pipeline it stands before the HTTP handlers: until it is opened it lets everything
/// pass to them, from then on nothing, so the switch takes effect between two bytes.
///
/// ## How a connection ends
/// `outcome` collects what is known: the peer's close frame, or the first error. Once our close frame is queued a
/// timer runs, anew whenever the peer has taken some of what waits before it. The handler is told when TCP is gone, so `closed` really is the last thing that happens.
/// The server closes TCP first (RFC 6455 section 7.1.1); if it does not, the timer does.
final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let connection: NIOWebSocketConnection
    /// Set while the connection is open.
    private var handler: (any WebSocketHandler)?
    private let closeTimeout: TimeAmount
    private var context: ChannelHandlerContext?

    private var decoder: FrameDecoder
    /// Reused from read to read.
    private var records: [WebSocketMessageRecord] = []
    private var isInRead = false
    /// Set after a violation, a close frame or an abort: what still arrives means nothing.
    private var isDiscarding = false
    private var isReading = true
    /// A close frame is on its way; without reading, its answer could not be seen.
    private var isClosing: Bool { closeTimer != nil }

    /// Up to where the handler knows that everything was written.
    private var reportedPosition: UInt64 = 0
    private static let reportedStep: UInt64 = 64 << 10

    private var outcome = WebSocketClosure(code: nil)
    private var closeTimer: Scheduled<Void>?

    init(connection: NIOWebSocketConnection, configuration: WebSocketConfiguration) {
        self.connection = connection
        closeTimeout = TimeAmount(configuration.timeouts.close)
        decoder = FrameDecoder(
            maximumFrame: configuration.limits.inboundFrame,
            maximumMessage: configuration.limits.inboundMessage)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func open(_ response: WebSocketUpgradeResponse, handler: any WebSocketHandler) {
        self.handler = handler
        connection.output.withLock { $0.open() }
        handler.webSocketOpened(response)
        setReading(connection.isReadingWanted.load(ordering: .sequentiallyConsistent))
        flush()
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let handler else {
            context.fireChannelRead(data)
            return
        }
        guard !isDiscarding else { return }
        if !isInRead {
            isInRead = true
            connection.output.withLock { $0.beginRead() }
        }
        let buffer = unwrapInboundIn(data)
        let end = Self.walk(
            buffer.readableBytesSpan, with: &decoder, records: &records, handler: handler,
            output: connection)
        switch end {
        case .read: break
        case .closeFrame(let code, let reason): receivedClose(code: code, reason: reason)
        case .violation(let violation): fail(WebSocketError(violation))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard handler != nil else {
            context.fireChannelReadComplete()
            return
        }
        isInRead = false
        flush()
    }

    func setReading(_ isReading: Bool) {
        guard isReading != self.isReading, !isDiscarding, !isClosing else { return }
        self.isReading = isReading
        setAutoRead(isReading)
    }

    private func setAutoRead(_ value: Bool) {
        // Fails on a closed channel only, where it does not matter.
        try? context?.channel.syncOptions?.setOption(.autoRead, value: value)
    }

    private enum ReadEnd {
        case read
        case closeFrame(code: UInt16?, reason: String)
        case violation(FrameViolation)
    }

    /// Static, with the decoder as `inout`: exclusive access is checked once per read, not once per frame.
    private static func walk(
        _ bytes: RawSpan, with decoder: inout FrameDecoder, records: inout [WebSocketMessageRecord],
        handler: any WebSocketHandler, output connection: NIOWebSocketConnection
    ) -> ReadEnd {
        var position = 0
        var end = ReadEnd.read
        do throws(FrameViolation) {
            walking: while true {
                switch try decoder.next(in: bytes, at: &position) {
                case .message(let isText, .input(let offset, let count)):
                    records.append(
                        WebSocketMessageRecord(kind: isText ? .text : .binary, offset: offset, count: count))
                case .message(let isText, let payload):
                    deliver(&records, in: bytes, to: handler)
                    records.append(
                        WebSocketMessageRecord(
                            kind: isText ? .text : .binary, offset: 0, count: payload.count))
                    deliver(&records, in: decoder.message.span.bytes, to: handler)
                case .ping(let payload):
                    // The read's end flushes.
                    payload.withSpan(in: bytes, control: decoder.control) { payload in
                        _ = connection.output.withLock { $0.pong(payload) }
                    }
                case .pong(let payload):
                    deliver(&records, in: bytes, to: handler)
                    payload.withSpan(in: bytes, control: decoder.control) {
                        handler.webSocketReceivedPong($0)
                    }
                case .close(let code, let reason):
                    let text = reason.withSpan(in: bytes, control: decoder.control) { reason in
                        reason.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                    }
                    end = .closeFrame(code: code, reason: text)
                    break walking
                case .needsInput:
                    break walking
                }
            }
        } catch {
            end = .violation(error)
        }
        deliver(&records, in: bytes, to: handler)
        return end
    }

    private static func deliver(
        _ records: inout [WebSocketMessageRecord], in bytes: RawSpan, to handler: any WebSocketHandler
    ) {
        guard !records.isEmpty else { return }
        handler.webSocketReceived(records.span, in: bytes)
        // A read full of empty messages shall not leave a large array behind.
        records.removeAll(keepingCapacity: records.count <= keptRecords)
    }

    private static let keptRecords = 1024

    // MARK: Writing

    /// Hands over what is buffered and reports progress.
    func flush() {
        guard let context else { return }
        let count = connection.output.withLock { $0.beginFlush() }
        if count > 0 {
            for index in 0..<count {
                guard let chunk = connection.output.withLock({ $0.handedOverChunk(index) }) else { break }
                let promise = context.eventLoop.makePromise(of: Void.self)
                promise.futureResult.assumeIsolated().whenSuccess { self.didWriteChunk() }
                context.write(wrapOutboundOut(chunk), promise: promise)
            }
            context.flush()
        }
        reportWritability()
    }

    private func didWriteChunk() {
        // The peer takes what is before the close frame: its time to answer that has not begun.
        if isClosing { restartCloseTimer() }
        let (position, needsFlush) = connection.output.withLock { $0.didWriteChunk() }
        // Where the next flush follows at once, its end is soon enough: the handler may wait for locks that senders hold.
        if !needsFlush || position &- reportedPosition >= Self.reportedStep {
            reportedPosition = position
            handler?.webSocketFlushed(through: position)
        }
        reportWritability()
        if needsFlush { connection.scheduleFlush() }
    }

    private func reportWritability() {
        let changes = connection.output.withLock { $0.takeWritabilityChanges() }
        for isWritable in changes { handler?.webSocketWritabilityChanged(isWritable: isWritable) }
    }

    // MARK: Ending

    /// Our close frame is in the buffer: send it, and give the peer the configured time.
    ///
    /// Reading resumes, as the peer's answer could not be seen otherwise.
    func didQueueCloseFrame() {
        startCloseTimer()
        if !isReading { setAutoRead(true) }
        flush()
    }

    func abort() {
        isDiscarding = true
        if outcome.code == nil, outcome.error == nil {
            outcome.error = WebSocketError(.cancelled, "The connection was aborted.")
        }
        closeTransport()
    }

    private func receivedClose(code: UInt16?, reason: String) {
        isDiscarding = true
        outcome.code = code.map(WebSocketCloseCode.init(rawValue:)) ?? .noStatus
        outcome.reason = reason
        answerClose(with: code.map { CloseFrame.payload(code: $0, reason: "") } ?? [])
    }

    private func fail(_ error: WebSocketError) {
        isDiscarding = true
        outcome.error = error
        answerClose(with: error.closeCode.map { CloseFrame.payload(code: $0.rawValue, reason: "") } ?? [])
    }

    /// Sends a close frame unless one was sent; the end of the read flushes it.
    private func answerClose(with payload: [UInt8]) {
        let (isFirst, _) = connection.output.withLock { $0.close(payload: payload) }
        if isFirst { startCloseTimer() }
        if !isReading { setAutoRead(true) }
    }

    private func startCloseTimer() {
        guard closeTimer == nil, let context else { return }
        closeTimer = context.eventLoop.assumeIsolated().scheduleTask(in: closeTimeout) {
            self.closeTimedOut()
        }
    }

    private func restartCloseTimer() {
        closeTimer?.cancel()
        closeTimer = nil
        startCloseTimer()
    }

    private func closeTimedOut() {
        if outcome.code == nil, outcome.error == nil {
            outcome.error = WebSocketError(
                .closeTimeout, "The peer did not answer the close frame in time.")
        }
        closeTransport()
    }

    /// Closes the socket at once, without TLS's own farewell: the peer had its chance.
    private func closeTransport() {
        guard let context else { return }
        context.channel.closeAtOnce()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard handler != nil else {
            context.fireErrorCaught(error)
            return
        }
        if outcome.code == nil, outcome.error == nil {
            outcome.error = WebSocketError(
                .connectionReset, "The connection broke: \(error)", underlying: error)
        }
        closeTransport()
    }

    func channelInactive(context: ChannelHandlerContext) {
        closeTimer?.cancel()
        closeTimer = nil
        guard let handler else {
            context.fireChannelInactive()
            return
        }
        self.handler = nil
        connection.output.withLock { $0.close() }
        connection.stage.value = nil
        if outcome.code == nil, outcome.error == nil {
            outcome.error = WebSocketError(
                .connectionReset, "The TCP connection ended without a close frame.")
        }
        handler.webSocketClosed(outcome)
    }
}
