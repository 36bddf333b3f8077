/// What to ask the server for, so that a topic goes on without a hole.
///
/// ```swift
/// if let request = sequencer.beginRecovery(of: "prices", now: now) { connection.ask(for: request) }
/// ```
public struct RecoveryRequest<Topic: Hashable & Sendable, Epoch: Hashable & Sendable>: Sendable, Hashable {
    /// The topic to ask about.
    public let topic: Topic
    /// Ask for everything after this position.
    public let position: TopicPosition<Epoch>
    /// What is known to be missing: the first hole. `nil` where nothing is yet, as when resuming.
    public let missing: ClosedRange<UInt64>?
    /// Without an answer or any progress until then, the request is given up by
    /// ``EventSequencer/expire(now:)``.
    public let deadline: ContinuousClock.Instant

    /// A request for what comes after `position`.
    @inlinable
    public init(
        topic: Topic, position: TopicPosition<Epoch>, missing: ClosedRange<UInt64>?,
        deadline: ContinuousClock.Instant
    ) {
        self.topic = topic
        self.position = position
        self.missing = missing
        self.deadline = deadline
    }
}
