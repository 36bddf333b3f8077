/// Puts the events of one connection in order by a number that the server counts up with each.
///
/// An option for servers whose `seq` really orders a connection. Those that count over all their connections
/// leave gaps in it that mean nothing: do not use it there. Where it is used, it comes before an
/// ``EventSequencer``, which orders topics.
///
/// ```swift
/// var sequencer = ConnectionSequencer<String>()
/// for (number, text) in [(1, "a"), (3, "c"), (2, "b")] {
///     if sequencer.process(text, sequence: UInt64(number), now: now) == .deliver { print(text) }
///     while let output = sequencer.nextOutput() { print(output) }
/// }
/// ```
///
/// The first number sets the baseline. Nothing can be asked for again here: what does not arrive within
/// ``Configuration/patience``, or before ``Configuration/held`` later events have come, is announced as lost
/// before the event after it. After any verdict but `deliver` and `duplicate`, and after ``expire(now:)``, take
/// all outputs.
public struct ConnectionSequencer<Element: Sendable>: Sendable {
    /// What a ``ConnectionSequencer`` works with.
    public struct Configuration: Sendable, Hashable {
        /// Most events held. Default: 100; at least 1.
        public var held: Int
        /// How long a gap may last. Default: 1 s.
        public var patience: Duration

        /// The defaults, but for what is given.
        public init(held: Int = 100, patience: Duration = .seconds(1)) {
            self.held = max(held, 1)
            self.patience = patience.bounded
        }
    }

    /// What to do, in order.
    public enum Output: Sendable {
        /// Hand this event over.
        case deliver(Element)
        /// Tell the consumer that the events of these numbers will not come.
        case lost(ClosedRange<UInt64>)
    }

    @usableFromInline
    struct Held: Sendable {
        @usableFromInline let sequence: UInt64
        @usableFromInline let element: Element
        @usableFromInline let arrival: ContinuousClock.Instant

        @inlinable
        init(sequence: UInt64, element: Element, arrival: ContinuousClock.Instant) {
            self.sequence = sequence
            self.element = element
            self.arrival = arrival
        }
    }

    /// What it works with.
    public let configuration: Configuration

    /// The last number that is settled; `nil` before the first event.
    public var position: UInt64? { frontier }

    /// When ``expire(now:)`` has to be called next, if at all.
    public var nextDeadline: ContinuousClock.Instant? { deadline }

    /// How many events are held.
    public var heldEvents: Int { held.count }

    @usableFromInline var frontier: UInt64?
    @usableFromInline var deadline: ContinuousClock.Instant?
    @usableFromInline var held = RingBuffer<Held>()
    @usableFromInline var outputs = RingBuffer<Output>()

    /// A sequencer before its first event.
    public init(_ configuration: Configuration = Configuration()) {
        // Values assigned since its `init` have not been held to their limits.
        self.configuration = Configuration(held: configuration.held, patience: configuration.patience)
    }
}

extension ConnectionSequencer.Output: Equatable where Element: Equatable {}

extension ConnectionSequencer {
    /// Decides about an event.
    @inlinable
    public mutating func process(
        _ element: Element, sequence: UInt64, now: ContinuousClock.Instant
    ) -> SequencingVerdict {
        guard let last = frontier else {
            frontier = sequence
            return emit(element)
        }
        guard sequence > last else { return .duplicate }
        guard sequence &- last == 1 else { return hold(element, sequence: sequence, after: last, now: now) }
        frontier = sequence
        if held.first.map({ $0.sequence &- sequence == 1 }) ?? false {
            outputs.append(.deliver(element))
            release()
            return .release
        }
        return emit(element)
    }

    /// The next thing to do; `nil` when all is done.
    @inlinable
    public mutating func nextOutput() -> Output? {
        outputs.popFirst()
    }

    /// Gives up on what has been missing for too long.
    @inlinable
    public mutating func expire(now: ContinuousClock.Instant) {
        while let deadline, deadline <= now { passGap() }
    }

    /// Gives up on all that is missing and forgets the position, as when the connection ends: what is held
    /// comes out as output, and the next event sets the baseline anew.
    @inlinable
    public mutating func reset() {
        while !held.isEmpty { passGap() }
        frontier = nil
    }

    @inlinable
    mutating func emit(_ element: Element) -> SequencingVerdict {
        guard outputs.isEmpty else {
            outputs.append(.deliver(element))
            return .release
        }
        return .deliver
    }

    @inlinable
    mutating func hold(
        _ element: Element, sequence: UInt64, after last: UInt64, now: ContinuousClock.Instant
    ) -> SequencingVerdict {
        var index = held.count
        while index > 0, held[index &- 1].sequence >= sequence {
            if held[index &- 1].sequence == sequence { return .duplicate }
            index &-= 1
        }
        let isFirst = held.isEmpty
        held.insert(Held(sequence: sequence, element: element, arrival: now), at: index)
        if index == 0, isFirst { deadline = now.advanced(by: configuration.patience) }
        if held.count > configuration.held {
            passGap()
            if let frontier, sequence <= frontier { return .release }
        }
        return isFirst ? .gap(missing: (last &+ 1)...(sequence &- 1)) : .hold
    }

    /// Announces the first gap and gives out what follows it.
    @inlinable
    mutating func passGap() {
        guard let last = frontier, let first = held.first else {
            deadline = nil
            return
        }
        outputs.append(.lost((last &+ 1)...(first.sequence &- 1)))
        frontier = first.sequence &- 1
        release()
    }

    /// Gives out what follows without a gap. A gap behind it has lasted since the first event beyond it came.
    @inlinable
    mutating func release() {
        while let last = frontier, let next = held.first, next.sequence &- last == 1 {
            _ = held.popFirst()
            frontier = next.sequence
            outputs.append(.deliver(next.element))
        }
        var earliest: ContinuousClock.Instant?
        for index in 0..<held.count {
            let arrival = held[index].arrival
            earliest = earliest.map { min($0, arrival) } ?? arrival
        }
        deadline = earliest?.advanced(by: configuration.patience)
    }
}
