/// Where an event stands in the history of its topic: the server counts the publications of a topic within an
/// epoch from 0 on.
public struct RecoveryStamp: Sendable, Hashable, CustomStringConvertible {
    /// The topic it was published to.
    public var topic: InternedString
    /// Names one life of the topic's history; a new one means that counting began anew.
    public var epoch: InternedString
    /// Position within the epoch; the first publication has 0.
    public var offset: UInt64

    /// A stamp of these three, such as a server puts on a publication.
    public init(topic: InternedString, epoch: InternedString, offset: UInt64) {
        self.topic = topic
        self.epoch = epoch
        self.offset = offset
    }

    public var description: String { "\(topic)@\(epoch):\(offset)" }
}
