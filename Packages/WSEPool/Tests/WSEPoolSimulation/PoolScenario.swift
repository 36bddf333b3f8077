/// What a history is made of, all from its seed.
struct PoolScenario {
    enum Fault: CaseIterable {
        case cut, stall, kill, unreachable, resize
    }

    let seed: UInt64
    /// Servers; those of a cluster pass publications on to each other.
    let nodes: Int
    /// Whether each topic is on a connection to every endpoint.
    let isPinned: Bool
    let connections: Int
    let topics: [String]
    /// Topics that are subscribed to at the beginning; the others follow.
    let early: Int
    /// Publications that a server keeps of each topic.
    let kept: Int
    let stamps: Bool
    let latency: ClosedRange<VirtualTime>
    /// How long a node takes to pass a publication on.
    let relayDelay: ClosedRange<VirtualTime>
    let relayPatience: VirtualTime
    let heldEvents: Int
    /// Events that make the merged sequence full.
    let capacity: Int
    /// Whether an answer may overtake the replay that it is about.
    let answersOvertake: Bool
    let trouble: VirtualTime
    let publications: Int
    let faults: [Fault]

    init(seed: UInt64) {
        var random = SimulationRandom(seed: seed)
        self.seed = seed
        isPinned = random.chance(0.5)
        nodes = isPinned ? random.within(1...3) : random.pick([1, 1, 1, 2, 3])
        connections = random.within(1...(isPinned ? 2 : 4))
        topics = (0..<random.within(2...12)).map { "t\($0)" }
        early = random.within(1...topics.count)
        kept = random.chance(0.8) ? 1_000_000 : random.pick([4, 16, 64])
        stamps = nodes > 1 || random.chance(0.85)
        let slowest = random.pick([2, 20, 200])
        latency = .milliseconds(slowest / 2)...(.milliseconds(slowest))
        let relay = random.pick([1, 20, 300])
        relayDelay = .zero...(.milliseconds(relay))
        // Long enough for what is passed on, where that decides whether anything is lost.
        relayPatience = .milliseconds(random.pick(isPinned ? [50, 500, 5_000] : [1_000, 5_000]))
        heldEvents = random.chance(0.8) ? 16_384 : random.pick([4, 32])
        capacity = random.pick([4, 50, 1_000])
        answersOvertake = stamps && random.chance(0.4)
        trouble = .seconds(random.within(5...120))
        publications = random.within(20...400)
        var kinds: [Fault] = [.resize]
        if random.chance(0.75) {
            kinds += (0..<random.within(1...3)).map { _ in random.pick(Fault.allCases) }
        }
        faults = (0..<random.within(1...14)).map { _ in random.pick(kinds) }
    }

    /// Whether nothing but the pool's own changes could make it lose something.
    var losesNothing: Bool {
        faults.allSatisfy { $0 == .resize } && isOneHistory && stamps && kept > 1_000 && heldEvents > 1_000
    }

    /// Whether one server has all there is.
    var isOneHistory: Bool { nodes == 1 }
}
