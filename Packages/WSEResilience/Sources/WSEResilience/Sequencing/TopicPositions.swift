/// How far the consumer has come in each topic: what to save, and where to resume after a restart.
///
/// An ``EventSequencer`` knows what was *received*; between it and the application there are buffers. Whoever
/// hands events to the application notes here what was *handed over*, in the order in which it was. The two are
/// apart because they live on different sides: the sequencer where frames arrive, this where they are consumed.
///
/// ```swift
/// var handed = TopicPositions<String, String>()
/// handed.track("prices")
/// handed.record("prices", TopicPosition(epoch: "5f3a9c01", offset: 17))
/// let saved = handed.positions
///
/// var sequencer = EventSequencer<String, String, Event>()
/// sequencer.restore(saved)
/// ```
///
/// Recording costs one dictionary access; recording only the last event per topic of a batch suffices.
public struct TopicPositions<Topic: Hashable & Sendable, Epoch: Hashable & Sendable>: Sendable {
    @usableFromInline
    var entries: [Topic: TopicPosition<Epoch>?]

    /// A table of no topics.
    public init() {
        entries = [:]
    }

    /// A table that tracks the topics of a saved one from where they were.
    public init(_ positions: [Topic: TopicPosition<Epoch>]) {
        entries = positions.mapValues { $0 }
    }

    /// Begins to note positions of `topic`; keeps the position it has, if any.
    public mutating func track(_ topic: Topic) {
        if entries[topic] == nil { entries[topic] = .some(nil) }
    }

    /// Forgets `topic`. What is still recorded for it afterwards is ignored, so that an event consumed late does
    /// not bring an unsubscribed topic back.
    public mutating func remove(_ topic: Topic) {
        entries[topic] = nil
    }

    /// Notes that everything of `topic` up to `position` was handed over.
    ///
    /// Within an epoch it only moves forward. Another epoch replaces the noted one: events are handed over in
    /// the order of delivery, so it is the later one.
    ///
    /// - Returns: whether it was noted; not for a topic that is not tracked, nor for a position behind.
    @inlinable
    @discardableResult
    public mutating func record(_ topic: Topic, _ position: TopicPosition<Epoch>) -> Bool {
        guard let index = entries.index(forKey: topic) else { return false }
        if let known = entries.values[index], known.epoch == position.epoch {
            if position.offset <= known.offset { return false }
            entries.values[index]?.offset = position.offset
        } else {
            entries.values[index] = position
        }
        return true
    }

    /// The noted position of `topic`, if it is tracked and has one.
    public subscript(topic: Topic) -> TopicPosition<Epoch>? {
        entries[topic] ?? nil
    }

    /// All noted positions, for saving.
    public var positions: [Topic: TopicPosition<Epoch>] {
        entries.compactMapValues { $0 }
    }
}
