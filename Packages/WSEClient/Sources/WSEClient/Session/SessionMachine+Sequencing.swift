import WSEResilience
import WSEWire

/// Order, duplicates and holes, by the stamps of the events.
extension SessionMachine {
    @inline(__always)
    mutating func sequence(_ event: WSEEvent, now: Moment) {
        guard let stamp = event.stamp else {
            sequenceUnstamped(event, now: now)
            return
        }
        if !subscriptions.left.isEmpty, subscriptions.left.contains(stamp.topic) {
            // Sent before the server heard of the unsubscribe; it would start the topic anew.
            counters.late += 1
            return
        }
        if !unseen.isEmpty { _ = firstSeen(stamp.topic, epoch: stamp.epoch, offset: stamp.offset) }
        let isNext = hints.with(stamp.topic) { hint in
            sequencer.advance(stamp.topic, epoch: stamp.epoch, offset: stamp.offset, hint: &hint)
        }
        if isNext {
            deliverStamped(event, now: now)
            return
        }
        hints.resize(forTopics: sequencer.topicCount)
        switch sequencer.process(
            event, topic: stamp.topic, epoch: stamp.epoch, offset: stamp.offset,
            now: reading.now(now.instant))
        {
        case .deliver: deliverStamped(event, now: now)
        case .duplicate: counters.duplicates += 1
        case .hold, .gap, .release: drainSequencer(now: now)
        }
    }

    /// In its place by its stamp; where servers pass publications on without one, a copy may have come before.
    @inline(__always)
    private mutating func deliverStamped(_ event: WSEEvent, now: Moment) {
        guard settings.isClustered else { return deliver(event, now: now) }
        sequenceUnstamped(event, now: now)
    }

    private mutating func sequenceUnstamped(_ event: WSEEvent, now: Moment) {
        guard let id = event.id else {
            deliver(event, now: now)
            return
        }
        switch sequencer.process(id: EventID(id, key: sequencer.idKey), now: now.instant) {
        case .duplicate: counters.duplicates += 1
        case .deliver, .hold, .gap, .release: deliver(event, now: now)
        }
    }

    /// Acts on what the sequencer gave out besides its verdict, in order.
    mutating func drainSequencer(now: Moment) {
        var wanted: [String: TopicPosition] = [:]
        while let output = sequencer.nextOutput() {
            switch output {
            case .deliver(let event):
                deliverStamped(event, now: now)
            case .lost(let range):
                counters.gaps += 1
                counters.missed &+= range.offsets.upperBound &- range.offsets.lowerBound &+ 1
                emit(
                    .signal(
                        .gap(
                            WSEGap(
                                topic: range.topic.string, epoch: range.epoch.string, offsets: range.offsets))
                    ))
            case .epochChanged(let change):
                fence.remove(change.topic)
                formerPositions[change.topic.string] = TopicPosition(change.previous)
                emit(.signal(.resync(topic: change.topic.string, epoch: change.epoch.string)))
            case .request(let request):
                if !subscriptions.isWanted(request.topic.string) {
                    // The server put this client into the topic; asking for its past would subscribe to it.
                    sequencer.abandonRecovery(of: request.topic, now: reading.now(now.instant))
                } else if isReady {
                    wanted[request.topic.string] = TopicPosition(request.position)
                }
            }
        }
        recover(wanted, now: now)
        scheduleRecovery(now: now)
    }

