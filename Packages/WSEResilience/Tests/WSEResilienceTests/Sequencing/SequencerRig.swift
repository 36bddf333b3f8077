import WSEResilience

/// A sequencer of text events with a log of everything that came out of it, in order.
struct SequencerRig {
    typealias Sequencer = EventSequencer<String, String, String>

    enum Entry: Equatable {
        case event(String)
        case lost(String, ClosedRange<UInt64>)
        case epoch(String, to: String, next: UInt64)
        case request(String, after: UInt64, missing: ClosedRange<UInt64>?)

        var topic: String {
            switch self {
            case .event(let name): String(name.prefix { $0 != "@" })
            case .lost(let topic, _), .epoch(let topic, _, _), .request(let topic, _, _): topic
            }
        }
    }

    let start = ContinuousClock.now
    var now: ContinuousClock.Instant
    var sequencer: Sequencer
    var log: [Entry] = []

    init(_ configuration: SequencingConfiguration = SequencingConfiguration()) {
        var generator = SeededGenerator(seed: 1)
        sequencer = Sequencer(configuration, using: &generator)
        now = start
    }

    /// Feeds an event named `topic@epoch:offset`.
    @discardableResult
    mutating func event(_ topic: String, _ offset: UInt64, epoch: String = "e") -> SequencingVerdict {
        let name = "\(topic)@\(epoch):\(offset)"
        let verdict = sequencer.process(name, topic: topic, epoch: epoch, offset: offset, now: now)
        if verdict == .deliver { log.append(.event(name)) }
        drain()
        return verdict
    }

    mutating func answer(_ topic: String, head: UInt64?, epoch: String = "e", recovered: Bool) {
        let position = head.map { TopicPosition(epoch: epoch, offset: $0) }
        sequencer.recoveryAnswered(
            topic, with: RecoveryAnswer(head: position, recovered: recovered), now: now)
        drain()
    }

    mutating func expire(after duration: Duration) {
        now = now.advanced(by: duration)
        sequencer.expire(now: now)
        drain()
    }

    mutating func drain() {
        while let output = sequencer.nextOutput() { log.append(SequencerRig.entry(for: output)) }
    }

    static func entry(for output: Sequencer.Output) -> Entry {
        switch output {
        case .deliver(let name): .event(name)
        case .lost(let range): .lost(range.topic, range.offsets)
        case .epochChanged(let change): .epoch(change.topic, to: change.epoch, next: change.nextOffset)
        case .request(let request):
            .request(request.topic, after: request.position.offset, missing: request.missing)
        }
    }

    /// What was logged since the last call; bare offsets stand for events of the topic "t" in the epoch "e".
    mutating func takeLog() -> [Entry] {
        defer { log = [] }
        return log
    }
}

extension SequencerRig.Entry: ExpressibleByIntegerLiteral {
    init(integerLiteral offset: Int) {
        self = .event("t@e:\(offset)")
    }
}
