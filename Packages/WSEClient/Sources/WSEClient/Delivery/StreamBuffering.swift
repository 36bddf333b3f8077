/// How many events a stream holds for its consumer, and what happens when that is not enough.
public struct StreamBuffering: Sendable, Hashable {
    /// What a full stream does.
    public struct Overflow: Sendable, Hashable {
        enum Value: Sendable {
            case suspend, dropOldest, dropNewest, fail
        }

        let value: Value

        /// The client stops reading from its connection until there is room again, so that TCP pushes back on the
        /// server. Nothing is lost on the way; other streams of the same client wait as well.
        public static let suspend = Overflow(value: .suspend)
        /// The events that wait longest are discarded, counted and announced.
        public static let dropOldest = Overflow(value: .dropOldest)
        /// The events that come in are discarded, counted and announced.
        public static let dropNewest = Overflow(value: .dropNewest)
        /// The stream ends with a `bufferOverflow` error behind what it holds, for consumers who would rather begin
        /// anew than go on with a hole. The client stays connected, counts what comes after as dropped, and fills the
        /// stream again after its next ``WSEClient/disconnect()`` and ``WSEClient/connect()``.
        public static let fail = Overflow(value: .fail)
    }

    /// Events held at most, at least 1. With ``Overflow/suspend`` those of one more socket read may be added, and what
    /// iterators that were given up had taken: three times the capacity and a read in all. Beside these, up to two batches
    /// that the consumer is done with lie ready to be filled again, for two heartbeats at most.
    public var capacity: Int
    /// What happens to more.
    public var overflow: Overflow

    /// How many events wait, and what happens to more; a `capacity` below 1 counts as 1.
    public init(capacity: Int = 1_000, overflow: Overflow = .suspend) {
        self.capacity = max(1, capacity)
        self.overflow = overflow
    }

    /// 1,000 events, then the connection is read no further.
    public static let `default` = StreamBuffering()
}
