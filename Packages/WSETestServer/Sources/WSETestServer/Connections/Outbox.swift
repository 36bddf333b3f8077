internal import WSECrypto

/// What waits to be written to one connection. Bounded in bytes; what does not fit is dropped and counted, as a
/// published server does with a slow consumer.
struct Outbox: Sendable {
    /// Suspends until no more than so many bytes wait.
    struct Waiter: Sendable {
        let threshold: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    let limit: Int
    private(set) var byteCount = 0
    /// Frames with data that were accepted, which is what ``cutAfter`` counts.
    private(set) var acceptedFrames = 0
    private(set) var droppedFrames = 0
    /// Whether a drain is under way or queued on the event loop.
    var isDrainScheduled = false
    var isPaused = false
    /// Whether writing has stopped while TCP stays open.
    var isStalled = false
    private(set) var isFinished = false
    var waiters: [Waiter] = []
    var faults: FaultMachine?
    /// Seals what is to be sealed from now on.
    var cipher: (any MessageCipher)?
    private var cutAfter: (frames: Int, style: WSETestServer.CutStyle)?
    private var items: [OutboundItem] = []
    private var head = 0

    init(limit: Int) {
        self.limit = limit
    }

    var isEmpty: Bool { head == items.count }

    /// Puts an item in, or what the faults make of it.
    mutating func append(_ item: OutboundItem) {
        guard case .frame(let frame) = item, faults != nil else {
            accept(item)
            return
        }
        for item in faults?.process(frame) ?? [] { accept(item) }
    }

    private mutating func accept(_ item: OutboundItem) {
        guard !isFinished else { return }
        let item = finish(item)
        switch item {
        case .frame, .bytes:
            guard byteCount + item.byteCount <= limit else {
                droppedFrames += 1
                return
            }
            acceptedFrames += 1
        case .ping, .pong:
            // A client that floods with pings and never reads must not grow the outbox either.
            guard byteCount + item.byteCount <= limit, items.count - head < 1 << 20 else {
                droppedFrames += 1
                return
            }
        case .close, .cut:
            isFinished = true
        case .pause, .stall: break
        }
        byteCount += item.byteCount
        items.append(item)
        if let cutAfter, acceptedFrames >= cutAfter.frames, !isFinished {
            isFinished = true
            items.append(.cut(cutAfter.style))
        }
    }

    /// Gives a frame its last form: sealed, and then perhaps damaged.
    private mutating func finish(_ item: OutboundItem) -> OutboundItem {
        guard case .frame(var frame) = item else { return item }
        if let cipher, frame.isSealed { frame.seal(with: cipher) }
        guard let corruption = frame.corruption, var faults else { return .frame(frame) }
        defer { self.faults = faults }
        return faults.corrupt(frame, corruption)
    }

    /// The next item to write; `nil` if there is none or writing is held up.
    mutating func next() -> OutboundItem? {
        guard !isPaused, !isStalled, head < items.count else { return nil }
        let item = items[head]
        head += 1
        byteCount -= item.byteCount
        if head == items.count {
            items.removeAll(keepingCapacity: head <= 4_096)
            head = 0
        } else if head >= 4_096, head * 2 > items.count {
            items.removeSubrange(..<head)
            head = 0
        }
        return item
    }

    /// Ends the connection once so many more frames with data have been accepted; 0 ends it at once.
    mutating func cut(afterFrames frames: Int, _ style: WSETestServer.CutStyle) {
        guard !isFinished else { return }
        guard frames > 0 else {
            append(.cut(style))
            return
        }
        let (sum, overflow) = acceptedFrames.addingReportingOverflow(frames)
        cutAfter = (overflow ? Int.max : sum, style)
    }

    /// Forgets everything: the connection has ended.
    mutating func close() -> [Waiter] {
        isFinished = true
        items = []
        head = 0
        byteCount = 0
        defer { waiters = [] }
        return waiters
    }

    /// The waiters whose threshold is met, or all of them while nothing can be written anyway.
    mutating func satisfiedWaiters() -> [Waiter] {
        guard !waiters.isEmpty else { return [] }
        let satisfied = waiters.filter { isStalled || byteCount <= $0.threshold }
        waiters.removeAll { isStalled || byteCount <= $0.threshold }
        return satisfied
    }
}