    /// The positions to resume topics from with the subscribe that is about to be sent.
    mutating func resumePositions(of topics: [String], now: Moment) -> [String: TopicPosition] {
        var positions: [String: TopicPosition] = [:]
        for topic in topics {
            let name = InternedString(topic)
            sequencer.track(name)
            if withoutPast.contains(name), sequencer.position(of: name) == nil { unseen.insert(name) }
            if let request = sequencer.beginRecovery(of: name, now: reading.now(now.instant)) {
                positions[topic] = TopicPosition(request.position)
            } else if recoveries.contains(name), let position = sequencer.position(of: name) {
                // It is asked for already. Only the answer to the last message about a topic counts, so that has to
                // ask for the same.
                positions[topic] = TopicPosition(position)
                sequencer.extendRecovery(of: name, now: reading.now(now.instant))
            } else {
                // Nothing to resume from, or no way to: what waits behind a hole of the old connection comes out.
                sequencer.abandonRecovery(of: name, now: reading.now(now.instant))
            }
        }
        drainSequencer(now: now)
        return positions
    }

    /// The server says how far topics are, and whether it has replayed what they missed.
    mutating func recoveryAnswered(
        _ answer: SubscriptionAnswer, to outcome: SubscriptionMachine.Outcome, now: Moment
    ) {
        var nearer: [InternedString: PartialRecovery] = [:]
        for topic in outcome.accepted {
            let name = InternedString(topic)
            let wasAsked = recoveries.remove(name) != nil
            if wasAsked, let entry = answer.recovery[topic],
                let request = askNearer(entry, of: name, now: now)
            {
                nearer[name] = request
                continue
            }
            guard let entry = answer.recovery[topic] else {
                // A server application that knows nothing of recovery: no replay will come.
                fence.remove(name)
                sequencer.abandonRecovery(of: name, now: reading.now(now.instant))
                if sequencer.position(of: name) == nil { withoutPast.insert(name) }
                continue
            }
            take(entry, of: name, now: now)
        }
        hasRefusedUnstamped = false
        drainSequencer(now: now)
        scheduleFence(now: now)
        recoverPartially(nearer, now: now)
    }

    /// The server refuses to replay all that was missed, but has the newest of it.
    private mutating func askNearer(
        _ entry: SubscriptionAnswer.Recovery, of topic: InternedString, now: Moment
    ) -> PartialRecovery? {
        let previous = partialRecoveries.removeValue(forKey: topic)
        guard let position = sequencer.position(of: topic), let head = entry.offset,
            entry.epoch == position.epoch.string, head > position.offset
        else { return nil }
        if entry.recovered {
            if let previous { sequencer.skip(topic, through: previous.after, now: reading.now(now.instant)) }
            return nil
        }
        guard entry.recoverable,
            let count = PartialRecovery.count(below: min(previous?.count ?? .max, head - position.offset))
        else { return nil }
        fence.remove(topic)
        sequencer.extendRecovery(of: topic, now: reading.now(now.instant))
        return PartialRecovery(count: count, after: head - count)
    }

    private mutating func recoverPartially(_ requests: [InternedString: PartialRecovery], now: Moment) {
        guard !requests.isEmpty else { return }
        var positions: [String: TopicPosition] = [:]
        for (topic, request) in requests {
            guard let epoch = sequencer.position(of: topic)?.epoch else { continue }
            positions[topic.string] = TopicPosition(epoch: epoch.string, offset: request.after)
        }
        recover(positions, now: now)
        for (topic, request) in requests where positions[topic.string] != nil {
            partialRecoveries[topic] = request
        }
        scheduleRecovery(now: now)
    }

