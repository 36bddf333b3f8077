/// A hole in a topic that nobody can fill.
///
/// The position moves past it, so what of it arrives after a later event counts as a duplicate. What arrives
/// before any later event, overtaken by the announcement, is still delivered, as order permits.
public struct LostRange<Topic: Hashable & Sendable, Epoch: Hashable & Sendable>: Sendable, Hashable {
    public let topic: Topic
    public let epoch: Epoch
    /// The first and the last offset that is lost.
    public let offsets: ClosedRange<UInt64>

    @inlinable
    public init(topic: Topic, epoch: Epoch, offsets: ClosedRange<UInt64>) {
        self.topic = topic
        self.epoch = epoch
        self.offsets = offsets
    }
}
