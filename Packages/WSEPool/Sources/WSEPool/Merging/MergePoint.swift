@_spi(WSEPool) import WSEClient
@_spi(WSE) import WSETransport
import WSEWire

/// Where the events of all members come together: through a ``MergeFilter`` into one set of bounded streams.
///
/// One lock per batch keeps the order that the filter decides; a batch is all that a member got with one read.
final class MergePoint: Sendable {
    private struct State {
        var filter: MergeFilter
        var isFull = false
        var timer: (any WSEScheduledWork)?
        var armed: ContinuousClock.Instant?
        /// Of the timer that counts.
        var generation: UInt64 = 0
        var dropped: UInt64 = 0
    }

    let hub: EventHub
    private let state: OrderedMutex<State>
    private let clock: any WSEClock
    /// Called when members should look whether to read on or not.
    private let onRoomChanged: @Sendable () -> Void
    private let onSignal: @Sendable (WSESignal) -> Void

    init(
        buffering: StreamBuffering, filter: MergeFilter.Configuration, clock: any WSEClock,
        onRoomChanged: @escaping @Sendable () -> Void, onSignal: @escaping @Sendable (WSESignal) -> Void
    ) {
        self.clock = clock
        self.onRoomChanged = onRoomChanged
        self.onSignal = onSignal
        var generator = SystemRandomNumberGenerator()
        state = OrderedMutex(State(filter: MergeFilter(filter, using: &generator)))
        let reference = WeakMergePoint()
        hub = EventHub(
            buffering: buffering, onRoom: { reference.point?.gotRoom() }, onSignal: onSignal)
        reference.point = self
    }

    /// Takes the events of a member.
    func deliver(_ batch: [WSEEvent], from member: Int) -> EventHub.Outcome {
        pass { $0.take(batch, from: member, now: $1) }
    }

    /// Takes word of what a member will not give.
    ///
    /// - Returns: What of it is to be told.
    func missing(_ gap: WSEGap, from member: Int) -> [WSEGap] {
        var told: [WSEGap] = []
        release { filter, now in
            var passed: [WSEEvent] = []
            told = filter.missing(gap, from: member, now: now, into: &passed)
            return passed
        }
        return told
    }

    /// Events that wait for a copy or for a move.
    var heldCount: Int { state.withLock { $0.filter.heldCount } }

    /// Events that had gone out before.
    var duplicates: UInt64 { state.withLock { $0.filter.duplicates } }

    func tellStampedApartByID(_ tells: Bool) {
        state.withLock { $0.filter.tellStampedApartByID(tells) }
    }

    // MARK: Moves

    func beginMove(_ topics: [String], from: Int, to: Int, isWithinServer: Bool) -> UInt64 {
        state.withLock { $0.filter.beginMove(topics, from: from, to: to, isWithinServer: isWithinServer) }
    }

    func setPlaces(_ places: [String: TopicPlace], of move: UInt64) {
        state.withLock { $0.filter.setPlaces(places, of: move) }
    }

    func switchMove(_ move: UInt64) {
        release { $0.switchMove(move, now: $1) }
    }

    func isHolding(_ move: UInt64) -> Bool { state.withLock { $0.filter.isHolding(move) } }

    func isBehind(_ heads: [String: TopicPlace], in move: UInt64) -> Bool {
        state.withLock { $0.filter.isBehind(heads, in: move) }
    }

    /// The server has confirmed the new member.
    func takenOver(_ move: UInt64, places: [String: TopicPlace], heads: [String: TopicPlace]) {
        release { $0.takenOver(move, places: places, heads: heads, now: $1) }
    }

    /// Lets the new member's events out after a while in which the old one was read from, should it not have let go by
    /// then: its link may be dead, and nobody knows yet.
    func switchMove(_ move: UInt64, after patience: Duration) {
        _ = clock.schedule(after: patience) { [weak self] in
            guard let self, state.withLock({ $0.filter.isHolding(move) }) else { return }
            if hub.isFull { return switchMove(move, after: patience) }
            switchMove(move)
        }
    }

    func lastPlaces(of move: UInt64) -> [String: TopicPlace] {
        state.withLock { $0.filter.lastPlaces(of: move) }
    }

    func endMove(_ move: UInt64, places: [String: TopicPlace]) {
        release { $0.endMove(move, places: places, now: $1) }
    }

    // MARK: Passing on

    /// Events that a full stream discarded after they had waited here; members count those of their own batches.
    var dropped: UInt64 { state.withLock { $0.dropped } }

    /// Hands on what has waited. Nobody else counts what becomes of it.
    private func release(_ body: (inout MergeFilter, ContinuousClock.Instant) -> [WSEEvent]) {
        let outcome = pass(body)
        guard outcome.dropped > 0 else { return }
        state.withLock { $0.dropped += UInt64(outcome.dropped) }
        onSignal(.dropped(count: outcome.dropped))
    }

    /// Hands on what the filter gives out. Under the lock, as another thread's events may come behind it.
    private func pass(
        _ body: (inout MergeFilter, ContinuousClock.Instant) -> [WSEEvent]
    ) -> EventHub.Outcome {
        let now = clock.now()
        let (outcome, hasFilled) = state.withLock { state -> (EventHub.Outcome, Bool) in
            let passed = body(&state.filter, now)
            // Before the events that come after them.
            for gap in state.filter.takeCertainGaps() { onSignal(.gap(gap)) }
            let outcome = passed.isEmpty ? EventHub.Outcome(isFull: hub.isFull) : hub.deliver(passed)
            let hasFilled = outcome.isFull && !state.isFull
            if hasFilled {
                state.isFull = true
                state.filter.setPaused(true, now: now)
            }
            return (outcome, hasFilled)
        }
        if hasFilled {
            onRoomChanged()
            // Emptied since then, it would not call again.
            if !hub.isFull { gotRoom() }
        }
        schedule()
        return outcome
    }

    /// A full stream has room again.
    private func gotRoom() {
        let now = clock.now()
        state.withLock { state in
            guard !hub.isFull else { return }
            state.isFull = false
            state.filter.setPaused(false, now: now)
        }
        onRoomChanged()
        schedule()
    }

    /// Keeps the timer at the time of the next copy. A later one leaves it as it is: it comes to nothing then.
    private func schedule() {
        let next = state.withLock { state -> (delay: Duration, generation: UInt64)? in
            guard let due = state.filter.nextDue, state.armed.map({ due < $0 }) ?? true else { return nil }
            state.armed = due
            state.generation += 1
            return (max(due - clock.now(), .zero), state.generation)
        }
        guard let (delay, generation) = next else { return }
        let work = clock.schedule(after: delay) { [weak self] in
            guard let self else { return }
            state.withLock { if $0.generation == generation { $0.armed = nil } }
            release { $0.takeOverdue(now: $1) }
        }
        let unwanted = state.withLock { state -> (any WSEScheduledWork)? in
            // It may have fired by now, and another one be armed already.
            guard state.generation == generation else { return work }
            defer { state.timer = work }
            return state.timer
        }
        unwanted?.cancel()
    }
}

/// Lets the hub reach the merge point that owns it, while it lives.
private final class WeakMergePoint: Sendable {
    private struct Reference {
        weak var point: MergePoint?
    }

    private let reference = OrderedMutex(Reference())

    var point: MergePoint? {
        get { reference.withLock { $0.point } }
        set { reference.withLock { $0.point = newValue } }
    }
}
