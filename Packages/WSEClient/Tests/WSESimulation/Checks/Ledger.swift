import WSEWire

@testable import WSEClient

/// Everything that was published and what became of it; finds what breaks the promises about delivery.
struct Ledger {
    struct Topic {
        let name: String
        var epochs: [PublishedEpoch] = []
        /// Holes are nobody's fault until then: something was done that no client can tell from a loss.
        var excusedUntil = VirtualTime.zero
        var isWanted = false
        /// How many messages the client had sent when it began to want the topic.
        var wantedSince = 0
        /// Whether the client has heard that it is subscribed, since the topic is wanted.
        var isConfirmed = false
    }

    private(set) var topics: [Topic]
    private var indices: [String: Int] = [:]
    private var broadcasts: Set<String> = []
    private let stamps: Bool
    /// Whether what was missed can be asked for.
    private let recovers: Bool
    private let hasOneHistory: Bool
    private(set) var delivered = 0
    private(set) var gaps = 0
    private(set) var missed: UInt64 = 0
    private(set) var resyncs = 0
    /// Whether the user went from one server to another, whose history is another one.
    var hasMoved = false
    /// From here on nothing may be lost.
    var strictFrom: VirtualTime?

    init(_ scenario: Scenario) {
        topics = scenario.topics.map { Topic(name: $0) }
        stamps = scenario.version == .v251 && scenario.recovers
        recovers = scenario.recovers && scenario.settings.recovers
        hasOneHistory = stamps && recovers && scenario.nodes == 1
        for (index, name) in scenario.topics.enumerated() { indices[name] = index }
    }

    func index(of topic: String) -> Int? { indices[topic] }

    // MARK: The server

    mutating func begin(_ epoch: PublishedEpoch, topic: Int) {
        // Who is subscribed is due all of it.
        if topics[topic].isConfirmed { epoch.due = 0 }
        topics[topic].epochs.append(epoch)
    }

    mutating func excuse(_ topic: Int, until time: VirtualTime) {
        topics[topic].excusedUntil = max(topics[topic].excusedUntil, time)
    }

    mutating func excuseAll(until time: VirtualTime) {
        for topic in topics.indices { excuse(topic, until: time) }
    }

    // MARK: The user

    mutating func want(_ names: [String], sent: Int) {
        for index in names.compactMap({ indices[$0] }) where !topics[index].isWanted {
            topics[index].isWanted = true
            topics[index].wantedSince = sent
        }
    }

    mutating func forget(_ names: some Sequence<String>) {
        for index in names.compactMap({ indices[$0] }) {
            topics[index].isWanted = false
            topics[index].isConfirmed = false
            for epoch in topics[index].epochs { epoch.forget() }
        }
    }

    /// The client has read that it is subscribed and that the topic had come as far as `head`.
    mutating func confirmed(_ topic: Int, epoch: PublishedEpoch?, head: UInt64?, request: Int) {
        guard recovers, topics[topic].isWanted, request >= topics[topic].wantedSince else { return }
        topics[topic].isConfirmed = true
        guard let epoch else { return }
        if epoch.last == nil, epoch.due == nil { epoch.due = head.map { $0 + 1 } ?? 0 }
    }

    // MARK: The client

    /// - Returns: What is wrong.
    mutating func deliver(_ event: WSEEvent) -> String? {
        delivered += 1
        guard let topic = event.topic, let name = event.epoch, let offset = event.offset else {
            return deliverUnstamped(event)
        }
        guard let index = indices[topic], let epoch = epoch(name, of: index), offset < epoch.next else {
            return "1: \(topic) \(name) \(offset) was delivered and never published"
        }
        if !topics[index].isWanted {
            return "1: \(topic) \(name) \(offset) was delivered and nobody wants the topic"
        }
        if epoch.has(offset, .delivered) { return "1: \(topic) \(name) \(offset) was delivered twice" }
        if let last = epoch.last, offset <= last {
            return "1: \(topic) \(name) \(offset) was delivered after \(last)"
        }
        if !epoch.isOpen, let first = epoch.last.map({ $0 + 1 }) ?? epoch.due, first < offset {
            for missing in first..<offset where !epoch.has(missing, .announced) {
                return
                    "1: \(topic) \(name) \(offset) was delivered, and \(missing) before it neither delivered nor announced"
            }
        }
        if epoch.isOpen { epoch.due = offset }
        epoch.isOpen = false
        epoch.last = offset
        epoch.mark(offset, .delivered)
        return nil
    }

