public import WSECrypto
public import WSEResilience
public import WSEWire

/// What a client tells about itself, beside the events. Watch them with ``WSEClient/signals``.
@nonexhaustive
public enum WSESignal: Sendable {
    /// The state changed.
    case state(ConnectionState)
    /// Publications of a topic are missing and cannot be had any more. Comes before the event behind the hole.
    case gap(WSEGap)
    /// A topic begins a new epoch, the first that is seen of it is not its beginning, or its replay came in the clear
    /// and was refused: what lies between its last event and the next one is unknown.
    case resync(topic: String, epoch: String)
    /// The server refused topics; they are no longer wanted.
    case refused(topics: Set<String>)
    /// A stream was full and events were discarded by its policy.
    case dropped(count: Int)
    /// Messages that were ``SendOutcome/Disposition-swift.enum/queued`` were given up: they waited for too long, or
    /// others of higher priority took their place.
    case discarded(messageIDs: [String])
    /// An application's event came in the clear although keys exist; see ``WSEEncryption/PlaintextPolicy``.
    case downgrade(type: String)
    /// An application's event has no good signature; see ``WSESigning``. Without a reason, it has none at all.
    case unverified(type: String, CryptoError?)
    /// A frame could not be read and was skipped; the connection stays.
    case unreadable(WireError)
    /// The quality of the link changed.
    case quality(NetworkQuality)
    /// The server says that messages come nearly too fast; the rate is lowered. How many more it takes for now, and for
    /// how long to hold back.
    case rateLimitWarning(remaining: Int?, retryAfter: Duration?)
    /// The payload of an event did not fit the type of a typed stream, which passed it over.
    case undecodable(type: String, WireError)
    /// A handler threw at an event of that type.
    case handlerFailed(type: String, any Error)
    /// An `error` message of the server. One that says `RATE_LIMITED` holds further messages back.
    case serverError(WSEError)
    /// This listener did not keep up, and that many signals before the next one are gone; see ``WSEClient/statistics()``.
    case signalsDropped(count: Int)
    /// An attempt failed or a connection was lost; the next attempt follows after the delay.
    case retrying(after: Duration, cause: WSEError)
}

/// A hole in the history of a topic.
public struct WSEGap: Sendable, Hashable {
    /// The topic.
    public var topic: String
    /// The epoch that the offsets count in.
    public var epoch: String
    /// The offsets that are missing.
    public var offsets: ClosedRange<UInt64>
    /// How many that are, at most `UInt64.max`.
    public var count: UInt64 {
        let (count, overflows) = (offsets.upperBound - offsets.lowerBound).addingReportingOverflow(1)
        return overflows ? .max : count
    }

    /// Makes one by hand, such as for a test.
    public init(topic: String, epoch: String, offsets: ClosedRange<UInt64>) {
        self.topic = topic
        self.epoch = epoch
        self.offsets = offsets
    }
}
