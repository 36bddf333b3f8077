/// One attempt to connect and the connection that may come of it. What an older attempt still says is ignored.
struct AttemptID: Hashable, Sendable, Comparable {
    var rawValue: UInt64

    static func < (left: AttemptID, right: AttemptID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// A caller that waits for an outcome.
struct RequestID: Hashable, Sendable {
    var rawValue: UInt64
}

/// What a session's timers are for; starting one that runs replaces it.
enum SessionTimer: Hashable, Sendable {
    /// The attempt must be ready by then.
    case handshake
    /// The server has had its chance to speak first.
    case greeting
    /// Time for the next heartbeat, and to look whether the peer is alive.
    case heartbeat
    /// The delay before the next attempt is over.
    case reconnect
    /// The connection has been ready for long enough to count as stable.
    case stability
    /// A caller of subscribe or unsubscribe has waited long enough.
    case subscription(RequestID)
    /// Topics that were asked for in vain are asked for again.
    case unanswered
    /// A request has waited for its answer long enough.
    case request(RequestID)
    /// The server owes us the publications of a hole.
    case recovery
    /// A replay whose answer is in has paused for long.
    case replay

    /// Whether there is one for each caller, rather than one.
    var isOfCaller: Bool {
        switch self {
        case .subscription, .request: true
        default: false
        }
    }
}
