/// What the server said when it had replayed what it could.
///
/// ```swift
/// let head = TopicPosition(epoch: "5f3a9c01", offset: 4)
/// sequencer.recoveryAnswered("prices", with: RecoveryAnswer(head: head, recovered: true), now: now)
/// ```
public struct RecoveryAnswer<Epoch: Hashable & Sendable>: Sendable, Hashable {
    /// The server's newest position in the topic; `nil` where it has no history of it.
    public var head: TopicPosition<Epoch>?
    /// Whether the server claims to have replayed everything after the position asked for.
    public var recovered: Bool

    /// An answer as the server gave it.
    @inlinable
    public init(head: TopicPosition<Epoch>?, recovered: Bool) {
        self.head = head
        self.recovered = recovered
    }
}
