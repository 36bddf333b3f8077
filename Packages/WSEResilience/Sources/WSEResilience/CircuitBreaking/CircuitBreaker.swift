/// Stops calling upon something that keeps failing, and finds out carefully when it works again.
///
/// - *Closed*: everything passes. After ``Configuration/failureThreshold`` failures in a row it opens.
/// - *Open*: nothing passes for ``Configuration/openDuration``.
/// - *Half-open*: one probe at a time passes. ``Configuration/successThreshold`` successes in a row close it, a
///   failure opens it again.
///
/// ```swift
/// var breaker = CircuitBreaker()
/// switch breaker.admit(now: .now) {
/// case .admitted(let permit):
///     do {
///         try await connect()
///         breaker.recordSuccess(permit, now: .now)
///     } catch {
///         breaker.recordFailure(permit, now: .now)
///     }
/// case .rejected(let retryAfter):
///     print("not before", retryAfter)
/// }
/// ```
///
/// A value type without a clock. To share one between tasks, and for the pattern above in one call, see
/// ``SharedCircuitBreaker``.
///
/// Each call is known by its ``Permit``: the outcome of a call that was admitted before the state last
/// changed says nothing about the present one and is ignored.
public struct CircuitBreaker: Sendable {
    /// What a ``CircuitBreaker`` works with. Counts below 1 and negative durations count as the least possible.
    public struct Configuration: Sendable, Hashable {
        /// Failures in a row that open a closed breaker. Default: 5.
        public var failureThreshold: Int
        /// How long nothing passes once it is open. Default: 60 s.
        public var openDuration: Duration
        /// Probes in a row that have to succeed to close it. Default: 3.
        public var successThreshold: Int
        /// A probe without outcome for so long counts as failed, lest a lost one bar the way for ever.
        /// Default: 60 s.
        public var probeTimeout: Duration

        /// The defaults, but for what is given.
        public init(
            failureThreshold: Int = 5, openDuration: Duration = .seconds(60), successThreshold: Int = 3,
            probeTimeout: Duration = .seconds(60)
        ) {
            self.failureThreshold = max(failureThreshold, 1)
            self.openDuration = openDuration.bounded
            self.successThreshold = max(successThreshold, 1)
            self.probeTimeout = probeTimeout.bounded
        }
    }

    /// Whether calls pass.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// All calls pass.
        case closed
        /// No call passes.
        case open
        /// One call at a time passes, to find out.
        case halfOpen
    }

    /// What ``admit(now:)`` decided.
    public enum Admission: Sendable, Hashable {
        /// Go ahead, and give the permit back with the outcome.
        case admitted(Permit)
        /// Do not. Asking again makes sense after this time; with a probe under way, it is the longest that
        /// the probe may take.
        case rejected(retryAfter: Duration)
    }

    /// Stands for one admitted call.
    public struct Permit: Sendable, Hashable {
        /// Counts the changes of state before the call.
        fileprivate let period: UInt64
        /// Counts the probes of the period; 0 for a call through a closed breaker.
        fileprivate let probe: UInt64
    }

    private enum Phase: Sendable {
        case closed(failures: Int)
        case open(until: ContinuousClock.Instant)
        case halfOpen(successes: Int, probe: Probe?)
    }

    private struct Probe: Sendable {
        let number: UInt64
        let deadline: ContinuousClock.Instant
    }

    /// What it works with.
    public let configuration: Configuration
    private var phase = Phase.closed(failures: 0)
    private var period: UInt64 = 0
    private var lastProbe: UInt64 = 0

    /// A closed breaker.
    public init(_ configuration: Configuration = Configuration()) {
        // Values assigned since its `init` have not been held to their limits.
        self.configuration = Configuration(
            failureThreshold: configuration.failureThreshold, openDuration: configuration.openDuration,
            successThreshold: configuration.successThreshold, probeTimeout: configuration.probeTimeout)
    }

    /// Asks for leave to make a call; if granted, the outcome has to be recorded.
    public mutating func admit(now: ContinuousClock.Instant) -> Admission {
        advance(to: now)
        switch phase {
        case .closed:
            return .admitted(Permit(period: period, probe: 0))
        case .open(let until):
            return .rejected(retryAfter: now.duration(to: until))
        case .halfOpen(_, let probe?):
            return .rejected(retryAfter: now.duration(to: probe.deadline))
        case .halfOpen(let successes, nil):
            lastProbe &+= 1
            let deadline = now.advanced(by: configuration.probeTimeout)
            phase = .halfOpen(successes: successes, probe: Probe(number: lastProbe, deadline: deadline))
            return .admitted(Permit(period: period, probe: lastProbe))
        }
    }

    /// The call succeeded.
    public mutating func recordSuccess(_ permit: Permit, now: ContinuousClock.Instant) {
        advance(to: now)
        guard isCurrent(permit) else { return }
        switch phase {
        case .closed:
            phase = .closed(failures: 0)
        case .open:
            break
        case .halfOpen(let successes, _):
            if successes + 1 >= configuration.successThreshold {
                change(to: .closed(failures: 0))
            } else {
                phase = .halfOpen(successes: successes + 1, probe: nil)
            }
        }
    }

    /// The call failed.
    public mutating func recordFailure(_ permit: Permit, now: ContinuousClock.Instant) {
        advance(to: now)
        guard isCurrent(permit) else { return }
        switch phase {
        case .closed(let failures):
            if failures + 1 >= configuration.failureThreshold {
                change(to: .open(until: now.advanced(by: configuration.openDuration)))
            } else {
                phase = .closed(failures: failures + 1)
            }
        case .open:
            break
        case .halfOpen:
            change(to: .open(until: now.advanced(by: configuration.openDuration)))
        }
    }

    /// The call ended without telling anything, as when it was cancelled: makes way for the next probe.
    public mutating func recordCancellation(_ permit: Permit, now: ContinuousClock.Instant) {
        advance(to: now)
        guard isCurrent(permit), case .halfOpen(let successes, _) = phase else { return }
        phase = .halfOpen(successes: successes, probe: nil)
    }

    /// The state as of `now`; an open breaker whose time has passed is half-open.
    public func state(now: ContinuousClock.Instant) -> State {
        var copy = self
        copy.advance(to: now)
        switch copy.phase {
        case .closed: return .closed
        case .open: return .open
        case .halfOpen: return .halfOpen
        }
    }

    /// How long ``admit(now:)`` would still refuse; zero if it would not.
    public func timeUntilAdmission(now: ContinuousClock.Instant) -> Duration {
        var copy = self
        if case .rejected(let retryAfter) = copy.admit(now: now) { return retryAfter }
        return .zero
    }

    /// Closes the breaker and forgets everything; outcomes of earlier calls are ignored.
    public mutating func reset() {
        change(to: .closed(failures: 0))
    }

    // MARK: - Phases

    /// Does what time alone does.
    private mutating func advance(to now: ContinuousClock.Instant) {
        if case .halfOpen(_, let probe?) = phase, probe.deadline <= now {
            change(to: .open(until: probe.deadline.advanced(by: configuration.openDuration)))
        }
        if case .open(let until) = phase, until <= now {
            change(to: .halfOpen(successes: 0, probe: nil))
        }
    }

    private mutating func change(to phase: Phase) {
        self.phase = phase
        period &+= 1
    }

    private func isCurrent(_ permit: Permit) -> Bool {
        guard permit.period == period else { return false }
        if case .halfOpen(_, let probe) = phase { return probe?.number == permit.probe }
        return true
    }
}