    private mutating func take(_ entry: SubscriptionAnswer.Recovery, of topic: InternedString, now: Moment) {
        let head = entry.epoch.flatMap { epoch in
            entry.offset.map { WSEResilience.TopicPosition(epoch: InternedString(epoch), offset: $0) }
        }
        guard let head else {
            // Never published to, or forgotten: nothing can be replayed.
            fence.remove(topic)
            sequencer.recoveryAnswered(
                topic, with: RecoveryAnswer(head: nil, recovered: false), now: reading.now(now.instant))
            if sequencer.position(of: topic) == nil {
                withoutPast.insert(topic)
                // Its first event is the first there is, or some were lost before it.
                unseen.insert(topic)
            }
            return
        }
        // The head is that of an event that nobody here has seen.
        if !unseen.isEmpty, firstSeen(topic, epoch: head.epoch, offset: .max) {
            // Also where it is the first and only one, which cannot be asked for: by the time of the answer it has come,
            // or will not.
            recoverFromStart(topic, now: now)
            return
        }
        let answer = RecoveryAnswer(head: head, recovered: entry.recovered)
        guard server.stampsPublications else {
            follow(answer, head: head, of: topic, now: now)
            return
        }
        if fence.keep(
            answer, of: topic, position: sequencer.position(of: topic), now: reading.now(now.instant))
        {
            // The answer is in; only what it promises is not.
            sequencer.extendRecovery(of: topic, now: reading.now(now.instant))
        } else {
            sequencer.recoveryAnswered(topic, with: answer, now: reading.now(now.instant))
        }
    }

    /// Without stamps only answers tell how far a topic is. What one calls recovered has come before it, as such
    /// servers send replay and answer in one order.
    private mutating func follow(
        _ answer: RecoveryAnswer<InternedString>, head: WSEResilience.TopicPosition<InternedString>,
        of topic: InternedString, now: Moment
    ) {
        if let position = sequencer.position(of: topic) {
            let isSameEpoch = position.epoch == head.epoch
            // 2.0.1 replays in the clear, whatever the keys; what was refused of that does not come again.
            let isReplayRefused = answer.recovered && hasRefusedUnstamped && head.offset > position.offset
            if !isSameEpoch || isReplayRefused {
                emit(.signal(.resync(topic: topic.string, epoch: head.epoch.string)))
            }
            if !isSameEpoch, !settings.isClustered, head.offset > 0 {
                sequencer.remove(topic)
                sequencer.track(topic, after: .init(epoch: head.epoch, offset: 0))
                recoverFromStart(topic, now: now)
                return
            }
            if answer.recovered || !isSameEpoch {
                // The position is the server's word, and this is its newest.
                sequencer.remove(topic)
                sequencer.track(topic)
            }
        }
        sequencer.recoveryAnswered(topic, with: answer, now: reading.now(now.instant))
    }

    /// All of the topic's new history is news.
    private mutating func recoverFromStart(_ topic: InternedString, now: Moment) {
        guard let request = sequencer.beginRecovery(of: topic, now: reading.now(now.instant)) else { return }
        recover([topic.string: TopicPosition(request.position)], now: now)
        scheduleRecovery(now: now)
    }

    // MARK: Topics without a past

    /// The first that is seen, on a later connection, of a topic that had no history when it was subscribed to.
    /// Unless it begins there, what was published while the connection was lost is missed. With one history all of it
    /// is due; with several, nobody knows how much that is.
    ///
    /// - Returns: Whether the topic is followed from the start of its epoch now.
    private mutating func firstSeen(_ topic: InternedString, epoch: InternedString, offset: UInt64) -> Bool {
        guard unseen.remove(topic) != nil else { return false }
        withoutPast.remove(topic)
        guard offset > 0 else { return false }
        guard !settings.isClustered, recoveryIsAvailable, server.stampsPublications else {
            emit(.signal(.resync(topic: topic.string, epoch: epoch.string)))
            return false
        }
        sequencer.track(topic, fromStartOf: epoch)
        return true
    }

    // MARK: Answers before their replay

    /// After the messages of one read: answers that have waited for their replay may count now.
    @inline(__always)
    mutating func finishedRead(now: Moment) {
        if !fence.isEmpty { passFence(now: now) }
    }

    private mutating func passFence(now: Moment) {
        let answers = fence.takeReached { sequencer.position(of: $0) }
        guard !answers.isEmpty else { return }
        settle(answers, now: now)
    }

