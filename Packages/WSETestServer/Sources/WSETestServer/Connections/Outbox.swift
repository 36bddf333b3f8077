internal import WSECrypto

/// What waits to be written to one connection. Bounded in bytes; what does not fit is dropped and counted, as a
/// published server does with a slow consumer.
struct Outbox: Sendable {
    /// Suspends until no more than so many bytes wait.
    struct Waiter: Sendable {
        let id: Int
        let threshold: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    let limit: Int
    private(set) var byteCount = 0
    /// Frames with data that wait to be written or were.
    private(set) var acceptedFrames = 0
    private(set) var droppedFrames = 0
    /// Whether a drain is under way or queued on the event loop.
    var isDrainScheduled = false
    var isPaused = false
    /// Whether writing has stopped while TCP stays open.
    private(set) var isStalled = false
    /// Whether the connection's end has been put in, behind which nothing comes.
    private(set) var isFinished = false
    private var waiters: [Waiter] = []
    private var lastWaiter = 0
    var faults: FaultMachine?
    /// Seals what is to be sealed from now on.
    var cipher: (any MessageCipher)?
    /// Frames with data that were meant for the client, whatever became of them, which is what ``cutAfter`` counts.
    private var meantFrames = 0
    private var cutAfter: (frames: Int, style: WSETestServer.CutStyle)?
    private var items: [OutboundItem] = []
    private var head = 0

    init(limit: Int) {
        self.limit = limit
    }

    var isEmpty: Bool { head == items.count }

    /// Puts an item in, or what the faults make of it.
    ///
    /// - Returns: `false` if the connection has ended, or is about to.
    mutating func append(_ item: OutboundItem) -> Bool {
        guard !isFinished else { return false }
        if case .frame(let frame) = item, let items = faults?.process(frame) {
            for item in items { accept(item) }
        } else {
            accept(item)
        }
        switch item {
        case .frame, .bytes: meantFrames += 1
        case .ping, .pong, .close, .pause, .stall, .cut: return true
        }
        if let cutAfter, meantFrames >= cutAfter.frames { accept(.cut(cutAfter.style)) }
        return true
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
        case .close:
            isFinished = true
            isStalled = false
            items[head...].removeAll(where: \.isStall)
        case .cut:
            isFinished = true
            forgetWhatIsStalled()
        case .pause, .stall: break
        }
        byteCount += item.byteCount
        items.append(item)
    }

    /// As on a line that was dead before TCP ended.
    private mutating func forgetWhatIsStalled() {
        guard let first = isStalled ? head : items[head...].firstIndex(where: \.isStall) else { return }
        isStalled = false
        byteCount -= items[first...].reduce(0) { $0 + $1.byteCount }
        items.removeSubrange(first...)
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
        if item.isStall { isStalled = true }
        if head == items.count {
            items.removeAll(keepingCapacity: head <= 4_096)
            head = 0
        } else if head >= 4_096, head * 2 > items.count {
            items.removeSubrange(..<head)
            head = 0
        }
        return item
    }

    /// Has no effect once the connection's end has been put in.
    mutating func setStalled(_ stalled: Bool) {
        guard !isFinished else { return }
        isStalled = stalled
    }

    /// Ends the connection once so many more frames with data were meant for the client; 0 ends it at once.
    mutating func cut(afterFrames frames: Int, _ style: WSETestServer.CutStyle) {
        guard frames > 0 else {
            accept(.cut(style))
            return
        }
        let (sum, overflow) = meantFrames.addingReportingOverflow(frames)
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

    // MARK: Waiters

    mutating func reserveWaiter() -> Int {
        lastWaiter += 1
        return lastWaiter
    }

    mutating func add(_ waiter: Waiter) {
        waiters.append(waiter)
    }

    /// `nil` if it waits no longer.
    mutating func removeWaiter(_ id: Int) -> Waiter? {
        waiters.firstIndex { $0.id == id }.map { waiters.remove(at: $0) }
    }

    /// The waiters whose threshold is met, or all of them while nothing can be written anyway.
    mutating func satisfiedWaiters() -> [Waiter] {
        guard !waiters.isEmpty else { return [] }
        let satisfied = waiters.filter { isStalled || byteCount <= $0.threshold }
        waiters.removeAll { isStalled || byteCount <= $0.threshold }
        return satisfied
    }
}
