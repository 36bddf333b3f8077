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
        if !subscriptions.leaving.isEmpty, subscriptions.leaving.contains(stamp.topic.string) {
            // Sent before the server heard of the unsubscribe; it would start the topic anew.
            counters.late += 1
            return
        }
        switch sequencer.process(
            event, topic: stamp.topic, epoch: stamp.epoch, offset: stamp.offset, now: now.instant)
        {
        case .deliver: deliver(event)
        case .duplicate: counters.duplicates += 1
        case .hold, .gap, .release: drainSequencer(now: now)
        }
    }

    private mutating func sequenceUnstamped(_ event: WSEEvent, now: Moment) {
        guard let id = event.id else {
            deliver(event)
            return
        }
        switch sequencer.process(id: EventID(id, key: sequencer.idKey), now: now.instant) {
        case .duplicate: counters.duplicates += 1
        case .deliver, .hold, .gap, .release: deliver(event)
        }
    }

    /// Acts on what the sequencer gave out besides its verdict, in order.
    mutating func drainSequencer(now: Moment) {
        var wanted: [String: TopicPosition] = [:]
        while let output = sequencer.nextOutput() {
            switch output {
            case .deliver(let event):
                deliver(event)
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
                emit(.signal(.resync(topic: change.topic.string, epoch: change.epoch.string)))
            case .request(let request):
                wanted[request.topic.string] = TopicPosition(request.position)
            }
        }
        if !wanted.isEmpty {
            counters.recoveryRequests += UInt64(wanted.count)
            transmit(messages.subscribe(wanted.keys.sorted(), positions: wanted, now: now, random: &random))
        }
        scheduleRecovery(now: now)
    }

    /// The positions to resume topics from with the subscribe that is about to be sent.
    mutating func resumePositions(of topics: [String], now: Moment) -> [String: TopicPosition] {
        var positions: [String: TopicPosition] = [:]
        for topic in topics {
            let name = InternedString(topic)
            sequencer.track(name)
            if let request = sequencer.beginRecovery(of: name, now: now.instant) {
                positions[topic] = TopicPosition(request.position)
            } else {
                // Nothing to resume from, or no way to: what waits behind a hole of the old connection comes out.
                sequencer.abandonRecovery(of: name, now: now.instant)
            }
        }
        drainSequencer(now: now)
        return positions
    }

    /// The server has replayed what it could of these topics.
    mutating func recoveryAnswered(_ answer: SubscriptionAnswer, now: Moment) {
        for topic in answer.accepted where subscriptions.topics[topic] != nil {
            let name = InternedString(topic)
            guard let entry = answer.recovery[topic] else {
                // A server application that knows nothing of recovery: no replay will come.
                fence.remove(name)
                sequencer.abandonRecovery(of: name, now: now.instant)
                continue
            }
            let head = entry.epoch.flatMap { epoch in
                entry.offset.map { WSEResilience.TopicPosition(epoch: InternedString(epoch), offset: $0) }
            }
            let answer = RecoveryAnswer(head: head, recovered: entry.recovered)
            let position = sequencer.position(of: name)
            if !fence.keep(answer, of: name, position: position, now: now.instant) {
                sequencer.recoveryAnswered(name, with: answer, now: now.instant)
            }
        }
        drainSequencer(now: now)
        scheduleFence(now: now)
    }

    /// After the messages of one read: answers that have waited for their replay may count now.
    @inline(__always)
    mutating func finishedRead(now: Moment) {
        if !fence.isEmpty { passFence(now: now) }
    }

    private mutating func passFence(now: Moment) {
        settle(fence.takeReached { sequencer.position(of: $0) }, now: now)
    }

    mutating func fenceDue(now: Moment) {
        settle(fence.takeOverdue({ sequencer.position(of: $0) }, now: now.instant), now: now)
    }

    private mutating func settle(_ answers: [(InternedString, ReplayFence.Answer)], now: Moment) {
        for (topic, answer) in answers {
            sequencer.recoveryAnswered(topic, with: answer, now: now.instant)
        }
        if !answers.isEmpty { drainSequencer(now: now) }
        scheduleFence(now: now)
    }

    private mutating func scheduleFence(now: Moment) {
        if let due = fence.nextDue {
            emit(.startTimer(.replay, after: max(due - now.instant, .zero)))
        } else {
            emit(.cancelTimer(.replay))
        }
    }

    mutating func forget(_ topics: some Sequence<String>) {
        for topic in topics {
            let name = InternedString(topic)
            sequencer.remove(name)
            fence.remove(name)
        }
    }

    mutating func recoveryDue(now: Moment) {
        armedRecovery = nil
        sequencer.expire(now: now.instant)
        drainSequencer(now: now)
    }

    /// Keeps the timer at the sequencer's next deadline.
    mutating func scheduleRecovery(now: Moment) {
        let deadline = sequencer.nextDeadline
        guard deadline != armedRecovery else { return }
        armedRecovery = deadline
        if let deadline {
            emit(.startTimer(.recovery, after: max(deadline - now.instant, .zero)))
        } else {
            emit(.cancelTimer(.recovery))
        }
    }
}

extension TopicPosition {
    init(_ position: WSEResilience.TopicPosition<InternedString>) {
        self.init(epoch: position.epoch.string, offset: position.offset)
    }
}
