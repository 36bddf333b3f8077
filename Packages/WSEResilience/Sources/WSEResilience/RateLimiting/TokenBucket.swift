/// Limits how often something is done: on average to a rate, in bursts to a capacity.
///
/// Each action takes a token; tokens come back at the rate until the bucket is full.
///
/// ```swift
/// var bucket = TokenBucket(.init(capacity: 1000, rate: 100))
/// if bucket.tryAcquire(now: now) {
///     send("hello")
/// } else if let wait = bucket.timeUntilAvailable(now: now) {
///     print("try again in", wait)
/// }
/// bucket.heed(.refusal(retryAfter: .seconds(1)), now: now)
/// ```
///
/// It heeds the server: a refusal empties it, pauses it and lowers the rate, a warning lowers the rate; with
/// time, the rate rises back in steps.
///
/// A value type without a clock. Kept as one instant, the one at which it would be full, with the resolution of
/// `Duration`: nothing is rounded per action, so no error builds up. To share one between tasks and to wait,
/// see ``SharedTokenBucket``.
public struct TokenBucket: Sendable {
    /// What the server said about the rate of messages.
    public enum Feedback: Sendable, Hashable {
        /// A message was refused. Nothing more is sent for that long; then one token is there, and more come at
        /// the lowered rate. Further refusals during the pause prolong it, but do not lower the rate again.
        case refusal(retryAfter: Duration)
        /// The limit is near: only this many more messages, if told. Lowers the rate, at most once per
        /// ``Configuration/recoveryInterval``.
        case warning(remaining: Int?)
    }

    /// Tokens promised for a time to come.
    public struct Reservation: Sendable, Hashable {
        /// How long to wait, from when it was made.
        public let delay: Duration
        /// How many tokens.
        public let count: Int
        fileprivate let epoch: UInt64
    }

    /// What it works with.
    public let configuration: Configuration

    /// Tokens gained per second at present, as of the last call that told the time.
    public private(set) var rate: Double

    /// What one token takes to come back at the present rate.
    private var interval: Duration
    /// When the bucket is or was full; `nil` stands for full since ever.
    private var fullAt: ContinuousClock.Instant?
    private var pausedUntil: ContinuousClock.Instant?
    /// When a lowered rate is raised next.
    private var nextRaise: ContinuousClock.Instant?
    private var slowedAt: ContinuousClock.Instant?
    /// Counts the refusals, each of which voids what was reserved.
    private var epoch: UInt64 = 0

    /// A full bucket.
    public init(_ configuration: Configuration = Configuration()) {
        // Values assigned since its `init` have not been held to their limits.
        let configuration = Configuration(
            capacity: configuration.capacity, rate: configuration.rate, slowdown: configuration.slowdown,
            minimum: configuration.minimum, recoveryInterval: configuration.recoveryInterval,
            recoveryStep: configuration.recoveryStep)
        self.configuration = configuration
        rate = configuration.rate
        interval = TokenBucket.interval(at: configuration.rate)
    }

    /// Takes `count` tokens if they are there, else none. Takes nothing and succeeds for a count below 1.
    public mutating func tryAcquire(_ count: Int = 1, now: ContinuousClock.Instant) -> Bool {
        advance(to: now)
        guard count > 0 else { return true }
        guard count <= configuration.capacity, !isPaused(now) else { return false }
        let after = debt(now) + interval * count
        guard after <= interval * configuration.capacity else { return false }
        fullAt = now.advanced(by: after)
        return true
    }

    /// How long until `count` tokens are there, if no one else takes any; zero if they are, `nil` if the bucket
    /// can never hold so many.
    public mutating func timeUntilAvailable(_ count: Int = 1, now: ContinuousClock.Instant) -> Duration? {
        advance(to: now)
        guard count <= configuration.capacity else { return nil }
        return delay(for: max(count, 0), now: now)
    }

    /// Takes `count` tokens in advance and says how long to wait before using them.
    ///
    /// Reservations are served in the order in which they are made. A later ``Feedback/refusal(retryAfter:)`` voids
    /// them: check ``isValid(_:)`` after waiting, and reserve again if it is not.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - limit: The longest wait that is acceptable.
    ///   - now: The present time.
    /// - Returns: `nil`, with nothing taken, if the wait would be longer, or the bucket can never hold so many.
    public mutating func reserve(
        _ count: Int = 1, within limit: Duration = .seconds(Int64.max), now: ContinuousClock.Instant
    ) -> Reservation? {
        guard let delay = timeUntilAvailable(count, now: now), delay <= limit else { return nil }
        let count = max(count, 0)
        let after = debt(now) + interval * count
        // A century of debt: nobody waits for that.
        guard after <= .century else { return nil }
        if count > 0 { fullAt = now.advanced(by: after) }
        return Reservation(delay: delay, count: count, epoch: epoch)
    }

