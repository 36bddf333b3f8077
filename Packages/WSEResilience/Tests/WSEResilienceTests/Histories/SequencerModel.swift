import WSEResilience

/// What ``EventSequencer`` is meant to do, written down as plainly as possible: dictionaries and sorted arrays, no
/// fast path, no flags, everything looked up afresh.
struct SequencerModel {
    typealias Entry = SequencerRig.Entry
    typealias Position = TopicPosition<String>

    struct Request {
        var after: UInt64
        /// The highest offset that was known to exist when the request was made.
        var known: UInt64
        var armedAt: UInt64
        var timeout: Duration
        var deadline: ContinuousClock.Instant
    }

    struct Topic {
        var epoch: String?
        /// Everything up to here is settled.
        var settled: UInt64 = 0
        /// Settled but not delivered, nor anything after: offsets from here on are still welcome.
        var welcomeFrom: UInt64?
        /// Offset 0 is settled and neither delivered nor announced.
        var owesFirst = false
        /// Offsets that are known to exist beyond the settled ones.
        var known: [UInt64: String?] = [:]
        var request: Request?
        var former: [Position] = []
        var isOff = false

        var held: [UInt64] { known.filter { $0.value != nil }.keys.sorted() }
        /// The last offset of the first hole.
        var holeEnd: UInt64? { held.first.map { $0 - 1 } ?? known.keys.max() }
        var missing: ClosedRange<UInt64>? { holeEnd.map { (settled + 1)...$0 } }
    }

    let configuration: SequencingConfiguration
    var topics: [String: Topic] = [:]
    var isAvailable: Bool
    var outputs: [Entry] = []
    var delivered: UInt64 = 0
    var duplicates: UInt64 = 0
    var lost: UInt64 = 0

    init(_ configuration: SequencingConfiguration) {
        self.configuration = configuration
        isAvailable = configuration.isRecoveryAvailable
    }

    var heldEvents: Int { topics.values.reduce(0) { $0 + $1.held.count } }
    var nextDeadline: ContinuousClock.Instant? { topics.values.compactMap { $0.request?.deadline }.min() }

    func position(of name: String) -> Position? {
        topics[name].flatMap { topic in topic.epoch.map { Position(epoch: $0, offset: topic.settled) } }
    }

    // MARK: - Events

    mutating func event(
        _ name: String, _ offset: UInt64, epoch: String, now: ContinuousClock.Instant
    ) -> SequencingVerdict {
        let text = "\(name)@\(epoch):\(offset)"
        guard var topic = topics[name] else {
            if topics.count < configuration.maximumTopics {
                topics[name] = Topic(epoch: epoch, settled: offset)
            }
            return give(text)
        }
        guard let current = topic.epoch else {
            topic.epoch = epoch
            topic.settled = offset
            topics[name] = topic
            return give(text)
        }
        if current != epoch {
            if let former = topic.former.first(where: { $0.epoch == epoch }) {
                if offset <= former.offset {
                    duplicates += 1
                    return .duplicate
                }
                change(name, to: former, next: former.offset + 1, now: now)
            } else if configuration.hasOneHistory, canRecover(topic), offset > 0 {
                start(name, epoch: epoch, now: now)
            } else {
                change(name, to: Position(epoch: epoch, offset: offset), next: offset, now: now)
                return give(text)
            }
        }
        return inEpoch(name, text, offset, now: now)
    }

    private mutating func inEpoch(
        _ name: String, _ text: String, _ offset: UInt64, now: ContinuousClock.Instant
    ) -> SequencingVerdict {
        guard var topic = topics[name] else { return .duplicate }
        if offset <= topic.settled {
            guard let welcome = topic.welcomeFrom, offset >= welcome else {
                duplicates += 1
                return .duplicate
            }
            guard welcome == 0, offset < topic.settled else {
                topic.welcomeFrom = offset == topic.settled ? nil : offset + 1
                topic.owesFirst = topic.owesFirst && offset > 0
                topics[name] = topic
                return give(text)
            }
            // Only the server's word was known; the topic begins with its first event.
            let isUnderWay = topic.request != nil || !topic.known.isEmpty
            topic.settled = offset
            topic.welcomeFrom = nil
            topic.request = nil
            topics[name] = topic
            guard isUnderWay else { return give(text) }
            queue(text)
            ask(name, now: now)
            return .release
        }
        if offset == topic.settled + 1 {
            payFirst(name)
            topic.owesFirst = false
            topic.settled = offset
            topic.welcomeFrom = nil
            topic.known[offset] = nil
            topics[name] = topic
            if let first = topic.held.first, first - 1 == offset {
                queue(text)
                release(name)
                ask(name, now: now)
                return .release
            }
            return give(text)
        }
        guard canRecover(topic) else {
            lose(name, through: offset - 1)
            topics[name]?.settled = offset
            topics[name]?.welcomeFrom = nil
            return give(text)
        }
        return hold(name, text, offset, now: now)
    }

