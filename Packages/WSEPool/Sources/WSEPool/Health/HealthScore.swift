/// How well an endpoint has served, from its recent successes, failures and latency.
///
/// Every observation loses half of its weight in each ``Configuration/halfLife``, so an endpoint that nobody uses comes
/// back to ``neutral`` from either side.
public struct HealthScore: Sendable {
    /// What observations are worth.
    public struct Configuration: Sendable, Hashable {
        /// The time in which what was observed loses half of its weight. Default 30 s; at least 1 ms.
        public var halfLife: Duration
        /// The latency that halves a score. Default 500 ms; at least 1 ms.
        public var latencyReference: Duration

        /// The defaults, but for what is given.
        public init(halfLife: Duration = .seconds(30), latencyReference: Duration = .milliseconds(500)) {
            self.halfLife = max(halfLife, .milliseconds(1))
            self.latencyReference = max(latencyReference, .milliseconds(1))
        }
    }

    /// The score of an endpoint of which nothing is known, before its latency: 0.5.
    public static var neutral: Double { 0.5 }

    /// What it works with.
    public let configuration: Configuration

    private var successes = 0.0
    private var failures = 0.0
    /// Failures since the last success.
    private var streak = 0.0
    private var latencySum = 0.0
    private var latencyWeight = 0.0
    private var updated: ContinuousClock.Instant?

    /// A score without observations.
    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    /// Notes that the endpoint served: a connection was made, or stayed up.
    ///
    /// - Parameters:
    ///   - endsStreak: Whether it makes up for failures in a row. A connection that has only just been made does not: it
    ///     may be dropped as soon as the one before.
    ///   - now: The present time.
    public mutating func recordSuccess(endsStreak: Bool = true, now: ContinuousClock.Instant) {
        age(now)
        successes += 1
        if endsStreak { streak = 0 }
    }

    /// Notes that the endpoint failed: no connection could be made, or one was lost.
    public mutating func recordFailure(now: ContinuousClock.Instant) {
        age(now)
        failures += 1
        streak += 1
    }

    /// Notes a time it took to answer; what is below zero counts as zero.
    public mutating func recordLatency(_ latency: Duration, now: ContinuousClock.Instant) {
        age(now)
        latencySum += max(latency / .seconds(1), 0)
        latencyWeight += 1
    }

    /// Between 0 and 1; higher is better.
    public func value(now: ContinuousClock.Instant) -> Double {
        var aged = self
        aged.age(now)
        // As if one success and one failure had been seen before anything else.
        let rate = (aged.successes + 1) / (aged.successes + aged.failures + 2)
        // Each failure in a row halves it, four at most.
        let penalty = 1 / Double(1 << 4)
        let streak = max(penalty, halved(min(aged.streak, 4)))
        return rate * streak * aged.latencyFactor
    }

    /// The mean of the latencies that were recorded, recent ones first; `nil` without any.
    public func latency(now: ContinuousClock.Instant) -> Duration? {
        latencyWeight > 0 ? .seconds(latencySum / latencyWeight) : nil
    }

    private var latencyFactor: Double {
        guard latencyWeight > 0 else { return 1 }
        let reference = configuration.latencyReference / .seconds(1)
        let factor = reference / (reference + latencySum / latencyWeight)
        // What is hardly known any more counts for little.
        let trust = min(latencyWeight, 1)
        return 1 - trust * (1 - factor)
    }

    /// 2 to the power of `-exponent`, for exponents from 0 to 64.
    private func halved(_ exponent: Double) -> Double {
        let whole = Int(exponent)
        let fraction = exponent - Double(whole)
        // Linear between whole halvings; nobody sees the difference, and it needs no math library.
        return (1 - fraction / 2) / Double(UInt64(1) << UInt64(min(max(whole, 0), 63)))
    }

    private mutating func age(_ now: ContinuousClock.Instant) {
        guard let updated else {
            self.updated = now
            return
        }
        guard now > updated else { return }
        self.updated = now
        let halvings = (now - updated) / configuration.halfLife
        let factor = halvings >= 60 ? 0 : halved(halvings)
        successes *= factor
        failures *= factor
        streak *= factor
        latencySum *= factor
        latencyWeight *= factor
    }
}
