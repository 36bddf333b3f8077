// Everything here is inlinable because it is generic: only so can it be specialised for the types of the module
// that uses it, which makes it some ten times faster.
extension EventSequencer {
    @inlinable
    mutating func processFirst(_ element: Element, topic: Topic, epoch: Epoch, offset: UInt64) -> Verdict {
        guard slots.count < configuration.maximumTopics else {
            counters.untracked &+= 1
            return emit(element)
        }
        let slot = makeSlot(for: topic)
        setBaseline(slot: slot, epoch: epoch, offset: offset)
        return emit(element)
    }

    @inlinable
    mutating func processTroubled(
        _ element: Element, topic: Topic, slot: Int, epoch: Epoch, offset: UInt64,
        now: ContinuousClock.Instant
    ) -> Verdict {
        guard let current = states[slot].epoch else {
            setBaseline(slot: slot, epoch: epoch, offset: offset)
            return emit(element)
        }
        guard current == epoch else {
            return processOtherEpoch(
                element, topic: topic, slot: slot, epoch: epoch, offset: offset, now: now)
        }
        return sequence(element, topic: topic, slot: slot, offset: offset, now: now)
    }

    @inlinable
    mutating func processOtherEpoch(
        _ element: Element, topic: Topic, slot: Int, epoch: Epoch, offset: UInt64,
        now: ContinuousClock.Instant
    ) -> Verdict {
        if let former = formerPosition(slot: slot, epoch: epoch) {
            guard offset > former.offset else {
                counters.duplicates &+= 1
                return .duplicate
            }
            // The epoch comes back: it goes on where it was, so that nothing of it is delivered twice.
            changeEpoch(topic: topic, slot: slot, to: former, nextOffset: former.offset &+ 1, now: now)
            return sequence(element, topic: topic, slot: slot, offset: offset, now: now)
        }
        if configuration.hasOneHistory, canRecover(slot), offset > 0 {
            beginEpoch(topic: topic, slot: slot, epoch: epoch, now: now)
            return sequence(element, topic: topic, slot: slot, offset: offset, now: now)
        }
        changeEpoch(
            topic: topic, slot: slot, to: Position(epoch: epoch, offset: offset), nextOffset: offset, now: now
        )
        return emit(element)
    }

    /// Decides about an event of the current epoch.
    @inlinable
    mutating func sequence(
        _ element: Element, topic: Topic, slot: Int, offset: UInt64, now: ContinuousClock.Instant
    ) -> Verdict {
        let frontier = states[slot].frontier
        if offset <= frontier {
            guard states[slot].isLate, offset >= states[slot].lateFrom else {
                counters.duplicates &+= 1
                return .duplicate
            }
            if offset == frontier {
                states[slot].isLate = false
                states[slot].owesFirst = false
                updateQuiet(slot)
            } else if states[slot].lateFrom == 0 {
                return begin(element, topic: topic, slot: slot, offset: offset, now: now)
            } else {
                states[slot].lateFrom = offset &+ 1
            }
            return emit(element)
        }
        if offset &- frontier == 1 {
            return sequenceInOrder(element, topic: topic, slot: slot, offset: offset, now: now)
        }
        if canRecover(slot) {
            return hold(element, topic: topic, slot: slot, offset: offset, now: now)
        }
        counters.gaps &+= 1
        announceLost(topic: topic, slot: slot, through: offset &- 1)
        moveFrontier(slot, to: offset)
        updateQuiet(slot)
        return emit(element)
    }

    /// Takes the first event that is seen of a topic of which only the server's word was known. The topic goes on from
    /// here, so that a hole between the two is noticed.
    @inlinable
    mutating func begin(
        _ element: Element, topic: Topic, slot: Int, offset: UInt64, now: ContinuousClock.Instant
    ) -> Verdict {
        moveFrontier(slot, to: offset)
        guard holes[slot] != nil || requests[slot] != nil else {
            updateQuiet(slot)
            return emit(element)
        }
        // What was asked for is what comes after the server's word; now more is missing.
        endRequest(slot)
        queue(element)
        settleHole(topic: topic, slot: slot, now: now)
        return .release
    }

    @inlinable
    mutating func sequenceInOrder(
        _ element: Element, topic: Topic, slot: Int, offset: UInt64, now: ContinuousClock.Instant
    ) -> Verdict {
        if states[slot].owesFirst { announceFirstLost(topic: topic, slot: slot) }
        moveFrontier(slot, to: offset)
        if let first = holes[slot]?.held.first, first.offset &- offset == 1 {
            queue(element)
            releaseHeld(slot)
            settleHole(topic: topic, slot: slot, now: now)
            return .release
        }
        if let seenThrough = holes[slot]?.seenThrough, seenThrough <= offset { holes[slot] = nil }
        updateQuiet(slot)
        return emit(element)
    }