    private mutating func hold(
        _ name: String, _ text: String, _ offset: UInt64, now: ContinuousClock.Instant
    ) -> SequencingVerdict {
        guard var topic = topics[name] else { return .duplicate }
        if case .some(.some) = topic.known[offset] {
            duplicates += 1
            return .duplicate
        }
        topic.known[offset] = .some(text)
        topics[name] = topic
        if heldEvents > configuration.heldInTotal || topic.held.count > configuration.heldPerTopic {
            if let last = topic.held.last { topic.known[last] = .some(nil) }
            topics[name] = topic
        }
        if let topic = topics[name], topic.request == nil, let missing = topic.missing {
            ask(name, now: now)
            return .gap(missing: missing)
        }
        return .hold
    }

    // MARK: - Recovery

    mutating func answer(_ name: String, head: Position?, recovered: Bool, now: ContinuousClock.Instant) {
        guard var topic = topics[name] else { return }
        if let head, let former = topic.former.first(where: { $0.epoch == head.epoch }) {
            guard !configuration.hasOneHistory, topic.known.isEmpty, head.offset >= former.offset else {
                return
            }
            change(name, to: former, next: former.offset == .max ? .max : former.offset + 1, now: now)
            if head.offset > former.offset, canRecover(topic) {
                startRequest(name, missing: (former.offset + 1)...head.offset, now: now)
            }
            return
        }
        let request = topic.request
        topic.request = nil
        topics[name] = topic
        guard let epoch = topic.epoch else {
            if let head { settle(name, at: head) }
            return
        }
        if let head, head.epoch != epoch, configuration.hasOneHistory, canRecover(topic) {
            start(name, epoch: head.epoch, now: now)
            if head.offset > 0 { startRequest(name, missing: 1...head.offset, now: now) }
            return
        }
        if let head, head.epoch != epoch {
            change(name, to: head, next: head.offset == .max ? .max : head.offset + 1, now: now)
            settle(name, at: head)
            return
        }
        guard let request else { return }
        conclude(request, name, head: head?.offset, recovered: recovered, now: now)
    }

    private mutating func conclude(
        _ request: Request, _ name: String, head: UInt64?, recovered: Bool, now: ContinuousClock.Instant
    ) {
        guard let topic = topics[name] else { return }
        let hasProgress = topic.settled > request.after
        if topic.missing != nil {
            if hasProgress, canRecover(topic) {
                ask(name, now: now)
            } else {
                pass(name, through: head.map { max($0, request.known) } ?? .max)
                ask(name, now: now)
            }
        } else if let head, head > topic.settled {
            if !hasProgress {
                lose(name, through: head)
            } else if recovered, canRecover(topic) {
                startRequest(name, missing: (topic.settled + 1)...head, now: now)
            }
        }
        if topics[name]?.request == nil { payFirst(name) }
    }

    mutating func begin(
        _ name: String, timeout: Duration?, now: ContinuousClock.Instant
    ) -> Entry? {
        guard let topic = topics[name], topic.epoch != nil, topic.request == nil, canRecover(topic) else {
            return nil
        }
        startRequest(name, missing: topic.missing, timeout: timeout, now: now)
        return outputs.popLast()
    }

    mutating func extend(_ name: String, now: ContinuousClock.Instant) {
        guard let topic = topics[name], let request = topic.request else { return }
        topics[name]?.request = Request(
            after: topic.settled, known: topic.known.keys.max() ?? topic.settled, armedAt: topic.settled,
            timeout: request.timeout, deadline: now.advanced(by: request.timeout))
    }

    mutating func skip(_ name: String, through offset: UInt64, now: ContinuousClock.Instant) {
        guard topics[name]?.epoch != nil else { return }
        pass(name, through: offset)
        lose(name, through: offset)
        ask(name, now: now)
        extend(name, now: now)
    }

    mutating func abandon(_ name: String) {
        topics[name]?.request = nil
        pass(name, through: .max)
    }

    mutating func setAvailable(_ available: Bool) {
        isAvailable = available
        guard !available else { return }
        for name in topics.keys.sorted() { abandon(name) }
    }

    mutating func setAvailable(_ available: Bool, for name: String) {
        topics[name, default: Topic()].isOff = !available
        if !available { abandon(name) }
    }

    mutating func connectionLost() {
        for name in topics.keys { topics[name]?.request = nil }
    }

