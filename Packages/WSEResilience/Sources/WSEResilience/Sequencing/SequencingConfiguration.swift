/// What an ``EventSequencer`` works with. Negative values count as the least that makes sense.
///
/// ```swift
/// var sequencer = EventSequencer<String, String, String>(
///     SequencingConfiguration(heldPerTopic: 100, recoveryTimeout: .seconds(2)))
/// ```
public struct SequencingConfiguration: Sendable, Hashable {
    /// Ids of unstamped events remembered to recognise duplicates. Default: 10,000.
    public var idCapacity: Int
    /// How long such an id is remembered. Default: 5 minutes.
    public var idLifetime: Duration
    /// Most events held per topic while a hole before them is being filled. Default: 100; at least 1.
    public var heldPerTopic: Int
    /// Most events held over all topics. Default: 10,000.
    public var heldInTotal: Int
    /// Most topics followed on account of their events alone; events of further topics are delivered as they
    /// come. Topics that the owner tracks are always followed. Default: 100,000.
    public var maximumTopics: Int
    /// How long a recovery request may go without an answer or progress. Default: 5 s.
    public var recoveryTimeout: Duration
    /// Whether what is missing can be asked for. Where not, a gap is announced and passed at once. Default: yes.
    public var isRecoveryAvailable: Bool

    /// Whether a topic has one history at a time, as with one server. A new epoch then began after the one before, so
    /// all of it is asked for. Where not, as in a cluster or behind a balancer, it may be an old one of another server:
    /// it is taken from where it is first seen, and one that comes back goes on where it was. Default: no.
    public var hasOneHistory: Bool

    /// The defaults, but for what is given.
    public init(
        idCapacity: Int = 10_000,
        idLifetime: Duration = .seconds(300),
        heldPerTopic: Int = 100,
        heldInTotal: Int = 10_000,
        maximumTopics: Int = 100_000,
        recoveryTimeout: Duration = .seconds(5),
        isRecoveryAvailable: Bool = true,
        hasOneHistory: Bool = false
    ) {
        self.idCapacity = idCapacity
        self.idLifetime = idLifetime
        self.heldPerTopic = heldPerTopic
        self.heldInTotal = heldInTotal
        self.maximumTopics = maximumTopics
        self.recoveryTimeout = recoveryTimeout
        self.isRecoveryAvailable = isRecoveryAvailable
        self.hasOneHistory = hasOneHistory
    }
}
