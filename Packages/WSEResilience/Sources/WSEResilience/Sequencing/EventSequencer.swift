/// Puts the events of many topics in order, delivers none twice, has holes filled and announces what stays missing.
///
/// A stamped event says where it belongs: topic, epoch, offset. Per topic and epoch the sequencer promises:
/// - offsets are delivered in ascending order, none twice;
/// - a hole is announced as ``SequencingOutput/lost(_:)`` *before* the event after it is delivered;
/// - what is received is either delivered, recognised as a duplicate, or named in such an announcement.
///
/// An unstamped event is recognised by its ``EventID`` alone; see ``process(id:now:)``.
///
/// ```swift
/// var sequencer = EventSequencer<String, String, Event>()
///
/// func receive(_ event: Event, now: ContinuousClock.Instant) {
///     let verdict = sequencer.process(
///         event, topic: event.topic, epoch: event.epoch, offset: event.offset, now: now)
///     if verdict == .deliver { consumer.take(event) }
///     act()
/// }
///
/// func act() {
///     while let output = sequencer.nextOutput() {
///         switch output {
///         case .deliver(let event): consumer.take(event)
///         case .lost(let range): consumer.note("lost \(range.offsets) of \(range.topic)")
///         case .epochChanged(let change): consumer.note("\(change.topic) began anew")
///         case .request(let request): connection.ask(for: request)
///         }
///     }
/// }
/// ```
///
/// ## Life of a topic
/// 1. The first event of a topic without a known position sets its baseline. ``track(_:after:)`` gives it a
///    position instead: then the offset after that is expected.
/// 2. The next offset is delivered; an earlier one is a duplicate.
/// 3. A later one leaves a hole. Where recovery is available, it is held, and ``RecoveryRequest`` says what to ask
///    for: one request per topic at a time. Everything else that comes is held too, until what is missing
///    arrives, through ``process(_:topic:epoch:offset:now:)`` like any event, and releases it.
/// 4. ``recoveryAnswered(_:with:now:)`` ends the request, as does its deadline. A replay that got somewhere but
///    not through is asked to go on; what one could not bring at all is announced, and delivery goes on.
/// 5. Another epoch ends the one before: what is held of it is given out, holes announced, then the change.
///    Positions of the last few epochs are remembered, so stragglers stay duplicates and an epoch that comes
///    back, as with several servers behind one name, goes on where it was.
///
/// Where a hole makes more events wait than ``SequencingConfiguration`` allows, those farthest behind it are let go and
/// asked for again when their turn comes. A hole is never given up for want of room: only an answer that brings
/// nothing, or none in time, ends it.
///
/// Where recovery is not available, a hole is announced at once and nothing is ever held.
///
/// ## Positions
/// ``position(of:)`` says how far a topic was *received*. What the application has been *handed* lags behind by
/// whatever is buffered in between; keep that in a ``TopicPositions`` where events are handed over.
///
/// ## Cost
/// A value type without clock or thread; a copy is independent. An event in order costs a dictionary look-up and
/// no allocation. A topic costs about 100 bytes, one with a hole what it holds besides.
public struct EventSequencer<
    Topic: Hashable & Sendable, Epoch: Hashable & Sendable, Element: Sendable