    // MARK: - Holding

    @inlinable
    mutating func hold(
        _ element: Element, topic: Topic, slot: Int, offset: UInt64, now: ContinuousClock.Instant
    ) -> Verdict {
        if holes[slot] == nil {
            counters.gaps &+= 1
            holes[slot] = Hole(topic: topic, seenThrough: offset)
            states[slot].isQuiet = false
        }
        let (index, isHeld) = holes[slot]?.search(offset) ?? (0, false)
        if isHeld {
            counters.duplicates &+= 1
            return .duplicate
        }
        holes[slot]?.keep(Held(offset: offset, element: element), at: index)
        heldCount &+= 1
        // The last goes, be it this one: what is nearest to the hole is the next that can be given out. That it
        // exists is remembered, so it is asked for when its turn comes.
        if isOverfull(slot), holes[slot]?.held.popLast() != nil {
            heldCount &-= 1
            counters.evicted &+= 1
        }
        guard requests[slot] == nil, let missing = missingOffsets(slot) else { return .hold }
        queue(startRequest(topic: topic, slot: slot, missing: missing, now: now))
        return .gap(missing: missing)
    }

    @inlinable
    func isOverfull(_ slot: Int) -> Bool {
        heldCount > configuration.heldInTotal
            || holes[slot].map { $0.held.count > configuration.heldPerTopic } ?? false
    }

    /// Gives out what follows the frontier without a hole.
    @inlinable
    mutating func releaseHeld(_ slot: Int) {
        while let next = holes[slot]?.held.first, next.offset &- states[slot].frontier == 1 {
            _ = holes[slot]?.held.popFirst()
            heldCount &-= 1
            moveFrontier(slot, to: next.offset)
            queue(next.element)
        }
        if missingOffsets(slot) == nil { holes[slot] = nil }
    }

    /// The first hole of the topic: what is missing before the first held event, or of what was seen at all.
    @inlinable
    func missingOffsets(_ slot: Int) -> ClosedRange<UInt64>? {
        guard let end = holes[slot]?.end, end > states[slot].frontier else { return nil }
        return (states[slot].frontier &+ 1)...end
    }

    /// Sees to it that a hole left behind is asked for.
    @inlinable
    mutating func settleHole(topic: Topic, slot: Int, now: ContinuousClock.Instant) {
        updateQuiet(slot)
        guard requests[slot] == nil, canRecover(slot), let missing = missingOffsets(slot) else { return }
        queue(startRequest(topic: topic, slot: slot, missing: missing, now: now))
    }

    // MARK: - Output

    /// Delivers by verdict where nothing has to come before, by output otherwise.
    @inlinable
    mutating func emit(_ element: Element) -> Verdict {
        if outputs.isEmpty {
            counters.delivered &+= 1
            return .deliver
        }
        queue(element)
        return .release
    }

    @inlinable
    mutating func queue(_ element: Element) {
        counters.delivered &+= 1
        outputs.append(.deliver(element))
    }

    @inlinable
    mutating func queue(_ request: Request?) {
        if let request { outputs.append(.request(request)) }
    }

    /// Announces everything from the frontier through `offset` as lost and moves on.
    @inlinable
    mutating func announceLost(topic: Topic, slot: Int, through offset: UInt64) {
        guard let epoch = states[slot].epoch, offset > states[slot].frontier else { return }
        let owesFirst = states[slot].owesFirst
        let first = owesFirst ? 0 : states[slot].frontier &+ 1
        states[slot].owesFirst = false
        counters.lost &+= offset &- first &+ 1
        outputs.append(.lost(LostRange(topic: topic, epoch: epoch, offsets: first...offset)))
        if !states[slot].isLate || owesFirst {
            states[slot].isLate = true
            states[slot].lateFrom = max(first, 1)
        }
        states[slot].frontier = offset
    }

    /// Announces that the first event of the epoch is lost: the second is here, or another epoch.
    @inlinable
    mutating func announceFirstLost(topic: Topic, slot: Int) {
        states[slot].owesFirst = false
        guard let epoch = states[slot].epoch else { return }
        counters.lost &+= 1
        outputs.append(.lost(LostRange(topic: topic, epoch: epoch, offsets: 0...0)))
    }
}
