import Testing
import WSEResilience

@Suite("EventSequencer: against a server over a bad line")
struct SequencerSimulationTests {
    @Test("with a server that holds everything and answers, nothing is ever lost")
    func losslessServer() {
        Histories.run("lossless", default: 400) { generator in
            var line = BadLine(.init(held: 1_000, buffer: 100_000, isForgetful: false), &generator)
            try line.run(&generator)
            try same(line.lostOffsets, 0, "lost offsets")
        }
    }

    @Test("whatever the server forgets, order holds, holes are announced, and the head is reached")
    func forgetfulServer() {
        Histories.run("forgetful", default: 400) { generator in
            let conditions = BadLine.Conditions(
                held: 1 + generator.below(20), buffer: 1 + generator.below(40), isForgetful: true)
            var line = BadLine(conditions, &generator)
            try line.run(&generator)
        }
    }
}

/// A server, a client with a sequencer, and a line between them that loses, doubles and delays.
private struct BadLine {
    struct Conditions {
        var held: Int
        /// How many events per topic the server can replay.
        var buffer: Int
        /// Whether the server restarts and answers or parts of replays go missing.
        var isForgetful: Bool
    }

    enum Frame {
        case event(topic: String, epoch: String, offset: UInt64)
        case answer(topic: String, head: TopicPosition<String>, recovered: Bool)
    }

    struct Event {
        let topic: String
        let position: TopicPosition<String>
    }

    struct ServerTopic {
        var epoch = 0
        var published: UInt64 = 0

        var head: TopicPosition<String>? {
            published == 0 ? nil : TopicPosition(epoch: "epoch\(epoch)", offset: published - 1)
        }
    }

    let conditions: Conditions
    let topics = ["a", "b"]
    var sequencer: EventSequencer<String, String, Event>
    var server: [String: ServerTopic] = [:]
    var now = ContinuousClock.now
    var line: [Frame] = []
    var isFaulty = true
    var lostOffsets: UInt64 = 0

    // What the consumer saw, per topic.
    var consumed: [String: [String: UInt64]] = [:]
    var settled: [String: TopicPosition<String>] = [:]

    init(_ conditions: Conditions, _ generator: inout SeededGenerator) {
        self.conditions = conditions
        sequencer = EventSequencer(SequencingConfiguration(heldPerTopic: conditions.held), using: &generator)
        for topic in topics { server[topic] = ServerTopic() }
    }

    mutating func run(_ generator: inout SeededGenerator) throws(Histories.Failure) {
        // One event of each topic gets through before anything goes wrong, so that positions are known.
        for topic in topics {
            publish(topic)
            try deliverAll(&generator)
        }
        for _ in 0..<(50 + generator.below(150)) {
            let topic = topics[generator.below(topics.count)]
            switch generator.below(100) {
            case ..<55: publish(topic, losing: generator.chance(15))
            case ..<90: try deliver(&generator)
            case ..<93 where conditions.isForgetful: restart(topic)
            case ..<95: try reconnect(&generator)
            case ..<97 where conditions.isForgetful: try expire(after: .seconds(3))
            default: try deliverAll(&generator)
            }
        }
        isFaulty = false
        try reconnect(&generator)
        for topic in topics { publish(topic) }
        try deliverAll(&generator)
        for _ in 0..<4 {
            try expire(after: .seconds(6))
            try deliverAll(&generator)
        }
        for topic in topics {
            try same(sequencer.position(of: topic), server[topic]?.head, "\(topic) at the end")
            try same(settled[topic], server[topic]?.head, "what the consumer knows of \(topic) at the end")
        }
        try same(sequencer.heldEvents, 0, "held at the end")
    }

    // MARK: - Server

    private mutating func publish(_ topic: String, losing isLost: Bool = false) {
        guard var state = server[topic] else { return }
        let frame = Frame.event(topic: topic, epoch: "epoch\(state.epoch)", offset: state.published)
        state.published += 1
        server[topic] = state
        if !isLost { line.append(frame) }
    }

    private mutating func restart(_ topic: String) {
        guard let state = server[topic] else { return }
        server[topic] = ServerTopic(epoch: state.epoch + 1)
        publish(topic)
    }

