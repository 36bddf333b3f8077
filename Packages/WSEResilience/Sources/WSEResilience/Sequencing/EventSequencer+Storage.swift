extension EventSequencer {
    /// What is kept for every topic; as small as it gets, for there may be very many.
    @usableFromInline
    struct TopicState: Sendable {
        /// Whose state it is; `nil` while it is nobody's.
        @usableFromInline var topic: Topic?
        /// `nil` while the topic has no position.
        @usableFromInline var epoch: Epoch?
        /// Everything up to and including this offset is settled: delivered, or announced as lost.
        @usableFromInline var frontier: UInt64 = 0
        /// While `isLate`: of the settled offsets, those from here on were not delivered and may yet be. 0 only where
        /// nothing of the topic was seen at all since its position was set by the server's word.
        @usableFromInline var lateFrom: UInt64 = 0
        /// The frontier was moved by word of the server, not by an event, and events may have been overtaken.
        @usableFromInline var isLate = false
        /// The first event of the epoch is neither delivered nor announced as lost yet, though settled.
        @usableFromInline var owesFirst = false
        /// Nothing but the next offset is to be considered: a position, no hole, not late.
        @usableFromInline var isQuiet = false
        /// The owner said that this topic cannot be recovered.
        @usableFromInline var isRecoveryOff = false

        @inlinable
        init() {}

        /// Takes the step of an event in order, if that is all there is to it.
        @inlinable
        @inline(__always)
        mutating func advance(to offset: UInt64, in epoch: Epoch) -> Bool {
            // The first comparison matters at the top of the range, where the difference wraps around to 1.
            guard isQuiet, offset > frontier, offset &- frontier == 1, self.epoch == epoch else {
                return false
            }
            frontier = offset
            return true
        }
    }

    @usableFromInline
    struct Held: Sendable {
        @usableFromInline let offset: UInt64
        @usableFromInline let element: Element

        @inlinable
        init(offset: UInt64, element: Element) {
            self.offset = offset
            self.element = element
        }
    }

    /// A topic's missing offsets and what waits behind them.
    @usableFromInline
    struct Hole: Sendable {
        @usableFromInline let topic: Topic
        /// In ascending order, all beyond the frontier and never right behind it.
        @usableFromInline var held = RingBuffer<Held>()
        /// The highest offset that was seen, held or let go; always beyond the frontier.
        @usableFromInline var seenThrough: UInt64

        @inlinable
        init(topic: Topic, seenThrough: UInt64) {
            self.topic = topic
            self.seenThrough = seenThrough
        }

        /// The last missing offset before the first held event.
        @inlinable
        var end: UInt64 {
            if let first = held.first { first.offset &- 1 } else { seenThrough }
        }

        @inlinable
        mutating func keep(_ event: Held, at index: Int) {
            held.insert(event, at: index)
            seenThrough = Swift.max(seenThrough, event.offset)
        }

        /// Where `offset` is or belongs among the held.
        @inlinable
        func search(_ offset: UInt64) -> (index: Int, isHeld: Bool) {
            var low = 0
            var high = held.count
            while low < high {
                let middle = (low &+ high) / 2
                if held[middle].offset < offset { low = middle &+ 1 } else { high = middle }
            }
            return (low, low < held.count && held[low].offset == offset)
        }
    }

    /// A request that was sent and not yet answered.
    @usableFromInline
    struct PendingRequest: Sendable {
        @usableFromInline let topic: Topic
        @usableFromInline let id: UInt64
        /// The frontier when the request was made.
        @usableFromInline let after: UInt64
        /// The highest offset that had been seen when the request was made: its answer speaks of all up to here.
        @usableFromInline let seenThrough: UInt64
        /// The frontier when its deadline was last set.
        @usableFromInline var armedAt: UInt64
        @usableFromInline let timeout: Duration

        @inlinable
        init(topic: Topic, id: UInt64, after: UInt64, seenThrough: UInt64, timeout: Duration) {
            self.topic = topic
            self.id = id
            self.after = after
            self.seenThrough = seenThrough
            self.armedAt = after
            self.timeout = timeout
        }
    }

    @usableFromInline
    struct Deadline: Sendable, Comparable {
        @usableFromInline let instant: ContinuousClock.Instant
        @usableFromInline let slot: Int
        @usableFromInline let requestID: UInt64

        @inlinable
        init(instant: ContinuousClock.Instant, slot: Int, requestID: UInt64) {
            self.instant = instant
            self.slot = slot
            self.requestID = requestID
        }

        /// By age where they fall together, so that equal histories have equal outcomes.
        @inlinable
        static func < (left: Deadline, right: Deadline) -> Bool {
            left.instant == right.instant
                ? left.requestID < right.requestID : left.instant < right.instant
        }
    }
}
