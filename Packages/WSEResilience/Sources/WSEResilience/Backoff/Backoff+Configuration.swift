extension Backoff {
    /// What a ``Backoff`` works with. Values that make no sense are brought to the nearest that do, so none traps.
    public struct Configuration: Sendable, Hashable {
        /// How delays grow. Default: exponential.
        public var strategy: Strategy
        /// The first delay, before jitter. Default: 1 s. At least 1 ns; a negative or zero base counts as 1 ns, one
        /// above the maximum as the maximum.
        public var base: Duration
        /// No delay is longer, jitter included. Default: 30 s. At least 1 ns.
        public var maximum: Duration
        /// Growth per attempt of ``Strategy/exponential`` and ``Strategy/adaptive``. Default: 1.5. At least 1.
        public var factor: Double
        /// Spread of the delays as a fraction of them, 0 (none) to 1. Default: 0.2.
        ///
        /// A delay `d` is drawn uniformly from `d * (1 - jitter) ... min(d * (1 + jitter), maximum)`. Cutting the
        /// range rather than the result keeps a crowd of clients that reached the maximum spread out.
        public var jitter: Double
        /// How many delays are handed out before ``Backoff/next(using:)`` says `nil`; `nil`, the default, or a
        /// negative number: there is no limit.
        public var attempts: Int?
        /// How long a connection has to hold to make up for the failures before it. Default: 30 s.
        public var stableAfter: Duration
        /// In how long a held connection halves the stress of ``Strategy/adaptive``. Default: 60 s.
        public var memory: Duration

        /// The defaults, but for what is given.
        public init(
            strategy: Strategy = .exponential,
            base: Duration = .seconds(1),
            maximum: Duration = .seconds(30),
            factor: Double = 1.5,
            jitter: Double = 0.2,
            attempts: Int? = nil,
            stableAfter: Duration = .seconds(30),
            memory: Duration = .seconds(60)
        ) {
            self.strategy = strategy
            self.base = base
            self.maximum = maximum
            self.factor = factor
            self.jitter = jitter
            self.attempts = attempts
            self.stableAfter = stableAfter
            self.memory = memory
        }
    }
}
