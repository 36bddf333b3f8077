extension Backoff {
    /// How delays grow from one failed attempt to the next, before jitter and the cap.
    ///
    /// `n` counts attempts from 1, so every strategy starts with the base.
    public enum Strategy: String, Sendable, Hashable, Codable, CaseIterable {
        /// `base * factor^(n - 1)`
        case exponential
        /// `base * n`
        case linear
        /// `base * F(n)` with F = 1, 1, 2, 3, 5, 8, …
        case fibonacci
        /// `base * stress`, where the stress is 1 at first, grows with every failure (faster on a poor network)
        /// and fades only while a connection holds.
        ///
        /// Each failure multiplies it by `1 + (factor - 1) * w`, with w = 0.5 on an excellent network, 1 on a
        /// good or unknown one, 1.5 on a fair and 2 on a poor one. While connected, what exceeds 1 halves every
        /// ``Backoff/Configuration/memory``. A link that keeps coming back only to break again is thus retried
        /// ever more slowly, though each of its connections counted as stable.
        case adaptive
    }
}
