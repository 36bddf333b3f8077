/// What became of a message.
public struct SendOutcome: Sendable, Hashable {
    /// How far a message got.
    @nonexhaustive
    public enum Disposition: Sendable, Hashable {
        /// Handed to the connection.
        case sent
        /// Kept until there is a connection.
        case queued
    }

    /// Whether it is on its way or waits.
    public var disposition: Disposition
    /// The message's id (`id` in the envelope).
    public var id: String

    /// Makes one by hand, such as for a test.
    public init(disposition: Disposition, id: String) {
        self.disposition = disposition
        self.id = id
    }
}
