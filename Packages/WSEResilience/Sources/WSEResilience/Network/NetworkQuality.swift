/// How good a link is, judged by its latency, jitter and loss.
///
/// Ordered from worst to best; ``unknown`` stands below all, as nothing may be built on it.
///
/// ```swift
/// let known: NetworkMonitor.Diagnostics = monitor.diagnostics
/// if known.quality != .unknown, known.quality < .good {
///     print(known.quality, known.latency, known.jitter, known.loss)  // fair 0.21 seconds 0.02 seconds 0.0
/// }
/// ```
public enum NetworkQuality: String, Sendable, Hashable, Comparable, Codable, CaseIterable,
    CustomStringConvertible
{
    /// Too few samples to tell.
    case unknown
    /// Worse than ``fair``.
    case poor
    /// By default: latency up to 300 ms, jitter up to 100 ms, loss up to 3 %.
    case fair
    /// By default: latency up to 150 ms, jitter up to 50 ms, loss up to 1 %.
    case good
    /// By default: latency up to 50 ms, jitter up to 25 ms, loss up to 0.1 %.
    case excellent

    private var rank: Int {
        switch self {
        case .unknown: 0
        case .poor: 1
        case .fair: 2
        case .good: 3
        case .excellent: 4
        }
    }

    public static func < (left: NetworkQuality, right: NetworkQuality) -> Bool {
        left.rank < right.rank
    }

    /// A stable name, fit for a metric label.
    public var description: String { rawValue }
}
