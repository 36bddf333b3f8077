import WSEResilience

/// The user's messages that are not handed to a connection yet. Knows no connection and no codec.
///
/// While there is a connection they wait in the order of their priority until the transport has room; while there is
/// none, in the offline queue.
struct Outbox {
    /// What became of a message.
    typealias Outcome = (message: OutboundMessage, result: Result<SendOutcome.Disposition, WSEError>)

    /// Bytes handed to a transport and not yet to the operating system, from which on messages wait here.
    static let window: UInt64 = 256 << 10

    private var waiting: OutboundQueue<OutboundMessage>
    private var handles: [RequestID: OutboundQueue<OutboundMessage>.Handle] = [:]
    /// Not optional where it is not wanted: to look into an optional is to copy all that is in it.
    private var offline: OfflineQueue<String, OutboundMessage>
    private let keepsOffline: Bool
    /// Why what an earlier run kept could not be read.
    let storeFailure: (any Error)?
    private var limit: TokenBucket?

    // Both in bytes of this connection, as far as known. What was emitted becomes executed when the transport has
    // taken it; from then on the transport counts.
    private var emitted: UInt64 = 0
    private var executed: UInt64 = 0
    private var position: UInt64 = 0
    private var flushed: UInt64 = 0
    /// Whether the transport had no room for a message, until it tells that some was made.
    private var isBlocked = false
    /// Whether the connection takes nothing any more; it ends soon.
    private var isShut = false
    /// How often the transport told that it made room.
    private(set) var flushCount: UInt64 = 0

    init(
        capacity: Int, offline: OfflineQueue<String, OutboundMessage>.Configuration?,
        store: OutboxStore? = nil,
        limit: TokenBucket.Configuration?, now: ContinuousClock.Instant
    ) {
        waiting = OutboundQueue(capacity: capacity)
        keepsOffline = offline != nil
        do {
            self.offline =
                if let offline, let store {
                    try OfflineQueue(offline, store: store, now: now)
                } else {
                    OfflineQueue(offline ?? .init())
                }
            storeFailure = nil
        } catch {
            self.offline = OfflineQueue(offline ?? .init())
            storeFailure = error
        }
        self.limit = limit.map { TokenBucket($0) }
    }

    var waitingCount: Int { waiting.count }
    var offlineCount: Int { offline.count }

    // MARK: The transport's buffer

    var hasRoom: Bool {
        !isBlocked && !isShut && (emitted &- executed) &+ (position &- min(flushed, position)) < Self.window
    }

    mutating func emitted(_ count: Int) {
        emitted &+= UInt64(count)
    }

    /// The transport took or refused messages of `count` bytes, and its output reaches up to `position` now.
    mutating func executed(_ count: Int, position: UInt64) {
        executed = min(executed &+ UInt64(count), emitted)
        self.position = max(self.position, position)
    }

    mutating func flushed(through position: UInt64) {
        flushed = max(flushed, position)
        flushCount &+= 1
        isBlocked = false
    }

    /// The transport had no room, unless it made some since: then it may have now.
    ///
    /// - Parameter count: ``flushCount`` when it was tried.
    mutating func blocked(since count: UInt64) {
        isBlocked = count == flushCount
    }

    /// The connection is closing: what waits is for the next one.
    mutating func shut() {
        isShut = true
    }

    // MARK: Messages

    /// Why a message may not go now; takes a token if it may.
    mutating func refuseForRate(now: ContinuousClock.Instant) -> WSEError? {
        guard limit != nil, limit?.tryAcquire(now: now) == false else { return nil }
        let delay = limit?.timeUntilAvailable(now: now)
        return WSEError(.rateLimit, "more messages than the rate limit allows", retryAfter: delay)
    }

    /// Messages that may go at once; `nil` without a limit.
    func availableTokens(now: ContinuousClock.Instant) -> Int? {
        var limit = limit
        return limit?.availableTokens(now: now)
    }

    /// Heeds what a server says about the rate.
    mutating func heed(_ feedback: TokenBucket.Feedback, now: ContinuousClock.Instant) {
        limit?.heed(feedback, now: now)
    }

