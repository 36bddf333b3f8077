/// Time as the client sees it: a seam, so that tests can run hours in milliseconds.
public protocol WSEClock: Sendable {
    /// Monotonic time, for everything that is measured or waited for.
    func now() -> ContinuousClock.Instant

    /// Wall-clock time in milliseconds since 1970, for timestamps in messages only.
    func unixMilliseconds() -> UInt64

    /// Runs `work` once after `delay`, on any thread, unless it is cancelled before.
    func schedule(after delay: Duration, _ work: @escaping @Sendable () -> Void) -> any WSEScheduledWork
}

/// Work that waits for its time.
public protocol WSEScheduledWork: Sendable {
    /// Makes sure that the work does not start, unless it has already.
    func cancel()
}

/// The clock of the machine.
public struct SystemClock: WSEClock {
    /// The clock of the machine; all of them are the same.
    public init() {}

    public func now() -> ContinuousClock.Instant {
        ContinuousClock.now
    }

    public func unixMilliseconds() -> UInt64 {
        // The standard library has no wall clock without Foundation; clock_gettime is the same on every platform.
        UnixTime.milliseconds()
    }

    public func schedule(after delay: Duration, _ work: @escaping @Sendable () -> Void)
        -> any WSEScheduledWork
    {
        SleepingTask(
            task: Task {
                try? await Task.sleep(for: delay)
                if !Task.isCancelled { work() }
            })
    }

    private struct SleepingTask: WSEScheduledWork {
        let task: Task<Void, Never>

        func cancel() {
            task.cancel()
        }
    }
}
