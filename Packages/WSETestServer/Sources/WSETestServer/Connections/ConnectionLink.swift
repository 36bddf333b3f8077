internal import NIOCore
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
    let outbox: NIOLockedValueBox<Outbox>
    let life = NIOLockedValueBox(Life())

    struct Life {
        var end: WSETestServer.ConnectionEnd?
        var userID: String?
        var hasSentClose = false
        var rateLimitedMessages = 0
        var isClosed = false
    }

    /// How long an end waits for a client that takes nothing, or does not answer a close frame.
    static let closeGrace = TimeAmount.seconds(2)
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

    var rateLimitedMessages: Int { life.withLockedValue { $0.rateLimitedMessages } }

    func noteRateLimited() {
        life.withLockedValue { $0.rateLimitedMessages += 1 }
    }

    /// The first cause counts; what follows from it does not.
    func noteEnd(_ end: WSETestServer.ConnectionEnd.Value) {
        life.withLockedValue { if $0.end == nil { $0.end = .init(value: end) } }
    }

    // MARK: From any thread

    /// - Returns: `false` if the connection has ended, or is about to.
    @discardableResult
    func enqueue(_ item: OutboundItem) -> Bool {
        change { $0.append(item) }
    }

    /// - Throws: `unknownConnection` if the connection has ended, or is about to.
    func deliver(_ frame: OutboundFrame) throws(WSETestServerError) {
        guard enqueue(.frame(frame)) else {
            throw WSETestServerError(.unknownConnection, "connection \(number) has ended, or is about to")
        }
    }

    func inject(_ script: FaultScript?) {
        let number = number
        change { $0.faults = script.map { FaultMachine(script: $0, connection: number) } }
    }

    func setCipher(_ cipher: any MessageCipher) {
        change { $0.cipher = cipher }
    }

    func cut(afterFrames frames: Int, _ style: WSETestServer.CutStyle) {
        change { $0.cut(afterFrames: frames, style) }
    }

    /// Stops or resumes reading and writing; TCP stays open.
    func setStalled(_ stalled: Bool) {
        change { $0.setStalled(stalled) }
    }

    /// Returns once no more than so many bytes wait, the connection ended or is stalled, or the task is cancelled.
    func drained(below threshold: Int) async {
        let id = outbox.withLockedValue { $0.reserveWaiter() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let satisfied = outbox.withLockedValue { outbox in
                    outbox.add(Outbox.Waiter(id: id, threshold: threshold, continuation: continuation))
                    // An empty outbox says nothing while the event loop still writes what it took from it.
                    return outbox.isFinished && outbox.isEmpty || !outbox.isDrainScheduled
                        ? outbox.satisfiedWaiters() : []
                }
                for waiter in satisfied { waiter.continuation.resume() }
                // A cancellation that came before the waiter was there found nothing to end.
                if Task.isCancelled { abandonWaiter(id) }
            }
        } onCancel: {
            abandonWaiter(id)
        }
    }

    private func abandonWaiter(_ id: Int) {
        outbox.withLockedValue { $0.removeWaiter(id) }?.continuation.resume()
    }

    /// Ends TCP without a close frame: in its turn, or at once where an end is already under way.
    func end(_ style: WSETestServer.CutStyle) {
        if !enqueue(.cut(style)) { terminate(style) }
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

    /// What a change of the outbox asks of the event loop.
    private struct Consequences {
        var mustDrain = false
        var mustApplyStall = false
        var mustWatchEnd = false
        var satisfied: [Outbox.Waiter] = []
    }

    func change<Result>(_ body: (inout Outbox) -> Result) -> Result {
        let (result, consequences) = outbox.withLockedValue { outbox -> (Result, Consequences) in
            let (wasStalled, wasFinished) = (outbox.isStalled, outbox.isFinished)
            let result = body(&outbox)
            var consequences = Consequences()
            consequences.mustDrain =
                !outbox.isDrainScheduled && !outbox.isPaused && !outbox.isStalled && !outbox.isEmpty
            if consequences.mustDrain { outbox.isDrainScheduled = true }
            consequences.mustApplyStall = outbox.isStalled != wasStalled
            consequences.mustWatchEnd = outbox.isFinished && !wasFinished
            if !outbox.isDrainScheduled { consequences.satisfied = outbox.satisfiedWaiters() }
            return (result, consequences)
        }
        for waiter in consequences.satisfied { waiter.continuation.resume() }
        if consequences.mustApplyStall { channel.eventLoop.execute { self.applyStall() } }
        if consequences.mustDrain { channel.eventLoop.execute { self.drain() } }
        if consequences.mustWatchEnd { channel.eventLoop.execute { self.watchEnd() } }
        return result
    }
}
