/// A hole in a topic that nobody can fill.
///
/// The position moves past it, so what of it arrives after a later event counts as a duplicate. What arrives
/// before any later event, overtaken by the announcement, is still delivered, as order permits.
///
/// ```swift
/// func describe(_ loss: LostRange<String, String>) -> String {
///     "\(loss.count) events of \(loss.topic) are lost"
/// }
/// ```
public struct LostRange<Topic: Hashable & Sendable, Epoch: Hashable & Sendable>: Sendable, Hashable {
    /// The topic they belong to.
    public let topic: Topic
    /// The epoch in which they are missing.
    public let epoch: Epoch
    /// The first and the last offset that is lost.
    public let offsets: ClosedRange<UInt64>

    /// How many events are lost; `UInt64.max` for the one range that holds more. The range's own `count` is an `Int`
    /// and traps for ranges that a server can name.
    @inlinable public var count: UInt64 {
        let (count, overflow) = (offsets.upperBound - offsets.lowerBound).addingReportingOverflow(1)
        return overflow ? .max : count
    }

    /// The loss of `offsets` in one epoch of a topic.
    @inlinable
    public init(topic: Topic, epoch: Epoch, offsets: ClosedRange<UInt64>) {
        self.topic = topic
        self.epoch = epoch
        self.offsets = offsets
    }
}
