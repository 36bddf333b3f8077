import Testing
import WSEResilience

@Suite("EventSequencer: random histories")
struct SequencerHistoryTests {
    @Test("agrees with the plain model in all that it says and does")
    func agreesWithModel() {
        Histories.run("sequencer", default: 3_000) { generator in
            var history = SequencerHistory(&generator)
            try history.run(&generator)
        }
    }
}

/// A sequencer and its model, side by side.
private struct SequencerHistory {
    var sequencer: SequencerRig.Sequencer
    var model: SequencerModel
    var now = ContinuousClock.now
    var hint = SequencingHint()
    let topics = ["a", "b", "c", "d"]
    /// How many of 100 events belong to the epoch of their topic.
    let loyalty: Int
    let epochs = ["e", "f", "g", "h", "i"]
    /// Where each topic was after the last step.
    var positions: [String: TopicPosition<String>] = [:]

    init(_ generator: inout SeededGenerator) {
        let configuration = SequencingConfiguration(
            heldPerTopic: 1 + generator.below(6), heldInTotal: generator.below(12),
            maximumTopics: 2 + generator.below(3), recoveryTimeout: .seconds(generator.below(4)),
            isRecoveryAvailable: generator.chance(90), hasOneHistory: generator.chance(50))
        loyalty = [50, 80, 93, 99][generator.below(4)]
        sequencer = SequencerRig.Sequencer(configuration, using: &generator)
        model = SequencerModel(configuration)
    }

    mutating func run(_ generator: inout SeededGenerator) throws(Histories.Failure) {
        for step in 0..<(10 + generator.below(90)) {
            let topic = topics[generator.below(topics.count)]
            let kind = generator.below(100)
            switch kind {
            case ..<72: try event(topic, step, &generator)
            case ..<82: try answer(topic, step, &generator)
            case ..<88: expire(&generator)
            case ..<92: try begin(topic, step, &generator)
            default: change(topic, kind, &generator)
            }
            // Mostly drains at once, as an owner should, but survives one who does not.
            if generator.chance(90) { try drain("step \(step)") }
            try compareStates("step \(step)")
        }
        try drain("the end")
    }

    /// Offsets near where the topic stands, mostly the next; now and then the ends of the range.
    private func offset(_ topic: String, _ generator: inout SeededGenerator) -> UInt64 {
        let settled = model.topics[topic]?.settled ?? UInt64(generator.below(5))
        switch generator.below(100) {
        case ..<45: return settled &+ 1
        case ..<75: return settled &+ UInt64(2 + generator.below(7))
        case ..<90: return settled &- UInt64(generator.below(6))
        case ..<95: return UInt64(generator.below(12))
        case ..<97: return generator.chance(50) ? .max : .max - 1
        default: return 0
        }
    }

    private func epoch(_ topic: String, _ generator: inout SeededGenerator) -> String {
        if generator.chance(loyalty), let epoch = model.topics[topic]?.epoch { return epoch }
        return epochs[generator.below(epochs.count)]
    }

    private mutating func event(
        _ topic: String, _ step: Int, _ generator: inout SeededGenerator
    ) throws(Histories.Failure) {
        let epoch = epoch(topic, &generator)
        let offset = offset(topic, &generator)
        // One hint for all topics, so that it is wrong as often as right.
        let isNext =
            generator.chance(70)
            && sequencer.advance(topic, epoch: epoch, offset: offset, hint: &hint)
        let verdict =
            isNext
            ? .deliver
            : sequencer.process(
                "\(topic)@\(epoch):\(offset)", topic: topic, epoch: epoch, offset: offset, now: now)
        let expected = model.event(topic, offset, epoch: epoch, now: now)
        try same(verdict, expected, "step \(step): verdict on \(topic)@\(epoch):\(offset)")
    }

