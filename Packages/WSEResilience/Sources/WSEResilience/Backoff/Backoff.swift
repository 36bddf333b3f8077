/// How long to wait before the next attempt.
///
/// ```swift
/// var backoff = Backoff(.init(strategy: .exponential, base: .seconds(1), maximum: .seconds(30)))
/// var generator = SystemRandomNumberGenerator()
///
/// while let delay = backoff.next(using: &generator) {
///     try await sleep(delay)
///     guard let connection = try? await connect() else { continue }
///     let held = await connection.untilItBreaks()
///     backoff.recordStable(for: held)
/// }
/// ```
///
/// A value type without clock or randomness of its own: the same calls with the same generator give the same
/// delays. No delay is 0 and none exceeds the maximum.
///
/// Success does not reset it; having held does (``recordStable(for:)``). Otherwise a server that accepts and
/// at once drops its clients would be called upon at the base rate for ever.
public struct Backoff: Sendable {
    /// What it was made with, as given.
    public let configuration: Configuration

    /// How many delays have been handed out since the last reset.
    public private(set) var attempt = 0

    /// The latest measured quality of the network; ``Strategy/adaptive`` grows faster on a bad one.
    public var quality: NetworkQuality = .unknown

    private let base: Int64
    private let maximum: Int64
    private let factor: Double
    private let jitter: Double
    private var stress = 1.0

    /// A backoff before the first failure.
    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        maximum = max(configuration.maximum.nanosecondsClamped, 1)
        base = min(max(configuration.base.nanosecondsClamped, 1), maximum)
        // Comparisons with a NaN are false, so these also catch it.
        factor = configuration.factor > 1 ? configuration.factor : 1
        jitter = configuration.jitter > 0 ? min(configuration.jitter, 1) : 0
    }

    /// The delay before the next attempt, or `nil` when ``Configuration/attempts`` are used up.
    ///
    /// Call it once per failure: it counts.
    public mutating func next(using generator: inout some RandomNumberGenerator) -> Duration? {
        if let attempts = configuration.attempts, attempts >= 0, attempt >= attempts { return nil }
        attempt = attempt == .max ? .max : attempt + 1
        let nominal = nominalDelay()
        if configuration.strategy == .adaptive { raiseStress() }
        guard jitter > 0 else { return .nanoseconds(nominal) }
        let low = max(Backoff.nanoseconds(Double(nominal) * (1 - jitter), atMost: maximum), 1)
        let high = Backoff.nanoseconds(Double(nominal) * (1 + jitter), atMost: maximum)
        return .nanoseconds(Int64.random(in: low...max(low, high), using: &generator))
    }

    /// Tells that a connection was ready for `duration` before it ended (or is still ready).
    ///
    /// From ``Configuration/stableAfter`` on, the attempts start anew. The stress of ``Strategy/adaptive`` fades
    /// with the duration, however short it was. Call it once per connection.
    ///
    /// - Returns: whether the connection counted as stable.
    @discardableResult
    public mutating func recordStable(for duration: Duration) -> Bool {
        fadeStress(over: duration)
        guard duration >= configuration.stableAfter else { return false }
        attempt = 0
        return true
    }

    /// Forgets all failures, those remembered by ``Strategy/adaptive`` too: the next delay is the base.
    public mutating func reset() {
        attempt = 0
        stress = 1
    }

    // MARK: - Growth

    /// The delay of the current attempt before jitter, from 1 to `maximum` nanoseconds.
    private func nominalDelay() -> Int64 {
        switch configuration.strategy {
        case .exponential:
            return Backoff.nanoseconds(Double(base) * Backoff.power(factor, attempt - 1), atMost: maximum)
        case .linear:
            let (product, overflow) = base.multipliedReportingOverflow(by: Int64(attempt))
            return overflow ? maximum : min(product, maximum)
        case .fibonacci:
            return fibonacciDelay()
        case .adaptive:
            return Backoff.nanoseconds(Double(base) * stress, atMost: maximum)
        }
    }

    private func fibonacciDelay() -> Int64 {
        var previous: Int64 = 0
        var current = base
        var remaining = attempt - 1
        // Ends early at the maximum, so at most some 90 rounds whatever the attempt.
        while remaining > 0, current < maximum {
            let (sum, overflow) = previous.addingReportingOverflow(current)
            previous = current
            current = overflow ? maximum : sum
            remaining -= 1
        }
        return min(current, maximum)
    }

    private mutating func raiseStress() {
        let weight =
            switch quality {
            case .excellent: 0.5
            case .good, .unknown: 1.0
            case .fair: 1.5
            case .poor: 2.0
            }
        // Held at the maximum: stress beyond it would not lengthen a delay, only the way back.
        stress = min(stress * (1 + (factor - 1) * weight), Double(maximum) / Double(base))
    }

    private mutating func fadeStress(over duration: Duration) {
        let elapsed = duration.nanosecondsClamped
        guard elapsed > 0, stress > 1 else { return }
        let halfLife = max(configuration.memory.nanosecondsClamped, 1)
        // Halves once per half-life and linearly in between: exact at whole half-lives, no call to libm.
        let halvings = Int(clamping: elapsed / halfLife)
        let rest = Double(elapsed % halfLife) / Double(halfLife)
        stress = 1 + (stress - 1) * Backoff.power(0.5, min(halvings, 1100)) * (1 - rest / 2)
    }

    // MARK: - Arithmetic

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        var square = base
        var remaining = exponent
        while remaining > 0 {
            if remaining & 1 == 1 { result *= square }
            square *= square
            remaining >>= 1
        }
        return result
    }

    /// Converts without trapping on what exceeds the limit, infinity included.
    private static func nanoseconds(_ value: Double, atMost limit: Int64) -> Int64 {
        value < Double(limit) ? Int64(value.rounded()) : limit
    }
}
