import Synchronization

/// A ``TokenBucket`` that tasks and threads share, and on which tasks can wait.
///
/// ```swift
/// let bucket = SharedTokenBucket(.init(capacity: 20, rate: 5))
/// for message in ["a", "b", "c"] {
///     try await bucket.acquire()
///     send(message)
/// }
/// ```
///
/// Who waits is served in the order of arrival, until the server refuses a message: then all who wait reserve anew,
/// each when its wait ends, in any order. Any method may be called from anywhere; none blocks but for a very short
/// lock.
public final class SharedTokenBucket: Sendable {
    private let bucket: Mutex<TokenBucket>
    private let now: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - configuration: Capacity and rate.
    ///   - now: Tells the time; the system's continuous clock unless a test brings its own.
    ///   - sleep: Waits, and throws if the task is cancelled meanwhile.
    public init(
        _ configuration: TokenBucket.Configuration = TokenBucket.Configuration(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0, clock: .continuous)
        }
    ) {
        bucket = Mutex(TokenBucket(configuration))
        self.now = now
        self.sleep = sleep
    }

    /// Takes `count` tokens, waiting for them if need be.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - limit: The longest wait that is acceptable; one that would be longer is not begun.
    /// - Throws: ``ResilienceError`` with ``ResilienceError/Code/rateLimited`` if the wait would be longer than
    ///   `limit`, with ``ResilienceError/Code/beyondCapacity`` if the bucket can never hold so many tokens;
    ///   `CancellationError` if the task was cancelled, in which case no token is taken.
    public func acquire(_ count: Int = 1, within limit: Duration = .seconds(Int64.max)) async throws {
        let start = now()
        while true {
            try Task.checkCancellation()
            let reservation = try reserve(count, limit: limit, start: start)
            guard reservation.delay > .zero else { return }
            do {
                try await sleep(reservation.delay)
            } catch {
                let now = now()
                bucket.withLock { $0.cancel(reservation, now: now) }
                throw error
            }
            // A refusal in the meantime voided it: queue up again behind the pause.
            if bucket.withLock({ $0.isValid(reservation) }) { return }
        }
    }

    /// Takes `count` tokens if they are there, else none.
    public func tryAcquire(_ count: Int = 1) -> Bool {
        let now = now()
        return bucket.withLock { $0.tryAcquire(count, now: now) }
    }

    /// See ``TokenBucket/timeUntilAvailable(_:now:)``.
    public func timeUntilAvailable(_ count: Int = 1) -> Duration? {
        let now = now()
        return bucket.withLock { $0.timeUntilAvailable(count, now: now) }
    }

    /// How many whole tokens are there.
    public var availableTokens: Int {
        let now = now()
        return bucket.withLock { $0.availableTokens(now: now) }
    }

    /// Adapts to what the server said.
    public func heed(_ feedback: TokenBucket.Feedback) {
        let now = now()
        bucket.withLock { $0.heed(feedback, now: now) }
    }

    private func reserve(
        _ count: Int, limit: Duration, start: ContinuousClock.Instant
    ) throws(ResilienceError) -> TokenBucket.Reservation {
        let now = now()
        let remaining = limit - start.duration(to: now)
        let (reservation, delay) = bucket.withLock { bucket in
            (bucket.reserve(count, within: remaining, now: now), bucket.timeUntilAvailable(count, now: now))
        }
        if let reservation { return reservation }
        guard let delay else {
            throw ResilienceError(.beyondCapacity, "more tokens than the bucket can hold")
        }
        throw ResilienceError(.rateLimited, "the wait for tokens would be too long", retryAfter: delay)
    }
}