    /// Whether nothing waits, be it for room or for a connection.
    var isEmpty: Bool { waiting.isEmpty && offline.waitingCount == 0 }

    /// Whether a message would be the next, so that it needs no queue.
    var isIdle: Bool { isEmpty && hasRoom }

    /// - Returns: Whether there was room.
    mutating func enqueue(_ message: OutboundMessage) -> Bool {
        guard let handle = waiting.append(message, priority: message.priority) else { return false }
        if let caller = message.caller { handles[caller] = handle }
        return true
    }

    /// Ends what has waited offline for too long.
    mutating func takeExpired(now: ContinuousClock.Instant) -> [Outcome] {
        guard let due = offline.nextExpiry, due <= now else { return [] }
        return offline.removeExpired(now: now).map { ($0.message, .failure(Self.expired)) }
    }

    /// The next message that may go.
    mutating func next(now: ContinuousClock.Instant) -> OutboundMessage? {
        guard hasRoom else { return nil }
        guard let message = waiting.popFirst() else { return offline.takeFirst(now: now)?.message }
        if let caller = message.caller { handles[caller] = nil }
        return message
    }

    /// Takes a message back whose caller was cancelled; `nil` if it is on its way already.
    mutating func cancel(_ caller: RequestID) -> OutboundMessage? {
        handles.removeValue(forKey: caller).flatMap { waiting.remove($0) }
    }

    // MARK: Offline

    /// Keeps a message until there is a connection.
    ///
    /// - Parameter error: What becomes of one that may not be kept.
    mutating func keep(
        _ message: OutboundMessage,
        or error: WSEError = WSEError(.notConnected, "there is no connection to send on"),
        now: ContinuousClock.Instant
    ) -> [Outcome] {
        guard keepsOffline, !message.needsConnection else { return [(message, .failure(error))] }
        var kept = message
        kept.caller = nil
        kept.isKept = true
        // The next connection has another key.
        kept.wire = nil
        let addition = offline.add(kept, id: message.id, priority: message.priority, now: now)
        var outcomes: [Outcome] = addition.expired.map { ($0.message, .failure(Self.expired)) }
        if let evicted = addition.evicted {
            outcomes.append(
                (
                    evicted.message,
                    .failure(WSEError(.queueFull, "messages of higher priority took its place"))
                ))
        }
        if addition.outcome == .refused {
            outcomes.append((message, .failure(WSEError(.queueFull, "the offline queue is full"))))
        } else {
            outcomes.append((message, .success(.queued)))
        }
        return outcomes
    }

    private static let expired = WSEError(.timeout, "it waited in the offline queue for too long")

    /// A connection is ready: what was kept goes first.
    mutating func connected(now: ContinuousClock.Instant) -> [Outcome] {
        emitted = 0
        executed = 0
        position = 0
        flushed = 0
        isBlocked = false
        isShut = false
        let expired = takeExpired(now: now)
        while !waiting.isFull, let entry = offline.takeFirst(now: now) {
            _ = waiting.append(entry.message, priority: entry.priority)
        }
        return expired
    }

    /// A kept message was handed to a connection, or none will ever take it.
    mutating func done(_ id: String) {
        offline.confirm(id)
    }

    /// A kept message did not make it.
    mutating func putBack(_ id: String) {
        offline.putBack(id)
    }

    /// The connection is gone: what was kept stays, what waited is kept now, if it may be.
    ///
    /// - Parameter error: For those that cannot be kept; the user's own disconnect keeps nothing more.
    mutating func connectionLost(
        _ error: WSEError, keepsWaiting: Bool, now: ContinuousClock.Instant
    ) -> [Outcome] {
        var outcomes: [Outcome] = []
        handles = [:]
        for message in waiting.removeAll() where !message.isKept {
            if keepsWaiting, keepsOffline, !message.needsConnection {
                outcomes += keep(message, now: now)
            } else {
                outcomes.append((message, .failure(error)))
            }
        }
        offline.putBackAll()
        return outcomes
    }
}
