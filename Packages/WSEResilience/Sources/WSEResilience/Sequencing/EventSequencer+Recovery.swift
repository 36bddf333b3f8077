extension EventSequencer {
    /// Says whether recovery is available at all, as the server's handshake tells.
    ///
    /// Turning it off gives up all holes: they are announced, and what waited behind them comes out.
    public mutating func setRecovery(available: Bool, now: ContinuousClock.Instant) {
        recoveryAvailable = available
        guard !available else { return }
        // In a fixed order, so that equal histories have equal outcomes.
        var troubled = requests.mapValues(\.topic)
        for (slot, hole) in holes { troubled[slot] = hole.topic }
        for (_, topic) in troubled.sorted(by: { $0.key < $1.key }) { abandonRecovery(of: topic, now: now) }
    }

    /// Says whether recovery is available for one topic; it is unless said otherwise.
    public mutating func setRecovery(available: Bool, for topic: Topic, now: ContinuousClock.Instant) {
        let slot = slots[topic] ?? makeSlot(for: topic)
        states[slot].isRecoveryOff = !available
        if !available { abandonRecovery(of: topic, now: now) }
    }

    /// Notes that the owner is about to ask for what comes after the topic's position, as when it subscribes
    /// again after the connection was lost.
    ///
    /// - Parameters:
    ///   - topic: Which one.
    ///   - timeout: How long the request may go without an answer or progress; by default
    ///     ``SequencingConfiguration/recoveryTimeout``. Resuming very many topics at once may take the server longer.
    ///   - now: The present time, from which the timeout counts.
    /// - Returns: what to ask for; `nil` if there is no position to ask from, a request is already on its way, or
    ///   recovery is not available.
    public mutating func beginRecovery(
        of topic: Topic, timeout: Duration? = nil, now: ContinuousClock.Instant
    ) -> Request? {
        guard let slot = slots[topic], states[slot].epoch != nil, requests[slot] == nil, canRecover(slot)
        else { return nil }
        return startRequest(
            topic: topic, slot: slot, missing: missingOffsets(slot), timeout: timeout?.bounded, now: now)
    }

    /// Takes the server's answer, which comes after everything it replayed.
    ///
    /// An answer moves a position only where it says that what lies between is gone for good, which is announced,
    /// or where the topic has none yet. Neither does it move one backwards.
    ///
    /// What it says of a new epoch is taken as ``SequencingConfiguration/hasOneHistory`` tells. Where a topic has one
    /// history, an answer that speaks of a former epoch belongs to an earlier request and is ignored; where it has
    /// several, that epoch is back, unless events wait in the current one.
    public mutating func recoveryAnswered(
        _ topic: Topic, with answer: RecoveryAnswer<Epoch>, now: ContinuousClock.Instant
    ) {
        guard let slot = slots[topic] else { return }
        if let head = answer.head, let former = formerPosition(slot: slot, epoch: head.epoch) {
            comeBack(topic: topic, slot: slot, to: former, head: head, now: now)
            return
        }
        let request = requests[slot]
        endRequest(slot)
        guard let epoch = states[slot].epoch else {
            if let head = answer.head { setBaseline(slot: slot, head: head) }
            return
        }
        if let head = answer.head, head.epoch != epoch {
            guard configuration.hasOneHistory, canRecover(slot) else {
                return changeEpoch(topic: topic, slot: slot, toHead: head, now: now)
            }
            beginEpoch(topic: topic, slot: slot, epoch: head.epoch, now: now)
            guard head.offset > 0 else { return }
            return queue(startRequest(topic: topic, slot: slot, missing: 1...head.offset, now: now))
        }
        guard let request else { return }
        finish(
            request, topic: topic, slot: slot, head: answer.head?.offset, recovered: answer.recovered,
            now: now)
    }

    /// Goes on in a former epoch, by the server's word.
    @inlinable
    mutating func comeBack(
        topic: Topic, slot: Int, to former: Position, head: Position, now: ContinuousClock.Instant
    ) {
        guard !configuration.hasOneHistory, holes[slot] == nil, head.offset >= former.offset else { return }
        changeEpoch(
            topic: topic, slot: slot, to: former,
            nextOffset: former.offset == .max ? .max : former.offset &+ 1, now: now)
        guard head.offset > former.offset, canRecover(slot) else { return }
        queue(
            startRequest(
                topic: topic, slot: slot, missing: (former.offset &+ 1)...head.offset, now: now))
    }

    /// Gives up on what is missing in `topic` up to `offset`: the server has only what comes after. The request, if there
    /// is one, goes on for that, with its full time.
    ///
    /// The holes are announced, and what waited behind them comes out.
    public mutating func skip(_ topic: Topic, through offset: UInt64, now: ContinuousClock.Instant) {
        guard let slot = slots[topic], states[slot].epoch != nil else { return }
        while states[slot].frontier < offset {
            let missing = missingOffsets(slot)?.upperBound ?? offset
            announceLost(topic: topic, slot: slot, through: min(missing, offset))
            releaseHeld(slot)
        }
        settleHole(topic: topic, slot: slot, now: now)
        extendRecovery(of: topic, now: now)
    }

    /// Gives up on what is missing in `topic`: its request was refused or could not be sent.
    ///
    /// Holes are announced and what waited behind them comes out.
    public mutating func abandonRecovery(of topic: Topic, now: ContinuousClock.Instant) {
        guard let slot = slots[topic] else { return }
        endRequest(slot)
        passHoles(topic: topic, slot: slot, through: .max, now: now)
    }

    /// Notes that the connection is gone, and with it all requests.
    ///
    /// What is held stays. On the next connection, subscribe each topic with ``beginRecovery(of:timeout:now:)``, or call
    /// ``abandonRecovery(of:now:)`` where nothing is to be recovered.
    public mutating func connectionLost() {
        requests = [:]
        deadlines.removeAll()
    }

    /// Gives up requests whose deadline has passed without any progress since it was set: as if the server had
    /// answered that it can recover nothing.
    public mutating func expire(now: ContinuousClock.Instant) {
        while let due = deadlines.first, due.instant <= now {
            _ = deadlines.popFirst()
            guard var request = requests[due.slot], request.id == due.requestID else { continue }
            let frontier = states[due.slot].frontier
            if frontier > request.armedAt {
                request.armedAt = frontier
                requests[due.slot] = request
                arm(request, slot: due.slot, now: now)
                continue
            }
            endRequest(due.slot)
            counters.timeouts &+= 1
            finish(request, topic: request.topic, slot: due.slot, head: nil, recovered: false, now: now)
        }
        dropStaleDeadlines()
    }

    // MARK: - Requests

    @inlinable
    func canRecover(_ slot: Int) -> Bool {
        recoveryAvailable && !states[slot].isRecoveryOff
    }

    @inlinable
    mutating func startRequest(
        topic: Topic, slot: Int, missing: ClosedRange<UInt64>?, timeout: Duration? = nil,
        now: ContinuousClock.Instant
    ) -> Request? {
        guard let epoch = states[slot].epoch else { return nil }
        lastRequestID &+= 1
        counters.requests &+= 1
        let frontier = states[slot].frontier
        let request = PendingRequest(
            topic: topic, id: lastRequestID, after: frontier,
            seenThrough: holes[slot]?.seenThrough ?? frontier,
            timeout: timeout ?? configuration.recoveryTimeout)
        requests[slot] = request
        let deadline = arm(request, slot: slot, now: now)
        return Request(
            topic: topic, position: Position(epoch: epoch, offset: frontier), missing: missing,
            deadline: deadline)
    }

    @inlinable
    @discardableResult
    mutating func arm(
        _ request: PendingRequest, slot: Int, now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant {
        let instant = now.advanced(by: request.timeout)
        deadlines.insert(Deadline(instant: instant, slot: slot, requestID: request.id))
        return instant
    }

    @inlinable
    mutating func endRequest(_ slot: Int) {
        if requests.removeValue(forKey: slot) != nil { dropStaleDeadlines() }
    }

    @inlinable
    mutating func dropStaleDeadlines() {
        while let first = deadlines.first, requests[first.slot]?.id != first.requestID {
            _ = deadlines.popFirst()
        }
        // Stale ones behind a longer-lived one: cleared when they are the majority, at constant cost on average.
        if deadlines.count > 2 * requests.count + 64 {
            let requests = requests
            deadlines.filter { requests[$0.slot]?.id == $0.requestID }
        }
    }

    /// Draws the consequences of an answer in the current epoch, or of its absence.
    @inlinable
    mutating func finish(
        _ request: PendingRequest, topic: Topic, slot: Int, head: UInt64?, recovered: Bool,
        now: ContinuousClock.Instant
    ) {
        let frontier = states[slot].frontier
        // With progress, what is missing now is not what the request asked for, or a replay stopped on the way.
        let hasProgress = frontier > request.after
        if let missing = missingOffsets(slot) {
            if hasProgress, canRecover(slot) {
                queue(startRequest(topic: topic, slot: slot, missing: missing, now: now))
            } else {
                // A head behind what was seen before the request was made is no reason to ask once more for that.
                let limit = head.map { max($0, request.seenThrough) } ?? .max
                passHoles(topic: topic, slot: slot, through: limit, now: now)
            }
        } else if let head, head > frontier {
            if !hasProgress {
                announceLost(topic: topic, slot: slot, through: head)
                updateQuiet(slot)
            } else if recovered, canRecover(slot) {
                queue(startRequest(topic: topic, slot: slot, missing: (frontier &+ 1)...head, now: now))
            }
        }
        // It has had the time of a question and its answer to come by itself, which is the only way it can.
        if states[slot].owesFirst, requests[slot] == nil { announceFirstLost(topic: topic, slot: slot) }
    }

    /// Announces the topic's holes up to `limit`, the last offset that was asked for, and goes on behind them.
    @inlinable
    mutating func passHoles(topic: Topic, slot: Int, through limit: UInt64, now: ContinuousClock.Instant) {
        while states[slot].frontier < limit, let missing = missingOffsets(slot) {
            announceLost(topic: topic, slot: slot, through: min(missing.upperBound, limit))
            releaseHeld(slot)
        }
        settleHole(topic: topic, slot: slot, now: now)
    }
}
