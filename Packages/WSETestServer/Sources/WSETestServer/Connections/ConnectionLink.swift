internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOWebSocket
internal import NIOConcurrencyHelpers
internal import WSECrypto

/// One upgraded connection: who it is, and everything that is written to it.
///
/// Any thread may put items in; the connection's event loop takes them out, as many as the socket takes, with
/// one flush for all of them.
final class ConnectionLink: Sendable {
    /// Counts the server's connections from 1.
    let number: Int
    /// The `connection_id` that the client is told.
    let id: String
    let request: WSETestServer.Request
    let channel: any Channel
    // The server owns its connections through its channels, and what it recorded refers to them.
    weak let server: WSETestServer?
    private let outbox: NIOLockedValueBox<Outbox>
    private let life = NIOLockedValueBox(Life())

    private struct Life {
        var end: WSETestServer.ConnectionEnd?
        var userID: String?
        var hasSentClose = false
        var isClosed = false
    }

    /// How long a client may take to answer a close frame.
    static let closeGrace = TimeAmount.seconds(2)
    /// How much one drain writes before it lets the event loop do other work.
    private static let drainQuota = 4 << 20
    private static let trickleSize = 8

    init(
        number: Int, id: String, request: WSETestServer.Request, channel: any Channel, limit: Int,
        server: WSETestServer
    ) {
        self.number = number
        self.id = id
        self.request = request
        self.channel = channel
        self.server = server
        outbox = NIOLockedValueBox(Outbox(limit: limit))
    }

    var userID: String? {
        get { life.withLockedValue { $0.userID } }
        set { life.withLockedValue { $0.userID = newValue } }
    }

    var isClosed: Bool { life.withLockedValue { $0.isClosed } }
    var end: WSETestServer.ConnectionEnd? { life.withLockedValue { $0.isClosed ? $0.end : nil } }
    var isEncrypted: Bool { outbox.withLockedValue { $0.cipher != nil } }
    var isStalled: Bool { outbox.withLockedValue { $0.isStalled } }
    var pendingBytes: Int { outbox.withLockedValue { $0.byteCount } }
    var sentFrames: Int { outbox.withLockedValue { $0.acceptedFrames } }
    var droppedFrames: Int { outbox.withLockedValue { $0.droppedFrames } }

    /// The first cause counts; what follows from it does not.
    func noteEnd(_ end: WSETestServer.ConnectionEnd.Value) {
        life.withLockedValue { if $0.end == nil { $0.end = .init(value: end) } }
    }

    // MARK: From any thread

    func enqueue(_ item: OutboundItem) {
        change { $0.append(item) }
    }

    func inject(_ script: FaultScript?) {
        let number = number
        change { $0.faults = script.map { FaultMachine(script: $0, connection: number) } }
    }

    func setCipher(_ cipher: (any MessageCipher)?) {
        change { $0.cipher = cipher }
    }

    func cut(afterFrames frames: Int, _ style: WSETestServer.CutStyle) {
        change { $0.cut(afterFrames: frames, style) }
    }

    /// Stops or resumes reading and writing; TCP stays open.
    func setStalled(_ stalled: Bool) {
        guard !isClosed else { return }
        change { $0.isStalled = stalled }
        channel.setOption(.autoRead, value: !stalled).whenFailure { _ in }
    }

    /// Returns once no more than so many bytes wait, or the connection ended or is stalled.
    func drained(below threshold: Int) async {
        await withCheckedContinuation { continuation in
            let satisfied = outbox.withLockedValue { outbox in
                outbox.waiters.append(Outbox.Waiter(threshold: threshold, continuation: continuation))
                // An empty outbox says nothing while the event loop still writes what it took from it.
                return outbox.isFinished && outbox.isEmpty || !outbox.isDrainScheduled
                    ? outbox.satisfiedWaiters() : []
            }
            for waiter in satisfied { waiter.continuation.resume() }
        }
    }

    /// Ends TCP without a close frame: in its turn, or at once where an end is already under way.
    func end(_ style: WSETestServer.CutStyle) {
        setStalled(false)
        let isFinished = outbox.withLockedValue { $0.isFinished }
        if isFinished { terminate(style) } else { enqueue(.cut(style)) }
    }

    /// Ends TCP at once, whatever waits to be written.
    func terminate(_ style: WSETestServer.CutStyle) {
        guard !isClosed else { return }
        channel.eventLoop.execute { self.cut(style) }
    }

    /// Puts items in little by little, so that others come in between.
    func trickle(_ items: [OutboundItem]) {
        guard !items.isEmpty, !isClosed else { return }
        channel.eventLoop.execute {
            for item in items.prefix(Self.trickleSize) { self.enqueue(item) }
            self.trickle(Array(items.dropFirst(Self.trickleSize)))
        }
    }

    private func change(_ body: (inout Outbox) -> Void) {
        let mustSchedule = outbox.withLockedValue { outbox in
            body(&outbox)
            guard !outbox.isDrainScheduled, !outbox.isPaused, !outbox.isStalled, !outbox.isEmpty else {
                return false
            }
            outbox.isDrainScheduled = true
            return true
        }
        if mustSchedule { channel.eventLoop.execute { self.drain() } }
    }

    // MARK: On the event loop

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
        case .stall: setStalled(true)
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
        let channel = channel
        channel.eventLoop.scheduleTask(in: Self.closeGrace) { channel.close(promise: nil) }
    }

    private func pause(for duration: Duration) {
        outbox.withLockedValue { $0.isPaused = true }
        channel.eventLoop.scheduleTask(in: TimeAmount(duration)) {
            self.change { $0.isPaused = false }
        }
    }

    private func cut(_ style: WSETestServer.CutStyle) {
        noteEnd(.serverCut)
        channel.pipeline.syncOperations.flush()
        if style == .reset {
            // A linger time of 0 makes the kernel send RST where it would send FIN.
            (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                .whenFailure { _ in }
        }
        // From the TLS handler's own place on: TLS must not say goodbye either.
        if let context = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) {
            context.close(promise: nil)
        } else {
            channel.close(promise: nil)
        }
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
    }

    /// Tells a client that broke the protocol so, and ends the connection.
    func fail(code: UInt16?, _ violation: String) {
        noteEnd(.violation(violation))
        enqueue(.close(code: code, reason: ""))
    }

    func closed() {
        noteEnd(.clientDropped)
        life.withLockedValue { $0.isClosed = true }
        closeOutbox()
    }

    private func closeOutbox() {
        let waiters = outbox.withLockedValue { $0.close() }
        for waiter in waiters { waiter.continuation.resume() }
    }
}