    private mutating func deliverUnstamped(_ event: WSEEvent) -> String? {
        guard let id = event.id else { return nil }
        guard broadcasts.insert(id).inserted else { return "1: \(id) was delivered twice" }
        let parts = id.split(separator: "/")
        guard parts.count == 3, let index = indices[String(parts[0])], let offset = UInt64(parts[2]),
            let epoch = epoch(String(parts[1]), of: index), offset < epoch.next
        else { return nil }
        epoch.mark(offset, .delivered)
        return nil
    }

    mutating func announce(_ gap: WSEGap, now: VirtualTime) -> String? {
        gaps += 1
        missed += gap.offsets.upperBound - gap.offsets.lowerBound + 1
        guard let index = indices[gap.topic], let epoch = epoch(gap.epoch, of: index),
            gap.offsets.upperBound < epoch.next
        else { return "1: a gap of \(gap) names what was never published" }
        let isExcused = topics[index].excusedUntil >= now || !recovers
        for offset in gap.offsets {
            let isRefused = epoch.has(offset, .refused)
            if epoch.has(offset, .delivered), stamps || !isRefused {
                return "1: \(gap) names \(offset), which was delivered"
            }
            // The first cannot be asked for.
            if offset > 0, !isExcused, epoch.isKept(offset), epoch.has(offset, .stamped), !isRefused {
                return "2: \(gap) gives up \(offset), which the server has"
            }
            epoch.mark(offset, .announced)
            if strictFrom != nil { epoch.mark(offset, .announcedLate) }
        }
        return nil
    }

    mutating func resync(_ topic: String, epoch name: String, now: VirtualTime) -> String? {
        resyncs += 1
        guard let index = indices[topic], let epoch = epoch(name, of: index) else {
            return "1: a resync of \(topic) names epoch \(name), which never was"
        }
        if let strictFrom, !hasMoved, let first = epoch.times.first, first < strictFrom, epoch.last != nil {
            return "2: a resync of \(topic) \(name) where nothing went wrong"
        }
        if hasOneHistory, epoch.last == nil {
            // All of a new epoch is news.
            epoch.due = 0
        } else {
            epoch.isOpen = true
        }
        // Without stamps nobody can ask for what lies before.
        if !stamps, epoch.next > 0 { for offset in 0..<epoch.next { epoch.mark(offset, .refused) } }
        return nil
    }

    // MARK: The end

    /// What the server has and the client should have got.
    func missing(node: Int) -> String? {
        guard recovers || stamps else { return nil }
        for topic in topics where topic.isWanted {
            guard let epoch = topic.epochs.last(where: { $0.node == node && $0.isAlive }) else { continue }
            for offset in epoch.firstKept..<epoch.next
            where epoch.has(offset, .stamped) && !epoch.has(offset, .delivered) {
                // Who cannot ask learns of a loss with the next event.
                if !recovers, epoch.has(offset, .announced) || offset > epoch.last ?? 0 { continue }
                if let strictFrom, epoch.times[Int(offset)] >= strictFrom {
                    if !stamps, epoch.has(offset, .refused) { continue }
                    return
                        "2: \(topic.name) \(epoch.name) \(offset) was published when all was well, and not delivered"
                }
                guard let due = epoch.due, offset >= due, stamps || !epoch.has(offset, .refused) else {
                    continue
                }
                let isTooLate =
                    offset > 0 && epoch.has(offset, .announcedLate) && !epoch.has(offset, .refused)
                if isTooLate || !epoch.has(offset, .announced) {
                    return "2: \(topic.name) \(epoch.name) \(offset) is there and was not delivered"
                }
            }
        }
        return nil
    }

    private func epoch(_ name: String, of topic: Int) -> PublishedEpoch? {
        topics[topic].epochs.last { $0.name == name }
    }
}
