import WSEWire

@testable import WSEClient

/// What was published and what came out; finds what breaks the promises.
struct PoolLedger {
    private let scenario: PoolScenario
    private var epochs: [[SimulatedEpoch]]
    private var byName: [String: SimulatedEpoch] = [:]
    /// Numbers that came out, with a stamp or without.
    private(set) var delivered: Set<Int> = []
    private(set) var gaps = 0
    private(set) var resyncs = 0
    private(set) var relayed = 0
    private(set) var violation: String?
    /// Topics and nodes that the pool is known to be subscribed to.
    private var known: Set<Int> = []
    /// Since when nothing is excused.
    var strictFrom: VirtualTime?

    init(_ scenario: PoolScenario) {
        self.scenario = scenario
        epochs = scenario.topics.map { _ in [] }
    }

    mutating func begin(_ epoch: SimulatedEpoch) {
        epochs[epoch.topic].append(epoch)
        byName["\(epoch.topic) \(epoch.name)"] = epoch
        // Its first cannot be asked for, if a connection is lost with it.
        if known.contains(epoch.topic * 8 + epoch.node) { epoch.due = scenario.losesNothing ? 0 : 1 }
    }

    /// A member has read the answer of a node to a subscription.
    mutating func confirmed(_ topic: Int, node: Int, epoch: SimulatedEpoch?, next: Int) {
        guard known.insert(topic * 8 + node).inserted else { return }
        epoch?.due = next
    }

    mutating func take(_ event: WSEEvent) {
        guard violation == nil, let number = event.id.flatMap({ Int($0) }) else { return }
        if !delivered.insert(number).inserted { violation = "1: \(number) came out twice" }
        guard let stamp = event.stamp else {
            relayed += 1
            return
        }
        guard let topic = scenario.topics.firstIndex(of: stamp.topic.string),
            let epoch = byName["\(topic) \(stamp.epoch.string)"]
        else { return violation = "1: \(event) was never published" }
        defer {
            epoch.last = stamp.offset
            epoch.isOpen = false
        }
        if let last = epoch.last {
            guard stamp.offset > last else {
                return violation = "1: t\(topic) \(epoch.name) \(stamp.offset) came out after \(last)"
            }
        }
        guard !epoch.isOpen, let first = epoch.last.map({ $0 + 1 }) ?? epoch.due.map({ UInt64($0) }),
            first < stamp.offset
        else { return }
        for missing in first..<stamp.offset
        where !epoch.announced.contains(missing) && !delivered.contains(epoch.numbers[Int(missing)]) {
            // With several nodes a copy without a stamp may be on its way.
            if scenario.isOneHistory || scenario.isPinned && scenario.relayPatience > .milliseconds(400) {
                violation =
                    "1: t\(topic) \(epoch.name) \(stamp.offset) came out, and \(missing) before it neither came out nor was announced"
            }
            return
        }
    }

    mutating func heard(_ signal: WSESignal) {
        switch signal {
        case .gap(let gap):
            gaps += 1
            if scenario.losesNothing {
                violation = "3: \(gap) was announced, and no connection was ever lost"
            }
            guard let topic = scenario.topics.firstIndex(of: gap.topic),
                let epoch = byName["\(topic) \(gap.epoch)"]
            else { return }
            epoch.announced.formUnion(gap.offsets)
        case .resync(let topic, let name):
            resyncs += 1
            if let topic = scenario.topics.firstIndex(of: topic) { byName["\(topic) \(name)"]?.isOpen = true }
        default: break
        }
    }

    /// What a node still has and the pool should have given.
    func missing() -> String? {
        for topic in scenario.topics.indices {
            for epoch in epochs[topic] where epoch.isAlive {
                for offset in epoch.firstKept..<epoch.numbers.count
                where !delivered.contains(epoch.numbers[offset]) {
                    let name = "2: t\(topic) \(epoch.name) \(offset) (\(epoch.numbers[offset]))"
                    if let strictFrom, epoch.times[offset] >= strictFrom {
                        return "\(name) was published when all was well, and did not come out"
                    }
                    // Another node's history cannot be asked for by one that has gone elsewhere.
                    guard scenario.isOneHistory || scenario.isPinned, scenario.stamps,
                        scenario.kept > 1_000, let due = epoch.due, offset >= due
                    else { continue }
                    return "\(name) is there and did not come out"
                }
            }
        }
        return nil
    }
}
