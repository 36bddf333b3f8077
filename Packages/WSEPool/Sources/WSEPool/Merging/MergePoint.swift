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
        state.withLock { $0.filter.missing(gap, from: member) }
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
        _ = pass { $0.switchMove(move, now: $1) }
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
        _ = pass { $0.endMove(move, places: places, now: $1) }
    }

    // MARK: Passing on

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
        let delay = state.withLock { state -> Duration? in
            guard let due = state.filter.nextDue, state.armed.map({ due < $0 }) ?? true else { return nil }
            state.armed = due
            return max(due - clock.now(), .zero)
        }
        guard let delay else { return }
        let work = clock.schedule(after: delay) { [weak self] in
            self?.state.withLock { $0.armed = nil }
            _ = self?.pass { $0.takeOverdue(now: $1) }
        }
        let previous = state.withLock { state in
            defer { state.timer = work }
            return state.timer
        }
        // One that has fired is not harmed, and one that has not is the later one.
        previous?.cancel()
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
