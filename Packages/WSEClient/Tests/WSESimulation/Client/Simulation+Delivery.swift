import WSEWire

@testable import WSEClient

/// What the client gives its user: events through a stream that may be full, and signals.
extension Simulation {
    /// Signals that the client must also have counted.
    struct Announced {
        var dropped = 0
        var unreadable = 0
        var downgrades = 0
        var unwanted = 0
    }

    func deliver(_ events: [WSEEvent]) {
        for event in events {
            note(
                60, event.offset ?? 0,
                "  delivers \(event.topic ?? event.id ?? event.type) \(event.epoch ?? "") \(event.offset.map { "\($0)" } ?? "")"
            )
            fails(ledger.deliver(event))
        }
        guard !hasEnded else {
            announced.unwanted += events.count
            machine.counters.dropped += UInt64(events.count)
            return
        }
        let wasEmpty = stream.pending == 0
        let dropped = stream.yield(events.count)
        if dropped > 0 {
            announced.dropped += dropped
            machine.counters.dropped += UInt64(dropped)
        }
        if stream.isFull { streamChanged() }
        if wasEmpty { consumeSoon() }
    }

    private func consumeSoon() {
        guard !stream.isSlow else { return }
        after(random.time(.zero ... .milliseconds(isCalm ? 10 : 300))) {
            if !self.stream.isSlow { self.consume() }
        }
    }

    func consume() {
        if stream.takeAll() { streamChanged() }
    }

    private func streamChanged() {
        client { machine, _ in machine.emit(.updateReading) }
    }

    func updateReading() {
        let isPaused = machine.isReady && stream.isFull
        machine.readingPaused(isPaused, now: now.moment)
        if isPaused {
            count("pauses of reading")
            connection?.pauseReading()
        } else {
            connection?.resumeReading()
        }
    }

    func announce(_ signal: WSESignal) {
        note(61, 0, "  signals \(signal)")
        switch signal {
        case .gap(let gap):
            count("gaps")
            fails(ledger.announce(gap, now: now))
        case .resync(let topic, let epoch):
            count("resyncs")
            fails(ledger.resync(topic, epoch: epoch, now: now))
        case .refused(let topics):
            ledger.forget(topics.sorted())
        case .discarded(let ids):
            for id in ids { fails(sends.discard(id)) }
        case .unreadable:
            announced.unreadable += 1
        case .downgrade:
            announced.downgrades += 1
        default:
            // What tells of no loss.
            break
        }
    }
}
