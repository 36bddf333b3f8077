/// Judges a link by the round trips of its heartbeat.
///
/// ```swift
/// var monitor = NetworkMonitor()
/// for sample in [42, 48, 45] { monitor.recordRoundTrip(.milliseconds(sample)) }
/// print(monitor.quality)  // excellent
/// monitor.recordLoss()
/// print(monitor.quality)  // poor: one of four was lost
/// ```
///
/// Latency is the mean of the round trips among the last ``Configuration/window`` probes, jitter the mean difference between one
/// round trip and the next, loss the share of those probes that went unanswered. The quality is the best
/// whose three limits all hold. All is kept up to date as samples come, at constant cost.
public struct NetworkMonitor: Sendable {
    /// What a link may at most show to be of a quality.
    public struct Limits: Sendable, Hashable {
        /// Mean round trip.
        public var latency: Duration
        /// Mean difference between consecutive round trips.
        public var jitter: Duration
        /// Share of lost probes, 0 to 1.
        public var loss: Double

        /// Limits that a link keeps if it exceeds none of them.
        public init(latency: Duration, jitter: Duration, loss: Double) {
            self.latency = latency
            self.jitter = jitter
            self.loss = loss
        }
    }

    /// What a ``NetworkMonitor`` works with.
    public struct Configuration: Sendable, Hashable {
        /// How many probes are looked at. Default: 100; at least 2.
        public var window: Int
        /// Default: 50 ms, 25 ms, 0.1 %.
        public var excellent: Limits
        /// Default: 150 ms, 50 ms, 1 %.
        public var good: Limits
        /// Default: 300 ms, 100 ms, 3 %.
        public var fair: Limits

        /// The defaults, but for what is given.
        public init(
            window: Int = 100,
            excellent: Limits = Limits(latency: .milliseconds(50), jitter: .milliseconds(25), loss: 0.001),
            good: Limits = Limits(latency: .milliseconds(150), jitter: .milliseconds(50), loss: 0.01),
            fair: Limits = Limits(latency: .milliseconds(300), jitter: .milliseconds(100), loss: 0.03)
        ) {
            self.window = max(window, 2)
            self.excellent = excellent
            self.good = good
            self.fair = fair
        }
    }

    /// What is known of the link.
    public struct Diagnostics: Sendable, Hashable {
        /// The judgement that follows from the rest.
        public var quality: NetworkQuality
        /// Mean round trip; zero without samples.
        public var latency: Duration
        /// Mean difference between consecutive round trips; zero below two samples.
        public var jitter: Duration
        /// Share of lost probes, 0 to 1; 0 without probes.
        public var loss: Double
        /// The latest round trip.
        public var lastRoundTrip: Duration?
        /// How many round trips this rests on.
        public var samples: Int
    }

    /// What it works with.
    public let configuration: Configuration

    /// The last probes, oldest first: a round trip in nanoseconds, or nothing for a loss.
    private var probes = RingBuffer<Int64?>()
    private var samples = 0
    private var sum: Int64 = 0
    private var differences: Int64 = 0
    private var lastSample: Int64?

    /// A monitor that knows nothing yet.
    public init(_ configuration: Configuration = Configuration()) {
        // Values assigned since its `init` have not been held to their limits.
        self.configuration = Configuration(
            window: configuration.window, excellent: configuration.excellent, good: configuration.good,
            fair: configuration.fair)
    }

    /// A probe was answered after `duration`, measured on a monotonic clock; negative counts as zero.
    public mutating func recordRoundTrip(_ duration: Duration) {
        // An hour at most, so that no sum can overflow.
        let sample = min(max(duration.nanosecondsClamped, 0), 3_600_000_000_000)
        makeRoom()
        if let lastSample, samples > 0 { differences += abs(sample - lastSample) }
        probes.append(sample)
        samples += 1
        sum += sample
        lastSample = sample
    }

    /// A probe went unanswered.
    public mutating func recordLoss() {
        makeRoom()
        probes.append(nil)
    }

    /// Forgets everything, as on a new connection.
    public mutating func reset() {
        self = NetworkMonitor(configuration)
    }

    /// How good the link is; ``NetworkQuality/unknown`` until two round trips are known.
    public var quality: NetworkQuality {
        guard samples >= 2 else { return .unknown }
        if satisfies(configuration.excellent) { return .excellent }
        if satisfies(configuration.good) { return .good }
        if satisfies(configuration.fair) { return .fair }
        return .poor
    }

    /// All that is known of the link.
    public var diagnostics: Diagnostics {
        Diagnostics(
            quality: quality, latency: latency, jitter: jitter, loss: loss,
            lastRoundTrip: lastSample.map { .nanoseconds($0) }, samples: samples)
    }

    private var latency: Duration { samples > 0 ? .nanoseconds(sum / Int64(samples)) : .zero }
    private var jitter: Duration { samples > 1 ? .nanoseconds(differences / Int64(samples - 1)) : .zero }
    private var loss: Double {
        probes.isEmpty ? 0 : Double(probes.count - samples) / Double(probes.count)
    }

    private func satisfies(_ limits: Limits) -> Bool {
        latency <= limits.latency && jitter <= limits.jitter && loss <= limits.loss
    }

    /// Takes the oldest probe out of the sums when the window is full.
    private mutating func makeRoom() {
        guard probes.count >= configuration.window, let oldest = probes.popFirst() else { return }
        guard let sample = oldest else { return }
        samples -= 1
        sum -= sample
        if let next = oldestSample { differences -= abs(next - sample) }
    }

    /// The first answered probe; constant on average, since every loss passed over here will be dropped in turn.
    private var oldestSample: Int64? {
        for index in 0..<probes.count {
            if let sample = probes[index] { return sample }
        }
        return nil
    }
}
