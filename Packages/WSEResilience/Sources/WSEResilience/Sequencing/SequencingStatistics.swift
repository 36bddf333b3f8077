/// Counts of what an ``EventSequencer`` did since it was made.
///
/// ```swift
/// let statistics: SequencingStatistics = sequencer.statistics
/// ```
public struct SequencingStatistics: Sendable, Hashable, Codable {
    /// Events given out, by verdict or as output.
    public var delivered: UInt64 = 0
    /// Events refused as seen before or too late.
    public var duplicates: UInt64 = 0
    /// Holes detected.
    public var gaps: UInt64 = 0
    /// Requests given out, those begun by the owner included.
    public var requests: UInt64 = 0
    /// Requests given up for want of an answer.
    public var timeouts: UInt64 = 0
    /// Offsets announced as lost.
    public var lost: UInt64 = 0
    /// Events let go for want of room, to be replayed or announced as lost.
    public var evicted: UInt64 = 0
    /// Changes of epoch.
    public var epochChanges: UInt64 = 0
    /// Events delivered without order, as their topic was one too many.
    public var untracked: UInt64 = 0

    /// All zero.
    public init() {}
}
