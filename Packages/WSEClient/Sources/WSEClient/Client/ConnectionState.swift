/// Where a client is in the life of its connection.
public enum ConnectionState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Made, never connected.
    case pending
    /// The first connection is being made.
    case connecting
    /// The handshake is done; events flow.
    case connected
    /// The connection was lost; the next attempt is waiting or under way.
    case reconnecting
    /// Connected, but the peer is late with signs of life or the network is poor.
    case degraded
    /// Disconnected by the user, or not connected because the first attempt failed; see
    /// ``WSEConfiguration/InitialConnect-swift.struct/failFast``.
    case disconnected
    /// Ended by an error that no further attempt can mend.
    case error
}
