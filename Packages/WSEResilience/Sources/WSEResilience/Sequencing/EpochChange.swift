/// A topic goes on in another life of its history, as after a restart of the server.
///
/// Whether something was missed in between cannot be known from offsets, so a consumer that keeps state should
/// fetch it anew.
///
/// ```swift
/// func describe(_ change: EpochChange<String, String>) -> String {
///     "\(change.topic) went from \(change.previous.epoch) to \(change.epoch)"
/// }
/// ```
public struct EpochChange<Topic: Hashable & Sendable, Epoch: Hashable & Sendable>: Sendable, Hashable {
    /// The topic it happened to.
    public let topic: Topic
    /// How far the topic had come before.
    public let previous: TopicPosition<Epoch>
    /// The epoch that holds from here on.
    public let epoch: Epoch
    /// The offset at which delivery goes on; events of the epoch before it have been missed, unless they had been
    /// delivered when the epoch held for the first time.
    public let nextOffset: UInt64

    /// A change from `previous` to `epoch`.
    @inlinable
    public init(topic: Topic, previous: TopicPosition<Epoch>, epoch: Epoch, nextOffset: UInt64) {
        self.topic = topic
        self.previous = previous
        self.epoch = epoch
        self.nextOffset = nextOffset
    }
}