>: Sendable {
    /// What ``process(_:topic:epoch:offset:now:)`` decides.
    public typealias Verdict = SequencingVerdict
    /// What ``nextOutput()`` gives.
    public typealias Output = SequencingOutput<Topic, Epoch, Element>
    /// Where a topic stands.
    public typealias Position = TopicPosition<Epoch>
    /// What to ask the server for.
    public typealias Request = RecoveryRequest<Topic, Epoch>

    /// What it works with, brought into range.
    public let configuration: SequencingConfiguration

    /// Hashes ids for ``process(id:now:)``.
    public let idKey: EventID.Key

    @usableFromInline var slots: [Topic: Int] = [:]
    @usableFromInline var states: ContiguousArray<TopicState> = []
    @usableFromInline var freeSlots: [Int] = []

    // What only troubled topics have is kept apart, by slot, so that the many others stay small.
    @usableFromInline var holes: [Int: Hole] = [:]
    @usableFromInline var requests: [Int: PendingRequest] = [:]
    @usableFromInline var formerEpochs: [Int: [Position]] = [:]

    /// One entry per armed deadline; an entry whose request has ended is stale, though never the first one.
    @usableFromInline var deadlines = BinaryHeap<Deadline>()
    @usableFromInline var outputs = RingBuffer<Output>()
    @usableFromInline var window: DuplicateWindow
    @usableFromInline var counters = SequencingStatistics()
    @usableFromInline var heldCount = 0
    @usableFromInline var lastRequestID: UInt64 = 0
    @usableFromInline var recoveryAvailable: Bool

    /// - Parameters:
    ///   - configuration: Bounds and timeouts.
    ///   - generator: Gives the secret keys of the id hashes; it has no influence on the verdicts.
    public init(
        _ configuration: SequencingConfiguration = SequencingConfiguration(),
        using generator: inout some RandomNumberGenerator
    ) {
        var configuration = configuration
        configuration.heldPerTopic = max(configuration.heldPerTopic, 1)
        configuration.heldInTotal = max(configuration.heldInTotal, 0)
        configuration.maximumTopics = max(configuration.maximumTopics, 0)
        configuration.recoveryTimeout = min(
            max(configuration.recoveryTimeout, .zero), .seconds(3_155_760_000))
        self.configuration = configuration
        recoveryAvailable = configuration.isRecoveryAvailable
        idKey = EventID.Key(using: &generator)
        window = DuplicateWindow(
            capacity: configuration.idCapacity, lifetime: configuration.idLifetime, using: &generator)
    }

    /// A sequencer of no topics, with keys out of the system's random numbers.
    public init(_ configuration: SequencingConfiguration = SequencingConfiguration()) {
        var generator = SystemRandomNumberGenerator()
        self.init(configuration, using: &generator)
    }

    /// Decides about a stamped event.
    ///
    /// Live and replayed events alike go through here, in the order in which they arrive.
    ///
    /// - Parameters:
    ///   - element: The event; kept if it has to wait.
    ///   - topic: The topic it was published to.
    ///   - epoch: The life of the topic's history that it belongs to.
    ///   - offset: Its position within the epoch, from 0 on.
    ///   - now: Serves the deadline of a request that the event may cause.
    @inlinable
    public mutating func process(
        _ element: Element, topic: Topic, epoch: Epoch, offset: UInt64, now: ContinuousClock.Instant
    ) -> Verdict {
        guard let slot = slots[topic] else {
            return processFirst(element, topic: topic, epoch: epoch, offset: offset)
        }
        if outputs.isEmpty, states[slot].advance(to: offset, in: epoch) {
            counters.delivered &+= 1
            return .deliver
        }
        return processTroubled(element, topic: topic, slot: slot, epoch: epoch, offset: offset, now: now)
    }

    /// Takes the step of an event that is next in its topic, where that is all there is to it: it is to be delivered.
    ///
    /// For who takes very many events: it needs no time, and no look-up where the hint is good.
    ///
    /// - Parameters:
    ///   - topic: The topic that it was published to.
    ///   - epoch: The epoch in which its offset counts.
    ///   - offset: Its position in the epoch, from 0.
    ///   - hint: Where the topic was found when it was last looked for. A wrong one, which may be of any topic, costs a
    ///     look-up and is set right.
    /// - Returns: `false` where nothing was done: ``process(_:topic:epoch:offset:now:)`` decides.
    @inlinable
    public mutating func advance(
        _ topic: Topic, epoch: Epoch, offset: UInt64, hint: inout SequencingHint
    ) -> Bool {
        guard outputs.isEmpty else { return false }
        var slot = Int(hint.slot)
        if slot >= states.count || states[slot].topic != topic {
            guard let found = slots[topic] else { return false }
            slot = found
            hint.slot = UInt32(truncatingIfNeeded: found)
        }
        guard states[slot].advance(to: offset, in: epoch) else { return false }
        counters.delivered &+= 1
        return true
    }

    /// Decides about an event that carries an id but no stamp: `deliver` or `duplicate`.
    ///
    /// Stamped events need no id: their stamp says it all.
    @inlinable
    public mutating func process(id: EventID, now: ContinuousClock.Instant) -> Verdict {
        if window.insert(id, now: now) {
            counters.delivered &+= 1
            return .deliver
        }
        counters.duplicates &+= 1
        return .duplicate
    }

    /// The next thing to do, in order; `nil` when all is done.
    @inlinable
    public mutating func nextOutput() -> Output? {
        outputs.popFirst()
    }

    /// When ``expire(now:)`` has to be called next, if at all.
    public var nextDeadline: ContinuousClock.Instant? {
        deadlines.first?.instant
    }

    /// Counts of what was done so far.
    public var statistics: SequencingStatistics { counters }

    /// How many events are held at present, over all topics.
    public var heldEvents: Int { heldCount }
}
