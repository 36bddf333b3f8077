/// What became of a subscribe or unsubscribe.
public struct SubscriptionResult: Sendable, Hashable {
    /// Topics the server confirmed.
    public var accepted: Set<String>
    /// Topics the server refused. They are no longer wanted.
    public var refused: Set<String>
    /// Topics without an answer when the waiting ended: the client was offline, or the server is silent. They stay
    /// wanted and are asked for again after the next connect.
    public var pending: Set<String>

    /// Makes one by hand, such as for a test.
    public init(accepted: Set<String> = [], refused: Set<String> = [], pending: Set<String> = []) {
        self.accepted = accepted
        self.refused = refused
        self.pending = pending
    }
}
