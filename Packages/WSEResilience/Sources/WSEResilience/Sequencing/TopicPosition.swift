/// How far a topic has come: the offset of an event within one life of the topic's history.
///
/// ```swift
/// handed.record("prices", TopicPosition(epoch: "5f3a9c01", offset: 17))
/// let saved = handed.positions
/// ```
public struct TopicPosition<Epoch: Hashable & Sendable>: Sendable, Hashable {
    /// Names one life of the topic's history; a new one means that counting began anew.
    public var epoch: Epoch
    /// Everything up to and including this offset is settled; the first event of an epoch has 0.
    public var offset: UInt64

    /// The position at `offset` of `epoch`.
    @inlinable
    public init(epoch: Epoch, offset: UInt64) {
        self.epoch = epoch
        self.offset = offset
    }
}

extension TopicPosition: Encodable where Epoch: Encodable {}
extension TopicPosition: Decodable where Epoch: Decodable {}

extension TopicPosition: CustomStringConvertible {
    public var description: String { "\(epoch):\(offset)" }
}