    mutating func fenceDue(now: Moment) {
        armedFence = nil
        let present = reading.now(now.instant)
        let overdue = fence.takeOverdue(
            { sequencer.position(of: $0) }, heard: present - heartbeat.silence(now.instant), now: present)
        var positions: [String: TopicPosition] = [:]
        for topic in overdue.askedAgain {
            sequencer.extendRecovery(of: topic, now: reading.now(now.instant))
            if let position = sequencer.position(of: topic) {
                positions[topic.string] = TopicPosition(position)
            }
        }
        if overdue.isSilent { probeLink(now: now) }
        recover(positions, now: now)
        settle(overdue.settled, now: now)
        scheduleRecovery(now: now)
    }

    private mutating func settle(_ answers: [(InternedString, ReplayFence.Answer)], now: Moment) {
        for (topic, answer) in answers {
            recoveries.remove(topic)
            sequencer.recoveryAnswered(topic, with: answer, now: reading.now(now.instant))
        }
        if !answers.isEmpty { drainSequencer(now: now) }
        scheduleFence(now: now)
    }

    mutating func scheduleFence(now: Moment) {
        let due = reading.isPaused ? nil : fence.nextDue
        guard due != armedFence else { return }
        armedFence = due
        if let due {
            emit(.startTimer(.replay, after: max(due - reading.now(now.instant), .zero)))
        } else {
            emit(.cancelTimer(.replay))
        }
    }

    mutating func forget(_ topics: some Sequence<String>) {
        for topic in topics {
            let name = InternedString(topic)
            sequencer.remove(name)
            fence.remove(name)
            recoveries.remove(name)
            partialRecoveries[name] = nil
            unseen.remove(name)
            withoutPast.remove(name)
            formerPositions[topic] = nil
        }
    }

    // MARK: Deadlines

    /// How lately something must have been received for the link to be beyond doubt.
    private static let fresh = Duration.seconds(1)

    /// A hole was not filled in time. Where nothing was received of late, the link is in doubt and not the server's
    /// history: a ping tells, and if nothing comes of that either, the heartbeat decides.
    mutating func recoveryDue(now: Moment) {
        armedRecovery = nil
        guard let deadline = sequencer.nextDeadline else { return }
        let silence = heartbeat.silence(now.instant)
        let isAlive = silence <= Self.fresh || linkProbed.map { now.instant - silence >= $0 } ?? false
        if isAlive {
            linkProbed = nil
            sequencer.expire(now: reading.now(now.instant))
            drainSequencer(now: now)
            recoveries = recoveries.filter { sequencer.isRecovering($0) }
            return
        }
        probeLink(now: now)
        armedRecovery = deadline
        emit(.startTimer(.recovery, after: settings.replayPatience))
    }

    /// Sends a ping out of turn. Not for the heartbeat to count: whatever comes next tells that the link is alive.
    private mutating func probeLink(now: Moment) {
        guard linkProbed == nil else { return }
        linkProbed = now.instant
        transmit(messages.ping(timestamp: now.unixMilliseconds), isPlaintext: true)
    }

    /// Keeps the timer at the sequencer's next deadline.
    mutating func scheduleRecovery(now: Moment) {
        let deadline = reading.isPaused ? nil : sequencer.nextDeadline
        guard deadline != armedRecovery else { return }
        armedRecovery = deadline
        linkProbed = nil
        if let deadline {
            emit(.startTimer(.recovery, after: max(deadline - reading.now(now.instant), .zero)))
        } else {
            emit(.cancelTimer(.recovery))
        }
    }

    /// Reading was paused or resumed by a full stream.
    mutating func readingPaused(_ paused: Bool, now: Moment) {
        guard reading.setPaused(paused, now.instant) else { return }
        heartbeat.setPaused(paused, now: now.instant)
        scheduleRecovery(now: now)
        scheduleFence(now: now)
    }
}

extension TopicPosition {
    init(_ position: WSEResilience.TopicPosition<InternedString>) {
        self.init(epoch: position.epoch.string, offset: position.offset)
    }
}
