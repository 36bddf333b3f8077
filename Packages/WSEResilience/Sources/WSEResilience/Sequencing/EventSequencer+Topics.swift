extension EventSequencer {
    /// How many epochs before the current one are remembered per topic.
    @inlinable static var rememberedEpochs: Int { 3 }

    /// Follows `topic`, from `position` on if one is known, as from an earlier run.
    ///
    /// With a position, the next offset is expected. Without, the first event (or the head in an answer) sets
    /// the baseline. A topic that already has a position keeps it: what was received since must not be
    /// received again, nor skipped. Should it owe the first event of that epoch (see ``track(_:fromStartOf:)``), it does
    /// not any more: somebody has got it.
    public mutating func track(_ topic: Topic, after position: Position? = nil) {
        let slot = slots[topic] ?? makeSlot(for: topic)
        if states[slot].epoch == nil, let position {
            setBaseline(slot: slot, epoch: position.epoch, offset: position.offset)
        } else if let position, states[slot].owesFirst, states[slot].epoch == position.epoch {
            states[slot].owesFirst = false
        }
    }

    /// Follows `topic` from the start of `epoch` on, which is known to have begun after the topic was wanted.
    ///
    /// Its first event cannot be asked for, as requests name the one before; it is announced as lost if the second
    /// comes without it, or the answer to a request that was made since. A topic that already has a position keeps it.
    public mutating func track(_ topic: Topic, fromStartOf epoch: Epoch) {
        let slot = slots[topic] ?? makeSlot(for: topic)
        guard states[slot].epoch == nil else { return }
        setBaseline(slot: slot, head: Position(epoch: epoch, offset: 0))
        states[slot].owesFirst = true
    }

    /// Forgets everything about `topic`: position, held events, request, former epochs.
    ///
    /// Held events are dropped. Outputs that already wait are not affected. A later event of the topic would start it
    /// anew, so filter out stragglers of an unsubscribed topic before they come here.
    public mutating func remove(_ topic: Topic) {
        guard let slot = slots.removeValue(forKey: topic) else { return }
        heldCount &-= holes.removeValue(forKey: slot)?.held.count ?? 0
        formerEpochs[slot] = nil
        endRequest(slot)
        states[slot] = TopicState()
        freeSlots.append(slot)
    }

    /// Whether a request for what is missing of `topic` is on its way.
    public func isRecovering(_ topic: Topic) -> Bool {
        slots[topic].map { requests[$0] != nil } ?? false
    }

    /// How far `topic` was received: everything up to and including this position was given out or announced
    /// as lost. Resume from here while the process lives, and from what was handed over after a restart.
    public func position(of topic: Topic) -> Position? {
        guard let slot = slots[topic], let epoch = states[slot].epoch else { return nil }
        return Position(epoch: epoch, offset: states[slot].frontier)
    }

    /// The positions of all topics that have one.
    public var positions: [Topic: Position] {
        var result: [Topic: Position] = [:]
        result.reserveCapacity(slots.count)
        for (topic, slot) in slots {
            if let epoch = states[slot].epoch {
                result[topic] = Position(epoch: epoch, offset: states[slot].frontier)
            }
        }
        return result
    }

    /// Follows all these topics from where they were; see ``track(_:after:)``.
    public mutating func restore(_ positions: [Topic: Position]) {
        for (topic, position) in positions { track(topic, after: position) }
    }

    /// How many topics are followed.
    public var topicCount: Int { slots.count }

    // MARK: - State

    @inlinable
    mutating func makeSlot(for topic: Topic) -> Int {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = states.count
            states.append(TopicState())
        }
        slots[topic] = slot
        states[slot].topic = topic
        return slot
    }

    @inlinable
    mutating func setBaseline(slot: Int, epoch: Epoch, offset: UInt64) {
        states[slot].epoch = epoch
        states[slot].owesFirst = false
        moveFrontier(slot, to: offset)
        updateQuiet(slot)
    }

    /// Takes the server's word for where the topic is; events that the word has overtaken are still welcome.
    @inlinable
    mutating func setBaseline(slot: Int, head: Position) {
        states[slot].epoch = head.epoch
        states[slot].frontier = head.offset
        states[slot].owesFirst = false
        states[slot].lateFrom = 0
        states[slot].isLate = true
        updateQuiet(slot)
    }

    /// Follows an event: whatever was not delivered before it is out of the question now.
    @inlinable
    mutating func moveFrontier(_ slot: Int, to offset: UInt64) {
        states[slot].frontier = offset
        states[slot].isLate = false
    }

    @inlinable
    mutating func updateQuiet(_ slot: Int) {
        states[slot].isQuiet = states[slot].epoch != nil && !states[slot].isLate && holes[slot] == nil
    }

    // MARK: - Epochs

    @inlinable
    func formerPosition(slot: Int, epoch: Epoch) -> Position? {
        formerEpochs[slot]?.first { $0.epoch == epoch }
    }

    /// Ends the current epoch, everything held of it included, and goes on in that of `position`.
    @inlinable
    mutating func changeEpoch(
        topic: Topic, slot: Int, to position: Position, nextOffset: UInt64, now: ContinuousClock.Instant
    ) {
        guard let epoch = states[slot].epoch else { return }
        endRequest(slot)
        passHoles(topic: topic, slot: slot, through: .max, now: now)
        if states[slot].owesFirst { announceFirstLost(topic: topic, slot: slot) }
        let previous = Position(epoch: epoch, offset: states[slot].frontier)
        var former = formerEpochs[slot] ?? []
        former.removeAll { $0.epoch == position.epoch }
        former.insert(previous, at: 0)
        if former.count > Self.rememberedEpochs { former.removeLast() }
        formerEpochs[slot] = former
        counters.epochChanges &+= 1
        outputs.append(
            .epochChanged(
                EpochChange(topic: topic, previous: previous, epoch: position.epoch, nextOffset: nextOffset)))
        setBaseline(slot: slot, epoch: position.epoch, offset: position.offset)
    }

    /// Goes on at the start of a new epoch. Its first event cannot be asked for, as requests name the one before; should
    /// it be on its way it is still welcome, until the second comes.
    @inlinable
    mutating func beginEpoch(topic: Topic, slot: Int, epoch: Epoch, now: ContinuousClock.Instant) {
        let first = Position(epoch: epoch, offset: 0)
        changeEpoch(topic: topic, slot: slot, to: first, nextOffset: 1, now: now)
        setBaseline(slot: slot, head: first)
        states[slot].owesFirst = true
    }

    /// The same on the server's word alone: no event of the new epoch has been seen yet.
    @inlinable
    mutating func changeEpoch(topic: Topic, slot: Int, toHead head: Position, now: ContinuousClock.Instant) {
        let next = head.offset == .max ? head.offset : head.offset &+ 1
        changeEpoch(topic: topic, slot: slot, to: head, nextOffset: next, now: now)
        setBaseline(slot: slot, head: head)
    }
}
