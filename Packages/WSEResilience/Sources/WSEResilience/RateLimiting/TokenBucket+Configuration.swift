extension TokenBucket {
    /// What a ``TokenBucket`` works with. Values that make no sense are brought to the nearest that do.
    public struct Configuration: Sendable, Hashable {
        /// Most tokens it holds: how large a burst may be. Default: 1000; 1 to 10⁹.
        public var capacity: Int
        /// Tokens gained per second. Default: 100; 10⁻⁶ to 10⁹.
        public var rate: Double
        /// What part of the rate remains when the server asks to slow down, each time. Default: 0.5; 0.1 to 1.
        public var slowdown: Double
        /// The least part of ``rate`` that slowing down leaves. Default: 0.1; 0.01 to 1.
        public var minimum: Double
        /// How long after a change a lowered rate is raised by a step, and again after each step. Default: 10 s;
        /// at least 1 ms.
        public var recoveryInterval: Duration
        /// The step, as a part of ``rate``. Default: 0.1; 0.01 to 1.
        public var recoveryStep: Double

        /// The defaults, but for what is given.
        public init(
            capacity: Int = 1000, rate: Double = 100, slowdown: Double = 0.5, minimum: Double = 0.1,
            recoveryInterval: Duration = .seconds(10), recoveryStep: Double = 0.1
        ) {
            self.capacity = min(max(capacity, 1), 1_000_000_000)
            self.rate = Configuration.clamp(rate, 1e-6, 1e9)
            self.slowdown = Configuration.clamp(slowdown, 0.1, 1)
            self.minimum = Configuration.clamp(minimum, 0.01, 1)
            self.recoveryInterval = max(recoveryInterval.bounded, .milliseconds(1))
            self.recoveryStep = Configuration.clamp(recoveryStep, 0.01, 1)
        }

        /// Holds a value to its range; what is no number becomes the least.
        private static func clamp(_ value: Double, _ least: Double, _ most: Double) -> Double {
            value > least ? Swift.min(value, most) : least
        }
    }
}
