@_spi(WSEPool) import WSEClient
import WSEResilience
import WSEWire

/// Decides what of the members' events goes into the merged sequence, and when: each publication once, those of one
/// topic in order, while topics change members and where nodes of a cluster pass on copies.
///
/// A value without clock and locks: time is an argument, and members are numbers.
struct MergeFilter: Sendable {
    /// What a filter works with.
    struct Configuration: Sendable, Hashable {
        /// Whether stamped events are told apart by their id as well, as members are connected to different servers.
        var tellsStampedApartByID = false
        /// Whether copies without a stamp wait for the stamped one, and for how long.
        var relayPatience: Duration?
        /// Ids that are remembered.
        var rememberedIDs = 65_536
        /// Events that wait, at most; more of them make the oldest go out.
        var heldEvents = 16_384
    }

    private(set) var configuration: Configuration
    /// Events that had gone out before, or were another member's to give.
    private(set) var duplicates: UInt64 = 0
    /// What is missing for certain since a move has got on, to be told.
    private var certainGaps: [WSEGap] = []
    private var ids: DuplicateWindow
    private let idKey: EventID.Key
    private var moves: [TopicMove] = []
    private var lastMove: UInt64 = 0
    /// Of members that took topics over: what the member before has given, and they may still give. An answer may
    /// overtake the replay that it is about.
    private var floors: [Int: TopicFloors] = [:]
    /// Copies that wait for the stamped one, and in which order they came.
    private var copies: [EventID: WSEEvent] = [:]
    private var queue: [(id: EventID, due: ContinuousClock.Instant)] = []
    private var queueStart = 0
    /// How long nothing could come, as nothing was read; and since when.
    private var pausedFor = Duration.zero
    private var pausedSince: ContinuousClock.Instant?

    init(_ configuration: Configuration, using generator: inout some RandomNumberGenerator) {
        self.configuration = configuration
        ids = DuplicateWindow(
            capacity: configuration.rememberedIDs, lifetime: .seconds(3_600), using: &generator)
        idKey = EventID.Key(using: &generator)
    }

    /// Events that wait.
    var heldCount: Int { copies.count + moves.reduce(0) { $0 + $1.held.count } }

    /// Whether members are connected to different servers from now on.
    mutating func tellStampedApartByID(_ tells: Bool) {
        configuration.tellsStampedApartByID = tells
    }

    // MARK: Events

    /// Takes a member's events.
    ///
    /// - Returns: What goes out, in order.
    mutating func take(
        _ batch: [WSEEvent], from member: Int, now: ContinuousClock.Instant
    ) -> [WSEEvent] {
        if moves.isEmpty, floors.isEmpty, !configuration.tellsStampedApartByID,
            batch.allSatisfy({ $0.offset != nil })
        {
            return batch
        }
        var passed: [WSEEvent] = []
        passed.reserveCapacity(batch.count)
        for event in batch { judge(event, from: member, now: now, into: &passed) }
        skipReleased()
        return passed
    }

    private mutating func judge(
        _ event: WSEEvent, from member: Int, now: ContinuousClock.Instant, into passed: inout [WSEEvent]
    ) {
        let stamp = event.stamp
        if !floors.isEmpty, let stamp, isBelowFloor(stamp, of: member) {
            duplicates += 1
            return
        }
        for index in moves.indices {
            if moves[index].from == member, let stamp, moves[index].topics.contains(stamp.topic) {
                if moves[index].phase == .switched {
                    guard moves[index].isWithinServer else { break }
                    duplicates += 1
                    return
                }
                moves[index].reached.note(stamp.topic, epoch: stamp.epoch, offset: stamp.offset)
                moves[index].last[stamp.topic] = TopicPosition(
                    epoch: stamp.epoch.string, offset: stamp.offset)
            } else if moves[index].to == member, moves[index].phase == .holding,
                stamp.map({ moves[index].topics.contains($0.topic) }) ?? isPublication(event)
            {
                moves[index].held.append(event)
                if moves[index].held.count > configuration.heldEvents {
                    switchOver(index, now: now, into: &passed)
                }
                return
            }
        }
        admit(event, isStamped: stamp != nil, now: now, into: &passed)
    }

    private mutating func isBelowFloor(_ stamp: RecoveryStamp, of member: Int) -> Bool {
        guard floors[member] != nil else { return false }
        let isBelow = floors[member]?.coversAndForgets(stamp) ?? false
        if floors[member]?.isEmpty == true { floors[member] = nil }
        return isBelow
    }

    /// Whether an event without a stamp may be a copy of a publication, and is known by its id.
    private func isPublication(_ event: WSEEvent) -> Bool {
        event.id != nil && event.internedType.messageType == nil
    }

