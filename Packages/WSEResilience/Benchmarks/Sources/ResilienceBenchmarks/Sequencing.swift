import WSEResilience

/// An event as a client would have it: a reference to its bytes.
final class Event: Sendable {}

let eventCounts = [100, 1_000, 10_000, 100_000, 1_000_000]
let topicCounts = [1, 10, 100, 1_000, 10_000]

/// All topics are followed already; each event belongs to a random one. The cost of drawing the topic and
/// counting its offset is measured alone and taken off.
func measureStamped<Key: Hashable & Sendable>(_ name: String, key: (String) -> Key) {
    let table = Table(
        "Stamped event in order, \(name) as topic: ns per event",
        columns: ["topics"] + eventCounts.map { grouped($0) + " events" })
    let event = Event()
    let epoch = key("5f3a9c01")
    let now = ContinuousClock.now
    for topicCount in topicCounts {
        let topics = (0..<topicCount).map { key("market.prices.\($0)") }
        var offsets = Array(repeating: UInt64(0), count: topicCount)
        var generator = SeededGenerator(state: 1)
        var sequencer = EventSequencer<Key, Key, Event>()
        for topic in topics { sequencer.track(topic, after: TopicPosition(epoch: epoch, offset: 0)) }
        let results = eventCounts.map { count in
            let measured = nanoseconds(per: count) {
                for _ in 0..<count {
                    let topic = Int(truncatingIfNeeded: generator.next() >> 32) % topicCount
                    offsets[topic] &+= 1
                    let verdict = sequencer.process(
                        event, topic: topics[topic], epoch: epoch, offset: offsets[topic], now: now)
                    if verdict != .deliver { fatalError("a verdict other than expected: \(verdict)") }
                }
            }
            var others = offsets
            let overhead = nanoseconds(per: count) {
                for _ in 0..<count {
                    let topic = Int(truncatingIfNeeded: generator.next() >> 32) % topicCount
                    others[topic] &+= 1
                }
            }
            consume(others)
            return measured - overhead
        }
        table.row(grouped(topicCount), results)
    }
}

func measureUnstamped() {
    let table = Table(
        "Unstamped event, window of 10,000 ids full: ns per event",
        columns: ["events"] + eventCounts.map(grouped))
    let now = ContinuousClock.now
    var sequencer = EventSequencer<Int, Int, Event>()
    // As UUIDs of version 7 come: ascending times in the high half, random low halves.
    var generator = SeededGenerator(state: 3)
    var time: UInt64 = 0x0192_F0C1_7D5E_7000
    func nextID() -> EventID {
        time &+= 1 << 16
        return EventID(high: time, low: generator.next())
    }
    for _ in 0..<10_000 { _ = sequencer.process(id: nextID(), now: now) }
    table.row(
        "new id",
        eventCounts.map { count in
            nanoseconds(per: count) {
                for _ in 0..<count where sequencer.process(id: nextID(), now: now) != .deliver {
                    fatalError("not new")
                }
            }
        })
    // More texts than the window holds, so that each is forgotten before its turn comes again.
    let uuids = (0..<20_000).map { _ in text(nextID()) }
    let others = (0..<20_000).map { "order-message-\(100_000 + $0)" }
    for (name, texts) in [("new id, out of its UUID text", uuids), ("new id, out of 20 other bytes", others)]
    {
        var turn = 0
        table.row(
            name,
            eventCounts.map { count in
                nanoseconds(per: count) {
                    for _ in 0..<count {
                        turn = turn == 19_999 ? 0 : turn + 1
                        let id = EventID(texts[turn], key: sequencer.idKey)
                        if sequencer.process(id: id, now: now) != .deliver { fatalError("not new") }
                    }
                }
            })
    }
    let known = (0..<10_000).map { _ in nextID() }
    for id in known { _ = sequencer.process(id: id, now: now) }
    var turn = 0
    table.row(
        "repeated id",
        eventCounts.map { count in
            nanoseconds(per: count) {
                for _ in 0..<count {
                    turn = (turn &+ 7_919) % 10_000
                    if sequencer.process(id: known[turn], now: now) != .duplicate { fatalError("not known") }
                }
            }
        })
}

private func text(_ id: EventID) -> String {
    func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
    let high = hexadecimal(id.high)
    let low = hexadecimal(id.low)
    return
        "\(high.prefix(8))-\(high.dropFirst(8).prefix(4))-\(high.suffix(4))-\(low.prefix(4))-\(low.suffix(12))"
}

/// Every tenth event is missing; its nine successors are held until it is replayed and the answer comes.
func measureRecovery() {
    let table = Table(
        "Event where every tenth is missing, held and replayed: ns per event",
        columns: ["topics"] + eventCounts.map { grouped($0) + " events" })
    let event = Event()
    let epoch = InternedKey("5f3a9c01")
    let now = ContinuousClock.now
    for topicCount in [1, 100, 10_000] {
        let topics = (0..<topicCount).map { InternedKey("market.prices.\($0)") }
        var sequencer = EventSequencer<InternedKey, InternedKey, Event>()
        for topic in topics { sequencer.track(topic, after: TopicPosition(epoch: epoch, offset: 0)) }
        var round = 0
        let results = eventCounts.map { count in
            nanoseconds(per: count) {
                for _ in 0..<(count / 10) {
                    let topic = topics[round % topicCount]
                    let base = UInt64(round / topicCount * 10)
                    round += 1
                    for step: UInt64 in [2, 3, 4, 5, 6, 7, 8, 9, 10, 1] {
                        _ = sequencer.process(
                            event, topic: topic, epoch: epoch, offset: base + step, now: now)
                        while let output = sequencer.nextOutput() { consume(output) }
                    }
                    let head = TopicPosition(epoch: epoch, offset: base + 10)
                    sequencer.recoveryAnswered(
                        topic, with: RecoveryAnswer(head: head, recovered: true), now: now)
                }
                if sequencer.statistics.lost > 0 { fatalError("lost events") }
            }
        }
        table.row(grouped(topicCount), results)
    }
}