    mutating func expire(now: ContinuousClock.Instant) {
        while let (name, topic) = topics.filter({ $0.value.request.map { $0.deadline <= now } ?? false })
            .min(by: { ($0.value.request?.deadline ?? now) < ($1.value.request?.deadline ?? now) }),
            let request = topic.request
        {
            if topic.settled > request.armedAt {
                topics[name]?.request?.armedAt = topic.settled
                topics[name]?.request?.deadline = now.advanced(by: request.timeout)
            } else {
                topics[name]?.request = nil
                conclude(request, name, head: nil, recovered: false, now: now)
            }
        }
    }

    mutating func track(_ name: String, after position: Position?) {
        topics[name] = topics[name] ?? Topic()
        if topics[name]?.epoch == nil, let position {
            topics[name]?.epoch = position.epoch
            topics[name]?.settled = position.offset
        } else if let position, topics[name]?.epoch == position.epoch {
            topics[name]?.owesFirst = false
        }
    }

    mutating func track(_ name: String, fromStartOf epoch: String) {
        topics[name] = topics[name] ?? Topic()
        guard topics[name]?.epoch == nil else { return }
        settle(name, at: Position(epoch: epoch, offset: 0))
        topics[name]?.owesFirst = true
    }

    mutating func remove(_ name: String) {
        topics[name] = nil
    }

    // MARK: - Steps

    private func canRecover(_ topic: Topic) -> Bool { isAvailable && !topic.isOff }

    private mutating func give(_ text: String) -> SequencingVerdict {
        if outputs.isEmpty {
            delivered += 1
            return .deliver
        }
        queue(text)
        return .release
    }

    private mutating func queue(_ text: String) {
        delivered += 1
        outputs.append(.event(text))
    }

    private mutating func lose(_ name: String, through end: UInt64) {
        guard var topic = topics[name], end > topic.settled else { return }
        let range = (topic.owesFirst ? 0 : topic.settled + 1)...end
        outputs.append(.lost(name, range))
        lost &+= range.upperBound - range.lowerBound &+ 1
        topic.welcomeFrom = topic.owesFirst ? 1 : topic.welcomeFrom ?? range.lowerBound
        topic.owesFirst = false
        topic.settled = end
        topic.known = topic.known.filter { $0.key > end }
        topics[name] = topic
    }

    private mutating func release(_ name: String) {
        guard var topic = topics[name] else { return }
        while topic.settled < .max, let text = topic.known[topic.settled + 1] ?? nil {
            topic.settled += 1
            topic.known[topic.settled] = nil
            topic.welcomeFrom = nil
            queue(text)
        }
        topics[name] = topic
    }

    private mutating func pass(_ name: String, through limit: UInt64) {
        while let topic = topics[name], let end = topic.holeEnd, topic.settled < limit {
            lose(name, through: min(end, limit))
            release(name)
        }
    }

    private mutating func ask(_ name: String, now: ContinuousClock.Instant) {
        guard let topic = topics[name], topic.request == nil, canRecover(topic), let missing = topic.missing
        else { return }
        startRequest(name, missing: missing, now: now)
    }

    private mutating func startRequest(
        _ name: String, missing: ClosedRange<UInt64>?, timeout: Duration? = nil, now: ContinuousClock.Instant
    ) {
        guard let settled = topics[name]?.settled else { return }
        let timeout = timeout ?? configuration.recoveryTimeout
        let request = Request(
            after: settled, known: topics[name]?.known.keys.max() ?? settled, armedAt: settled,
            timeout: timeout, deadline: now.advanced(by: timeout))
        topics[name]?.request = request
        outputs.append(.request(name, after: settled, missing: missing))
    }

    private mutating func settle(_ name: String, at head: Position) {
        topics[name]?.epoch = head.epoch
        topics[name]?.settled = head.offset
        topics[name]?.welcomeFrom = 0
        topics[name]?.owesFirst = false
    }

    private mutating func start(_ name: String, epoch: String, now: ContinuousClock.Instant) {
        let first = Position(epoch: epoch, offset: 0)
        change(name, to: first, next: 1, now: now)
        settle(name, at: first)
        topics[name]?.owesFirst = true
    }

    /// Says at last that offset 0 is lost.
    private mutating func payFirst(_ name: String) {
        guard topics[name]?.owesFirst == true else { return }
        topics[name]?.owesFirst = false
        outputs.append(.lost(name, 0...0))
        lost &+= 1
    }

    private mutating func change(
        _ name: String, to position: Position, next: UInt64, now: ContinuousClock.Instant
    ) {
        abandon(name)
        payFirst(name)
        guard var topic = topics[name], let epoch = topic.epoch else { return }
        topic.former = topic.former.filter { $0.epoch != position.epoch }
        topic.former = Array(([Position(epoch: epoch, offset: topic.settled)] + topic.former).prefix(3))
        outputs.append(.epoch(name, to: position.epoch, next: next))
        topic.epoch = position.epoch
        topic.settled = position.offset
        topic.welcomeFrom = nil
        topics[name] = topic
    }
}