    private mutating func admit(
        _ event: WSEEvent, isStamped: Bool, now: ContinuousClock.Instant, into passed: inout [WSEEvent]
    ) {
        guard isStamped ? configuration.tellsStampedApartByID : isPublication(event), let text = event.id
        else {
            passed.append(event)
            return
        }
        let id = EventID(text, key: idKey)
        guard ids.insert(id, now: now) else {
            // The original of a copy that waits goes out in its own place.
            if isStamped, copies.removeValue(forKey: id) != nil {
                passed.append(event)
            } else {
                duplicates += 1
            }
            return
        }
        guard !isStamped, let patience = configuration.relayPatience else {
            passed.append(event)
            return
        }
        copies[id] = event
        queue.append((id, reading(now) + patience))
        while copies.count > configuration.heldEvents { releaseOldest(into: &passed) }
    }

    // MARK: Copies

    /// When the next copy has waited long enough.
    var nextDue: ContinuousClock.Instant? {
        guard pausedSince == nil, !copies.isEmpty else { return nil }
        return queueStart < queue.count ? queue[queueStart].due + pausedFor : nil
    }

    /// Copies that have waited long enough, in the order in which they came.
    mutating func takeOverdue(now: ContinuousClock.Instant) -> [WSEEvent] {
        var passed: [WSEEvent] = []
        guard pausedSince == nil else { return passed }
        let now = reading(now)
        while queueStart < queue.count {
            if queue[queueStart].due > now { break }
            releaseOldest(into: &passed)
        }
        return passed
    }

    private mutating func releaseOldest(into passed: inout [WSEEvent]) {
        guard queueStart < queue.count else { return }
        if let event = copies.removeValue(forKey: queue[queueStart].id) { passed.append(event) }
        queueStart += 1
        skipReleased()
    }

    /// The front of the queue is a copy that waits.
    private mutating func skipReleased() {
        while queueStart < queue.count, copies[queue[queueStart].id] == nil { queueStart += 1 }
        if queueStart > 1_024, queueStart * 2 > queue.count {
            queue.removeFirst(queueStart)
            queueStart = 0
        }
    }

    /// Nothing is read from now on, or is again: what a copy waits for may lie in a socket.
    mutating func setPaused(_ isPaused: Bool, now: ContinuousClock.Instant) {
        if isPaused {
            pausedSince = pausedSince ?? now
        } else if let since = pausedSince {
            pausedFor += max(now - since, .zero)
            pausedSince = nil
        }
    }

    /// The time that stands still while nothing is read.
    private func reading(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        (pausedSince.map { min($0, now) } ?? now) - pausedFor
    }

    // MARK: Moves

    /// From now on it is noted what the old member gives of these topics, and what the new one gives waits.
    ///
    /// - Parameter isWithinServer: Whether both members are connected to one server.
    mutating func beginMove(
        _ topics: some Sequence<String>, from: Int, to: Int, isWithinServer: Bool
    ) -> UInt64 {
        lastMove += 1
        var move = TopicMove(
            id: lastMove, from: from, to: to, topics: Set(topics.map { InternedString($0) }),
            isWithinServer: isWithinServer)
        // What the one before it gave, it may not have received itself so far.
        if let floors = floors[from] { move.reached.merge(floors.only(move.topics)) }
        moves.append(move)
        return lastMove
    }

    /// Where the old member was with the topics after the move had begun; its events up to there have been taken.
    mutating func setPlaces(_ places: [String: TopicPlace], of move: UInt64) {
        guard let index = moves.firstIndex(where: { $0.id == move }) else { return }
        var unclaimed: Set<InternedString> = []
        for (topic, place) in places {
            let name = InternedString(topic)
            if let position = place.position {
                moves[index].reached.note(
                    name, epoch: InternedString(position.epoch), offset: position.offset)
            } else if !place.hasNoPast, moves[index].last[name] == nil {
                unclaimed.insert(name)
            }
        }
        guard !unclaimed.isEmpty else { return }
        var part = moves[index].parted(unclaimed)
        part.isUnclaimed = true
        moves.insert(part, at: index + 1)
    }

    /// The new member has all that the old one has not given: from now on its events count.
    ///
    /// - Returns: What goes out, in order.
    mutating func switchMove(_ id: UInt64, now: ContinuousClock.Instant) -> [WSEEvent] {
        var passed: [WSEEvent] = []
        for index in moves.indices where moves[index].id == id {
            switchOver(index, now: now, into: &passed)
        }
        return passed
    }