    private mutating func answer(
        _ topic: String, _ step: Int, _ generator: inout SeededGenerator
    ) throws(Histories.Failure) {
        var head: TopicPosition<String>?
        if generator.chance(85) {
            head = TopicPosition(epoch: epoch(topic, &generator), offset: offset(topic, &generator))
        }
        let recovered = generator.chance(50)
        sequencer.recoveryAnswered(topic, with: RecoveryAnswer(head: head, recovered: recovered), now: now)
        model.answer(topic, head: head, recovered: recovered, now: now)
    }

    private mutating func expire(_ generator: inout SeededGenerator) {
        now = now.advanced(by: .milliseconds(generator.below(3_000)))
        sequencer.expire(now: now)
        model.expire(now: now)
    }

    private mutating func begin(
        _ topic: String, _ step: Int, _ generator: inout SeededGenerator
    ) throws(Histories.Failure) {
        let timeout: Duration? = generator.chance(50) ? nil : .seconds(generator.below(9))
        let request = sequencer.beginRecovery(of: topic, timeout: timeout, now: now).map {
            SequencerModel.Entry.request($0.topic, after: $0.position.offset, missing: $0.missing)
        }
        try same(
            request, model.begin(topic, timeout: timeout, now: now), "step \(step): request for \(topic)")
    }

    private mutating func change(_ topic: String, _ kind: Int, _ generator: inout SeededGenerator) {
        switch kind {
        case 94:
            sequencer.abandonRecovery(of: topic, now: now)
            model.abandon(topic)
        case 95:
            let available = generator.chance(60)
            sequencer.setRecovery(available: available, now: now)
            model.setAvailable(available)
        case 96:
            let available = generator.chance(60)
            sequencer.setRecovery(available: available, for: topic, now: now)
            model.setAvailable(available, for: topic)
        case 97:
            sequencer.connectionLost()
            model.connectionLost()
        case 92:
            let offset = offset(topic, &generator)
            sequencer.skip(topic, through: offset, now: now)
            model.skip(topic, through: offset, now: now)
        case 93:
            sequencer.extendRecovery(of: topic, now: now)
            model.extend(topic, now: now)
        case 98:
            sequencer.remove(topic)
            model.remove(topic)
            positions[topic] = nil
        case 99 where generator.chance(30):
            sequencer.track(topic, fromStartOf: "g")
            model.track(topic, fromStartOf: "g")
        default:
            let position =
                generator.chance(50)
                ? TopicPosition(epoch: "e", offset: UInt64(generator.below(9))) : nil
            sequencer.track(topic, after: position)
            model.track(topic, after: position)
        }
    }

    /// Topics are independent of each other, so only the order within each is promised.
    private mutating func drain(_ when: String) throws(Histories.Failure) {
        var actual: [String: [SequencerModel.Entry]] = [:]
        while let output = sequencer.nextOutput() {
            let entry = SequencerRig.entry(for: output)
            actual[entry.topic, default: []].append(entry)
        }
        try same(actual, Dictionary(grouping: model.outputs, by: \.topic), "\(when): outputs")
        model.outputs = []
    }

    private mutating func compareStates(_ when: String) throws(Histories.Failure) {
        for topic in topics {
            let position = sequencer.position(of: topic)
            try same(position, model.position(of: topic), "\(when): position of \(topic)")
            if let last = positions[topic], let position, position.epoch == last.epoch {
                try holds(position.offset >= last.offset, "\(when): \(topic) went back from \(last.offset)")
            }
            // The server's word alone is not final: the first event may lie before it.
            positions[topic] = model.topics[topic]?.welcomeFrom == 0 ? nil : position
        }
        try same(
            sequencer.positions.count, model.topics.values.count { $0.epoch != nil }, "\(when): positions")
        try same(sequencer.topicCount, model.topics.count, "\(when): topics")
        try same(sequencer.heldEvents, model.heldEvents, "\(when): held events")
        try same(sequencer.nextDeadline, model.nextDeadline, "\(when): next deadline")
        let statistics = sequencer.statistics
        try same(statistics.delivered, model.delivered, "\(when): delivered")
        try same(statistics.duplicates, model.duplicates, "\(when): duplicates")
        try same(statistics.lost, model.lost, "\(when): lost")
    }
}
