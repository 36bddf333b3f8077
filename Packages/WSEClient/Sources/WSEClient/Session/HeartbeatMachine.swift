/// Proves that the peer is alive and measures the round trip. Any inbound frame is a sign of life.
struct HeartbeatMachine {
    enum Verdict: Equatable {
        /// Send a ping and look again after the interval.
        case ping
        /// Nothing came for longer than the peer may be silent.
        case dead(silence: Duration)
    }

    let interval: Duration
    let timeout: Duration
    private var lastInbound: ContinuousClock.Instant?
    private var outstanding: [(timestamp: UInt64, sent: ContinuousClock.Instant)] = []
    /// While reading is paused, silence proves nothing.
    private var isPaused = false

    init(interval: Duration, timeout: Duration) {
        self.interval = interval
        self.timeout = timeout
    }

    mutating func started(_ now: ContinuousClock.Instant) {
        lastInbound = now
        outstanding = []
        isPaused = false
    }

    @inline(__always)
    mutating func received(_ now: ContinuousClock.Instant) {
        lastInbound = now
    }

    mutating func setPaused(_ paused: Bool, now: ContinuousClock.Instant) {
        isPaused = paused
        lastInbound = now
        // What answers them lay in the socket meanwhile and tells nothing about the network.
        if !paused { outstanding = [] }
    }

    /// How long nothing has come.
    func silence(_ now: ContinuousClock.Instant) -> Duration {
        lastInbound.map { now - $0 } ?? .zero
    }

    /// Called at each interval, and once more when the peer's time is over.
    func check(_ now: ContinuousClock.Instant) -> Verdict {
        guard !isPaused, let lastInbound else { return .ping }
        let silence = now - lastInbound
        return silence >= timeout ? .dead(silence: silence) : .ping
    }

    /// How long until ``check(_:)`` must be called again.
    func nextCheck(_ now: ContinuousClock.Instant) -> Duration {
        guard !isPaused, let lastInbound else { return interval }
        let remaining = lastInbound + timeout - now
        return min(interval, max(remaining, .milliseconds(1)))
    }

    /// How many pings have gone unanswered for an interval. Their answers no longer count.
    mutating func takeMissed() -> Int {
        guard !isPaused else { return 0 }
        defer { outstanding = [] }
        return outstanding.count
    }

    mutating func sentPing(timestamp: UInt64, _ now: ContinuousClock.Instant) {
        // A silent peer is cut off long before this matters.
        if outstanding.count >= 8 { outstanding.removeFirst() }
        outstanding.append((timestamp, now))
    }

    /// The round trip of the ping that this pong answers.
    mutating func receivedPong(clientTimestamp: UInt64?, _ now: ContinuousClock.Instant) -> Duration? {
        guard let index = outstanding.lastIndex(where: { $0.timestamp == clientTimestamp }) else {
            return nil
        }
        let sent = outstanding[index].sent
        outstanding.removeFirst(index + 1)
        return now - sent
    }
}