    private mutating func answer(
        _ request: RecoveryRequest<String, String>, _ generator: inout SeededGenerator
    ) {
        guard let state = server[request.topic], let head = state.head else { return }
        let first = request.position.offset + 1
        let isRecovered =
            request.position.epoch == head.epoch
            && (first > head.offset || head.offset - first < UInt64(conditions.buffer))
        if isRecovered, first <= head.offset {
            for offset in first...head.offset
            where !(isFaulty && conditions.isForgetful && generator.chance(5)) {
                line.append(.event(topic: request.topic, epoch: head.epoch, offset: offset))
            }
        }
        if isFaulty && conditions.isForgetful && generator.chance(10) { return }
        line.append(.answer(topic: request.topic, head: head, recovered: isRecovered))
    }

    // MARK: - Line

    private mutating func deliver(_ generator: inout SeededGenerator) throws(Histories.Failure) {
        guard !line.isEmpty else { return }
        var index = 0
        if isFaulty {
            // Events overtake each other, but never an answer, which is what ends their replay.
            let events = line.prefix { if case .event = $0 { true } else { false } }.count
            if generator.chance(20), events > 1 { index = generator.below(min(events, 6)) }
        }
        let frame = line[index]
        if !(isFaulty && generator.chance(5)) { line.remove(at: index) }
        switch frame {
        case .event(let topic, let epoch, let offset):
            let event = Event(topic: topic, position: TopicPosition(epoch: epoch, offset: offset))
            let verdict = sequencer.process(event, topic: topic, epoch: epoch, offset: offset, now: now)
            if verdict == .deliver { try consume(event.position, topic) }
        case .answer(let topic, let head, let recovered):
            sequencer.recoveryAnswered(
                topic, with: RecoveryAnswer(head: head, recovered: recovered), now: now)
        }
        try act(&generator)
    }

    private mutating func deliverAll(_ generator: inout SeededGenerator) throws(Histories.Failure) {
        while !line.isEmpty { try deliver(&generator) }
    }

    private mutating func reconnect(_ generator: inout SeededGenerator) throws(Histories.Failure) {
        line = []
        sequencer.connectionLost()
        for topic in topics {
            if let request = sequencer.beginRecovery(of: topic, now: now) { answer(request, &generator) }
        }
    }

    // MARK: - Client

    private mutating func expire(after duration: Duration) throws(Histories.Failure) {
        now = now.advanced(by: duration)
        sequencer.expire(now: now)
        var generator = SeededGenerator(seed: 0)
        try act(&generator)
    }

    private mutating func act(_ generator: inout SeededGenerator) throws(Histories.Failure) {
        while let output = sequencer.nextOutput() {
            switch output {
            case .deliver(let event): try consume(event.position, event.topic)
            case .lost(let range):
                let previous = settled[range.topic]
                try same(previous?.epoch, range.epoch, "epoch of a loss")
                try same(range.offsets.lowerBound, (previous?.offset ?? 0) + 1, "start of a loss")
                settled[range.topic]?.offset = range.offsets.upperBound
                lostOffsets += range.count
            case .epochChanged(let change):
                settled[change.topic] =
                    change.nextOffset == 0
                    ? nil : TopicPosition(epoch: change.epoch, offset: change.nextOffset - 1)
            case .request(let request):
                answer(request, &generator)
            }
        }
        let held = sequencer.heldEvents
        try holds(held <= topics.count * conditions.held, "\(held) events held")
    }

    private mutating func consume(
        _ element: TopicPosition<String>, _ topic: String
    ) throws(Histories.Failure) {
        if let last = consumed[topic]?[element.epoch] {
            try holds(element.offset > last, "\(topic): \(element) after \(last)")
        }
        consumed[topic, default: [:]][element.epoch] = element.offset
        if let known = settled[topic], known.epoch == element.epoch {
            try holds(element.offset <= known.offset + 1, "\(topic): \(element) after \(known), unannounced")
            settled[topic]?.offset = max(known.offset, element.offset)
        } else {
            settled[topic] = element
        }
    }
}
