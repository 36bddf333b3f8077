/// A hole in a topic that nobody can fill.
///
/// The position moves past it, so what of it arrives after a later event counts as a duplicate. What arrives
/// before any later event, overtaken by the announcement, is still delivered, as order permits.
///
/// ```swift
/// func describe(_ loss: LostRange<String, String>) -> String {
///     "\(loss.offsets.count) events of \(loss.topic) are lost"
/// }
/// ```
public struct LostRange<Topic: Hashable & Sendable, Epoch: Hashable & Sendable>: Sendable, Hashable {
    /// The topic they belong to.
    public let topic: Topic
    /// The epoch in which they are missing.
    public let epoch: Epoch
    /// The first and the last offset that is lost.
    public let offsets: ClosedRange<UInt64>

    /// The loss of `offsets` in one epoch of a topic.
    @inlinable
    public init(topic: Topic, epoch: Epoch, offsets: ClosedRange<UInt64>) {
        self.topic = topic
        self.epoch = epoch
        self.offsets = offsets
    }
}
