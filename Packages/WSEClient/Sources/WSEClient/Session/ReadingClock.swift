/// Time as it passes for what a server owes us.
///
/// While the client itself does not read, because a stream is full, answers and replays may lie in the socket. So
/// this clock stands still then, and no deadline for them can pass.
struct ReadingClock {
    private var paused = Duration.zero
    private var pausedSince: ContinuousClock.Instant?

    var isPaused: Bool { pausedSince != nil }

    /// - Parameter instant: The present, as everybody else's clocks show it.
    @inline(__always)
    func now(_ instant: ContinuousClock.Instant) -> ContinuousClock.Instant {
        (pausedSince ?? instant) - paused
    }

    /// - Returns: Whether that is a change.
    mutating func setPaused(_ isPaused: Bool, _ instant: ContinuousClock.Instant) -> Bool {
        switch (isPaused, pausedSince) {
        case (true, nil):
            pausedSince = instant
            return true
        case (false, let since?):
            paused += instant - since
            pausedSince = nil
            return true
        case (true, _?), (false, nil):
            return false
        }
    }
}
