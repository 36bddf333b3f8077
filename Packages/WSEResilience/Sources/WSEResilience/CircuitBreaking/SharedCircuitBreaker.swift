import Synchronization

/// A ``CircuitBreaker`` that tasks and threads share.
///
/// ```swift
/// let breaker = SharedCircuitBreaker(.init(failureThreshold: 5, openDuration: .seconds(60)))
/// do {
///     let price = try await breaker.run { try await service.price(of: "AAPL") }
///     print(price)
/// } catch let error as ResilienceError where error.code == .circuitOpen {
///     print("not before", error.retryAfter ?? .zero)
/// }
/// ```
///
/// All methods may be called from anywhere; none blocks but for a very short lock.
public final class SharedCircuitBreaker: Sendable {
    private let breaker: Mutex<CircuitBreaker>
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameters:
    ///   - configuration: Thresholds and durations.
    ///   - now: Tells the time; the system's continuous clock unless a test brings its own.
    public init(
        _ configuration: CircuitBreaker.Configuration = CircuitBreaker.Configuration(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        breaker = Mutex(CircuitBreaker(configuration))
        self.now = now
    }

    /// Does `work` if the breaker lets it, and records how it ended.
    ///
    /// Runs in the caller's isolation.
    ///
    /// - Parameters:
    ///   - countsAsFailure: Whether an error of `work` speaks against what it called upon. By default all do but
    ///     those of a cancelled task. An error that does not count leaves the breaker as it is.
    ///   - work: What to do.
    /// - Throws: ``ResilienceError`` with ``ResilienceError/Code/circuitOpen`` if it was not let, otherwise what
    ///   `work` throws.
    public func run<Success>(
        countsAsFailure: (any Error) -> Bool = { !($0 is CancellationError) && !Task.isCancelled },
        _ work: () async throws -> Success
    ) async throws -> Success {
        let permit = try admit()
        do {
            let success = try await work()
            recordSuccess(permit)
            return success
        } catch {
            if countsAsFailure(error) { recordFailure(permit) } else { recordCancellation(permit) }
            throw error
        }
    }

    /// Asks for leave to make a call whose outcome the caller records itself.
    ///
    /// - Throws: ``ResilienceError`` with code `circuitOpen`, and in `retryAfter` when to ask again.
    public func admit() throws(ResilienceError) -> CircuitBreaker.Permit {
        let now = now()
        switch breaker.withLock({ $0.admit(now: now) }) {
        case .admitted(let permit): return permit
        case .rejected(let retryAfter):
            throw ResilienceError(.circuitOpen, "the circuit breaker is open", retryAfter: retryAfter)
        }
    }

    /// See ``CircuitBreaker/recordSuccess(_:now:)``.
    public func recordSuccess(_ permit: CircuitBreaker.Permit) {
        let now = now()
        breaker.withLock { $0.recordSuccess(permit, now: now) }
    }

    /// See ``CircuitBreaker/recordFailure(_:now:)``.
    public func recordFailure(_ permit: CircuitBreaker.Permit) {
        let now = now()
        breaker.withLock { $0.recordFailure(permit, now: now) }
    }

    /// See ``CircuitBreaker/recordCancellation(_:now:)``.
    public func recordCancellation(_ permit: CircuitBreaker.Permit) {
        let now = now()
        breaker.withLock { $0.recordCancellation(permit, now: now) }
    }

    /// The present state.
    public var state: CircuitBreaker.State {
        let now = now()
        return breaker.withLock { $0.state(now: now) }
    }

    /// How long calls would still be refused; zero if they would not.
    public var timeUntilAdmission: Duration {
        let now = now()
        return breaker.withLock { $0.timeUntilAdmission(now: now) }
    }

    /// Closes the breaker and forgets everything.
    public func reset() {
        breaker.withLock { $0.reset() }
    }
}