    /// Gives back what was reserved and will not be used.
    public mutating func cancel(_ reservation: Reservation, now: ContinuousClock.Instant) {
        advance(to: now)
        guard isValid(reservation), let fullAt else { return }
        self.fullAt = fullAt.advanced(by: interval * -reservation.count)
    }

    /// Whether the reservation still stands.
    public func isValid(_ reservation: Reservation) -> Bool {
        reservation.epoch == epoch
    }

    /// How many whole tokens are there; none during a pause.
    public mutating func availableTokens(now: ContinuousClock.Instant) -> Int {
        advance(to: now)
        guard !isPaused(now) else { return 0 }
        let credit = interval * configuration.capacity - debt(now)
        guard credit > .zero else { return 0 }
        return Int(clamping: credit.attoseconds / interval.attoseconds)
    }

    /// Adapts to what the server said.
    public mutating func heed(_ feedback: Feedback, now: ContinuousClock.Instant) {
        advance(to: now)
        switch feedback {
        case .refusal(let retryAfter):
            let isFirst = !isPaused(now)
            let resume = max(pausedUntil ?? now, now.advanced(by: retryAfter.bounded))
            if isFirst { slowDown(now: now) }
            pausedUntil = resume
            fullAt = resume.advanced(by: interval * (configuration.capacity - 1))
            epoch &+= 1
        case .warning(let remaining):
            if slowedAt.map({ $0.advanced(by: configuration.recoveryInterval) <= now }) ?? true {
                slowDown(now: now)
            }
            guard let remaining else { return }
            let missing = configuration.capacity - min(max(remaining, 0), configuration.capacity)
            let start = growthStart(now)
            fullAt = start.advanced(by: max(debt(start), interval * missing))
        }
    }

    /// Fills the bucket and restores the rate, as on a new connection.
    public mutating func reset() {
        let epoch = epoch
        self = TokenBucket(configuration)
        self.epoch = epoch &+ 1
    }

    // MARK: - Arithmetic

    /// What is missing to a full bucket, as the time it takes to come back.
    private func debt(_ now: ContinuousClock.Instant) -> Duration {
        guard let fullAt, fullAt > now else { return .zero }
        return now.duration(to: fullAt)
    }

    private func delay(for count: Int, now: ContinuousClock.Instant) -> Duration {
        let shortage = debt(now) + interval * count - interval * configuration.capacity
        let pause = pausedUntil.map { now.duration(to: $0) } ?? .zero
        return max(shortage, pause, .zero)
    }

    private func isPaused(_ now: ContinuousClock.Instant) -> Bool {
        pausedUntil.map { $0 > now } ?? false
    }

    // MARK: - Rate

    /// Raises a lowered rate by the steps whose time has come.
    private mutating func advance(to now: ContinuousClock.Instant) {
        while let raise = nextRaise, raise <= now {
            let raised = min(rate + configuration.rate * configuration.recoveryStep, configuration.rate)
            nextRaise = raised < configuration.rate ? raise.advanced(by: configuration.recoveryInterval) : nil
            change(rate: raised, at: raise)
        }
    }

    private mutating func slowDown(now: ContinuousClock.Instant) {
        let lowered = max(rate * configuration.slowdown, configuration.rate * configuration.minimum)
        change(rate: lowered, at: now)
        nextRaise = now.advanced(by: configuration.recoveryInterval)
        slowedAt = now
    }

    /// The tokens in the bucket stay as they are; only what is missing comes back at the new rate.
    private mutating func change(rate: Double, at instant: ContinuousClock.Instant) {
        let old = interval
        self.rate = rate
        interval = TokenBucket.interval(at: rate)
        // A pause lasts as long as the server said, whatever the rate.
        let start = growthStart(instant)
        let debt = debt(start)
        guard debt > .zero else { return }
        fullAt = start.advanced(by: debt * (interval / old))
    }

    /// From when on tokens come back: now, or the end of the pause.
    private func growthStart(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        max(now, pausedUntil ?? now)
    }

    private static func interval(at rate: Double) -> Duration {
        Duration(attoseconds: Int128((1e18 / rate).rounded()))
    }
}
