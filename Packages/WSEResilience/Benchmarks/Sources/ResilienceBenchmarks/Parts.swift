import WSEResilience

func measureParts() {
    let table = Table("The other parts: ns per operation", columns: ["operation", "ns"])
    let count = 200_000
    let start = ContinuousClock.now
    func row(_ name: String, _ operation: (Int) -> Void) {
        var turn = 0
        let result = nanoseconds(per: count) {
            for _ in 0..<count {
                turn &+= 1
                operation(turn)
            }
        }
        table.row(name, [result])
    }

    var backoff = Backoff()
    var generator = SeededGenerator(state: 1)
    row("Backoff.next") { _ in consume(backoff.next(using: &generator)) }

    var breaker = CircuitBreaker()
    row("CircuitBreaker, admit and success") { _ in
        if case .admitted(let permit) = breaker.admit(now: start) {
            breaker.recordSuccess(permit, now: start)
        }
    }

    var bucket = TokenBucket(.init(capacity: 1000, rate: 1e9))
    row("TokenBucket.tryAcquire") { consume(bucket.tryAcquire(now: start + .nanoseconds($0))) }

    let shared = SharedTokenBucket(.init(capacity: 1000, rate: 1e9))
    row("SharedTokenBucket.tryAcquire, reading the clock") { _ in consume(shared.tryAcquire()) }

    var monitor = NetworkMonitor()
    row("NetworkMonitor, sample and quality") {
        monitor.recordRoundTrip(.microseconds($0 & 0xFFFF))
        consume(monitor.quality)
    }

    var sequencer = ConnectionSequencer<Event>()
    let event = Event()
    row("ConnectionSequencer in order") {
        consume(sequencer.process(event, sequence: UInt64($0), now: start))
    }

    var positions = TopicPositions<Int, Int>()
    for topic in 0..<1_000 { positions.track(topic) }
    row("TopicPositions.record, 1,000 topics") {
        positions.record($0 % 1_000, TopicPosition(epoch: 1, offset: UInt64($0)))
    }
}

func measureQueues() {
    let count = 100_000
    let now = ContinuousClock.now
    let event = Event()

    let depths = [0, 10, 100, 900]
    let offline = Table("OfflineQueue by depth: ns per operation", columns: ["depth"] + depths.map(grouped))
    offline.row(
        "add, take, remove",
        depths.map { depth in
            var queue = OfflineQueue<Int, Event>()
            for index in 0..<depth { queue.add(event, id: -1 - index, priority: index % 5, now: now) }
            var turn = 0
            return nanoseconds(per: count) {
                for _ in 0..<count {
                    turn += 1
                    queue.add(event, id: turn, priority: turn % 5, now: now)
                    if let entry = queue.takeFirst(now: now) { queue.remove(entry.id) }
                }
            }
        })

    let outboundDepths = [0, 10, 1_000, 100_000]
    let outbound = Table(
        "OutboundQueue by depth, five priorities: ns per operation",
        columns: ["depth"] + outboundDepths.map(grouped))
    outbound.row(
        "append and pop",
        outboundDepths.map { depth in
            var queue = OutboundQueue<Event>(capacity: 1_000_000)
            for index in 0..<depth { queue.append(event, priority: index % 5) }
            var turn = 0
            return nanoseconds(per: count) {
                for _ in 0..<count {
                    turn += 1
                    queue.append(event, priority: turn % 5)
                    consume(queue.popFirst())
                }
            }
        })
}
