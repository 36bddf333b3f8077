/// The time at which an input reaches the session.
struct Moment: Sendable {
    /// For everything that is measured or waited for.
    var instant: ContinuousClock.Instant
    /// For timestamps in messages.
    var unixMilliseconds: UInt64

    init(_ clock: some WSEClock) {
        instant = clock.now()
        unixMilliseconds = clock.unixMilliseconds()
    }

    init(instant: ContinuousClock.Instant, unixMilliseconds: UInt64) {
        self.instant = instant
        self.unixMilliseconds = unixMilliseconds
    }
}