    /// The new member is subscribed, so that it has or announces whatever the old one does not give.
    ///
    /// - Parameters:
    ///   - places: Where the old one is with the topics now.
    ///   - heads: Where the new one began.
    /// - Returns: What goes out, in order: of topics of which the old one has no more than the new one, the new one's
    ///   events.
    mutating func takenOver(
        _ move: UInt64, places: [String: TopicPlace], heads: [String: TopicPlace],
        now: ContinuousClock.Instant
    ) -> [WSEEvent] {
        var passed: [WSEEvent] = []
        for index in moves.indices where moves[index].id == move { moves[index].isTakenOver = true }
        guard let index = moves.firstIndex(where: { $0.id == move && $0.isUnclaimed }) else { return passed }
        let claimed = places.filter { topic, place in
            guard let position = place.position else { return place.hasNoPast }
            guard let head = heads[topic]?.position else { return true }
            return head.epoch == position.epoch && position.offset < head.offset
        }
        let names = moves[index].topics.intersection(claimed.keys.map { InternedString($0) })
        if !names.isEmpty {
            var part = moves[index].parted(names)
            part.isTakenOver = true
            for (topic, place) in claimed where names.contains(InternedString(topic)) {
                guard let position = place.position else { continue }
                part.reached.note(
                    InternedString(topic), epoch: InternedString(position.epoch), offset: position.offset)
            }
            moves.insert(part, at: index + 1)
        }
        switchOver(index, now: now, into: &passed)
        return passed
    }

    /// Whether the old member has not given all up to these places.
    func isBehind(_ heads: [String: TopicPlace], in move: UInt64) -> Bool {
        heads.contains { topic, place in
            guard let position = place.position,
                let move = moves.first(where: {
                    $0.id == move && !$0.isUnclaimed && $0.topics.contains(InternedString(topic))
                })
            else { return false }
            let stamp = RecoveryStamp(
                topic: InternedString(topic), epoch: InternedString(position.epoch), offset: position.offset)
            return !move.reached.covers(stamp)
        }
    }

    /// Whether the new member's events wait.
    func isHolding(_ move: UInt64) -> Bool { moves.contains { $0.id == move && $0.phase == .holding } }

    /// What the old member gave last of the topics, in this move.
    func lastPlaces(of move: UInt64) -> [String: TopicPlace] {
        let last = moves.filter { $0.id == move }.flatMap(\.last)
        return Dictionary(last.map { ($0.key.string, TopicPlace(position: $0.value)) }) { $1 }
    }

    private mutating func switchOver(
        _ index: Int, now: ContinuousClock.Instant, into passed: inout [WSEEvent]
    ) {
        guard moves[index].phase == .holding else { return }
        moves[index].phase = .switched
        var held: [WSEEvent] = []
        swap(&held, &moves[index].held)
        let member = moves[index].to
        certainGaps += moves[index].gaps.compactMap { moves[index].reached.left(of: $0) }
        moves[index].gaps = []
        floors[member, default: TopicFloors()].merge(moves[index].reached)
        if floors[member]?.isEmpty == true { floors[member] = nil }
        // Another move may wait for the same member.
        for event in held { judge(event, from: member, now: now, into: &passed) }
    }

    /// The old member gives nothing more of the topics.
    ///
    /// - Parameter places: Where the new one is with them; its events up to there have been taken.
    mutating func endMove(_ id: UInt64, places: [String: TopicPlace], now: ContinuousClock.Instant)
        -> [WSEEvent]
    {
        let passed = switchMove(id, now: now)
        while let index = moves.firstIndex(where: { $0.id == id }) {
            let move = moves.remove(at: index)
            for topic in move.topics { floors[move.from]?.remove(topic) }
            for (topic, place) in places {
                guard let position = place.position else { continue }
                floors[move.to]?.passed(
                    InternedString(topic), epoch: InternedString(position.epoch), offset: position.offset)
            }
            for member in [move.from, move.to] where floors[member]?.isEmpty == true { floors[member] = nil }
        }
        return passed
    }

    // MARK: What is missing

    /// Takes word of what a member will not give.
    ///
    /// - Parameter passed: What goes out, in order: what an old member misses the new one may have, so that one takes over.
    /// - Returns: What of it is missing for certain. What another member may give waits until the move gets on.
    mutating func missing(
        _ gap: WSEGap, from member: Int, now: ContinuousClock.Instant, into passed: inout [WSEEvent]
    ) -> [WSEGap] {
        let topic = InternedString(gap.topic)
        for index in moves.indices where moves[index].topics.contains(topic) {
            if moves[index].to == member, moves[index].phase == .holding {
                moves[index].gaps.append(gap)
                return []
            }
            if moves[index].from == member, moves[index].isWithinServer,
                moves[index].isTakenOver || moves[index].phase == .switched
            {
                switchOver(index, now: now, into: &passed)
                return []
            }
        }
        return (floors[member] ?? TopicFloors()).left(of: gap).map { [$0] } ?? []
    }

    /// What has become certain since the last call.
    mutating func takeCertainGaps() -> [WSEGap] {
        defer { certainGaps = [] }
        return certainGaps
    }
}
