import WSEResilience
import WSETransport
import WSEWire

@_spi(WSEPool) @testable import WSEClient
@testable import WSEPool

/// One history of a pool in virtual time: real session machines, a real endpoint pool and merge filter, and simulated
/// servers that are killed, cut off and published on, while connections come and go.
final class PoolSimulation {
    /// How long after the trouble the pool has to be well again: a silent link is noticed after 40 s, an attempt may
    /// take 10 s, a breaker opens for 15 s, the longest delay before an attempt is 30 s.
    static let recovery = VirtualTime.seconds(180)

    let scenario: PoolScenario
    var random: SimulationRandom
    var generator: SeededNumbers
    private(set) var now = VirtualTime.zero
    private var agenda = Agenda()
    private(set) var history: History
    private(set) var nodes: [SimulatedNode] = []
    var unreachable: Set<Int> = []
    var ledger: PoolLedger
    private(set) var violation: String?

    // The pool.
    var endpoints: EndpointPool<Int>
    private var filter: MergeFilter
    private var members: [SimulatedMember] = []
    private var retired: [SimulatedMember] = []
    /// Those whose topics move.
    private var leavingMembers: [SimulatedMember] = []
    /// Those that are not ready yet.
    private var joiningMembers: [SimulatedMember] = []
    private var connections: Int
    private var wanted: Set<String> = []
    private var lastMember = 0
    private var movesUnderWay = 0
    private var isResizing = false
    private var queued = 0
    private(set) var isFull = false
    private var lastNumber = 0
    private(set) var moves = 0

    struct SeededNumbers: RandomNumberGenerator {
        var random: SimulationRandom

        mutating func next() -> UInt64 { UInt64(random.below(1 << 30)) << 34 ^ UInt64(random.below(1 << 34)) }
    }

    init(_ scenario: PoolScenario, isRecorded: Bool = false) throws {
        self.scenario = scenario
        random = SimulationRandom(seed: scenario.seed ^ 0xB00C)
        generator = SeededNumbers(random: SimulationRandom(seed: scenario.seed ^ 0x9E4))
        history = History(isRecorded: isRecorded)
        ledger = PoolLedger(scenario)
        connections = scenario.connections
        endpoints = EndpointPool(0..<scenario.nodes, configuration: .init(strategy: .leastConnections))
        var configuration = MergeFilter.Configuration()
        configuration.tellsStampedApartByID = scenario.isPinned || scenario.nodes > 1
        configuration.relayPatience =
            scenario.isPinned ? .microseconds(scenario.relayPatience.microseconds) : nil
        configuration.heldEvents = scenario.heldEvents
        filter = MergeFilter(configuration, using: &generator)
        nodes = (0..<scenario.nodes).map { SimulatedNode($0, world: self) }
        wanted = Set(scenario.topics.prefix(scenario.early))
        for endpoint in scenario.isPinned ? (0..<scenario.nodes).map({ $0 }) : [nil] {
            let shares = Dictionary(grouping: wanted) { Rendezvous.slot(for: $0, among: 0..<connections) }
            for slot in 0..<connections {
                members.append(try makeMember(slot, endpoint, topics: shares[slot]?.sorted() ?? []))
            }
        }
    }

    /// - Returns: What is wrong, or `nil`.
    func run() -> String? {
        for member in members { member.perform { $0.connect(now: $1) } }
        scheduleTrouble()
        consume()
        advance(to: scenario.trouble)
        unreachable = []
        note(1, 0, "all is well from now on")
        advance(to: now + Self.recovery)
        checkHealth()
        ledger.strictFrom = now
        publishAll()
        advance(to: now + .seconds(5))
        resize(to: connections == 1 ? 3 : 1)
        publishAll()
        advance(to: now + .seconds(60))
        publishAll()
        advance(to: now + .seconds(30))
        checkHealth()
        if filter.heldCount > 0 { fails("5: \(filter.heldCount) events are held at the end") }
        fails(ledger.missing())
        agenda.removeAll()
        return violation
    }

    // MARK: Trouble

    private func scheduleTrouble() {
        for _ in 0..<scenario.publications {
            let (node, topic) = (random.below(nodes.count), random.below(scenario.topics.count))
            after(random.time(.zero...scenario.trouble)) {
                for _ in 0..<self.random.within(1...5) { self.nodes[node].publish(topic) }
            }
        }
        for topic in scenario.topics.dropFirst(scenario.early) {
            after(random.time(.zero...scenario.trouble)) { self.subscribe(topic) }
        }
        for fault in scenario.faults {
            after(random.time(.zero...scenario.trouble)) { self.inflict(fault) }
        }
    }

    private func inflict(_ fault: PoolScenario.Fault) {
        let node = random.below(nodes.count)
        switch fault {
        case .cut: members.isEmpty ? () : members[random.below(members.count)].link?.cut()
        case .stall:
            note(12, 0, "a link stalls")
            members.isEmpty ? () : (members[random.below(members.count)].link?.isStalled = true)
        case .kill: nodes[node].kill(for: random.time(.milliseconds(10) ... .seconds(20)))
        case .unreachable:
            unreachable.insert(node)
            for link in nodes[node].links { link.cut() }
            after(random.time(.zero ... .seconds(30))) { self.unreachable.remove(node) }
        case .resize:
            resize(to: random.within(1...5))
            // Topics that begin while they move.
            for _ in 0..<random.within(0...8) {
                let topic = random.below(scenario.topics.count)
                after(random.time(.zero ... .milliseconds(500))) { self.nodes[node].publish(topic) }
            }
        }
    }

    private func publishAll() {
        for node in nodes {
            for topic in scenario.topics.indices {
                for _ in 0..<2 { node.publish(topic) }
            }
        }
    }

    func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    // MARK: The pool, as `PoolCore` does it

    private func makeMember(_ slot: Int, _ endpoint: Int?, topics: [String] = []) throws -> SimulatedMember {
        lastMember += 1
        return try SimulatedMember(
            number: lastMember, slot: slot, pinned: endpoint, topics: topics, world: self)
    }

    private var allMembers: [SimulatedMember] { members + joiningMembers + leavingMembers + retired }

    private var groups: [[SimulatedMember]] {
        Dictionary(grouping: members) { $0.pinned ?? -1 }.sorted { $0.key < $1.key }.map(\.value)
    }

    private func owner(of topic: String, in group: [SimulatedMember]) -> SimulatedMember? {
        Rendezvous.slot(for: topic, among: group.map(\.slot)).flatMap { slot in
            group.first { $0.slot == slot }
        }
    }

    private func subscribe(_ topic: String) {
        // Changes of members go alone.
        guard movesUnderWay == 0, !isResizing else {
            after(.milliseconds(100)) { self.subscribe(topic) }
            return
        }
        note(40, 0, "the user subscribes to \(topic)")
        wanted.insert(topic)
        for group in groups {
            owner(of: topic, in: group)?.ask({ $0.subscribe([topic], request: $1, now: $2) }, then: { _ in })
        }
    }

    private func resize(to count: Int) {
        guard movesUnderWay == 0, !isResizing, count != connections, violation == nil else { return }
        note(41, UInt64(count), "resize \(connections) to \(count)")
        let old = groups
        if count < connections {
            replace(old, with: old.map { $0.filter { $0.slot < count } }, count: count)
            return
        }
        // New ones have to be ready first.
        isResizing = true
        do {
            let new = try old.map { group in
                try group + (connections..<count).map { try makeMember($0, group.first?.pinned) }
            }
            let joining = new.flatMap { $0 }.filter { member in !members.contains { $0 === member } }
            joiningMembers = joining
            for member in joining { member.perform { $0.connect(now: $1) } }
            awaitReady(joining, tries: 100) { isReady in
                self.isResizing = false
                self.joiningMembers = []
                if isReady {
                    self.replace(old, with: new, count: count)
                } else {
                    for member in joining { self.retire(member) }
                }
            }
        } catch { fails("\(error)") }
    }

    private func awaitReady(_ joining: [SimulatedMember], tries: Int, then: @escaping (Bool) -> Void) {
        if joining.allSatisfy({ $0.machine.isReady }) { return then(true) }
        if tries == 0 { return then(false) }
        after(.milliseconds(100)) { self.awaitReady(joining, tries: tries - 1, then: then) }
    }

    private func retire(_ member: SimulatedMember) {
        retired.append(member)
        member.perform { $0.disconnect(now: $1) }
    }

    private func replace(_ old: [[SimulatedMember]], with new: [[SimulatedMember]], count: Int) {
        let leaving = members.filter { member in !new.contains { $0.contains { $0 === member } } }
        members = new.flatMap { $0 }
        leavingMembers = leaving
        connections = count
        for (before, after) in zip(old, new) {
            var shares: [[Int]: [String]] = [:]
            for topic in wanted.sorted() {
                guard let from = owner(of: topic, in: before), let to = owner(of: topic, in: after),
                    from !== to
                else { continue }
                shares[[from.number, to.number], default: []].append(topic)
            }
            for (pair, topics) in shares.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                guard let from = before.first(where: { $0.number == pair[0] }),
                    let to = after.first(where: { $0.number == pair[1] })
                else { continue }
                move(topics, from, to, leaving)
            }
        }
        if movesUnderWay == 0 { for member in leaving { retire(member) } }
    }

    private func move(
        _ topics: [String], _ from: SimulatedMember, _ to: SimulatedMember, _ leaving: [SimulatedMember]
    ) {
        movesUnderWay += 1
        moves += topics.count
        let id = filter.beginMove(
            topics, from: from.number, to: to.number, isWithinServer: from.node == to.node)
        let places = from.machine.places(of: topics)
        filter.setPlaces(places, of: id)
        note(42, id, "move \(id) of \(topics) from \(from.number) to \(to.number)")
        takeOver(places, of: id, from, to, leaving, tries: 100)
    }

    private func takeOver(
        _ places: [String: TopicPlace], of move: UInt64, _ from: SimulatedMember, _ to: SimulatedMember,
        _ leaving: [SimulatedMember], tries: Int
    ) {
        let again = {
            if tries > 0, from.machine.isReady {
                self.after(.milliseconds(100)) {
                    self.takeOver(places, of: move, from, to, leaving, tries: tries - 1)
                }
            } else {
                self.letGo(places, of: move, from, to, leaving, heads: [:])
            }
        }
        guard to.machine.isReady else { return again() }
        to.ask {
            $0.adopt(places, request: $1, now: $2)
        } then: { answer in
            guard answer.pending.isEmpty else { return again() }
            let topics = places.keys.sorted()
            let heads = to.machine.places(of: topics)
            self.passOn(
                self.filter.takenOver(
                    move, places: from.machine.places(of: topics), heads: heads, now: self.now.moment.instant)
            )
            var patience = VirtualTime.zero
            let isWithinServer = from.node == to.node
            if !isWithinServer {
                self.passOn(self.filter.switchMove(move, now: self.now.moment.instant))
                self.note(43, move, "move \(move) switches")
                if from.machine.isReady { patience = self.scenario.relayPatience }
            }
            self.after(patience + self.random.time(.zero ... .milliseconds(20))) {
                self.letGo(places, of: move, from, to, leaving, heads: heads)
            }
        }
    }

    /// The old member may not answer.
    private func switchMove(_ move: UInt64) {
        after(.seconds(1)) {
            guard self.filter.isHolding(move) else { return }
            if self.isFull { return self.switchMove(move) }
            self.note(43, move, "move \(move) switches, as the old member is silent")
            self.passOn(self.filter.switchMove(move, now: self.now.moment.instant))
        }
    }

    private func letGo(
        _ places: [String: TopicPlace], of move: UInt64, _ from: SimulatedMember, _ to: SimulatedMember,
        _ leaving: [SimulatedMember], heads: [String: TopicPlace]
    ) {
        let topics = places.keys.sorted()
        let places = places.merging(from.machine.places(of: topics)) { $1 }
        if from.node == to.node { switchMove(move) }
        from.ask({ $0.release(topics, request: $1, now: $2) }) { _ in
            self.finishRelease(topics, places, of: move, from, to, leaving, heads: heads)
        }
    }

    private func finishRelease(
        _ topics: [String], _ places: [String: TopicPlace], of move: UInt64, _ from: SimulatedMember,
        _ to: SimulatedMember, _ leaving: [SimulatedMember], heads: [String: TopicPlace]
    ) {
        if from.machine.isReady, filter.isHolding(move), filter.isBehind(heads, in: move) {
            after(.milliseconds(10)) {
                self.finishRelease(topics, places, of: move, from, to, leaving, heads: heads)
            }
            return
        }
        from.machine.finishRelease(topics)
        // Behind what was to be delivered.
        from.ask({ $0.subscribe([], request: $1, now: $2) }) { _ in
            self.endMove(topics, places, of: move, to, leaving)
        }
    }

    private func endMove(
        _ topics: [String], _ places: [String: TopicPlace], of move: UInt64, _ to: SimulatedMember,
        _ leaving: [SimulatedMember]
    ) {
        let places = places.merging(filter.lastPlaces(of: move)) { $1 }
        to.ask({
            $0.adopt(places, request: $1, now: $2)
            $0.stopWaiting($1)
        }) { _ in }
        passOn(
            filter.endMove(move, places: to.machine.places(of: topics), now: now.moment.instant))
        note(44, move, "move \(move) ends")
        movesUnderWay -= 1
        if movesUnderWay == 0 { for member in leaving { retire(member) } }
    }

    // MARK: Events

    func take(_ events: [WSEEvent], from member: SimulatedMember) {
        passOn(filter.take(events, from: member.number, now: now.moment.instant))
        if filter.heldCount > 2 * scenario.heldEvents + 64 * max(1, movesUnderWay) * 64 {
            fails("5: \(filter.heldCount) events are held")
        }
        if isFull { member.machine.emit(.updateReading) }
    }

    func missing(_ gap: WSEGap, from member: SimulatedMember) {
        var passed: [WSEEvent] = []
        let told = filter.missing(gap, from: member.number, now: now.moment.instant, into: &passed)
        passOn(passed)
        for gap in told { ledger.heard(.gap(gap)) }
    }

    private func passOn(_ events: [WSEEvent]) {
        for gap in filter.takeCertainGaps() { ledger.heard(.gap(gap)) }
        for event in events {
            note(
                50, event.offset ?? 0,
                "out: \(event.id ?? "-") \(event.topic ?? "") \(event.epoch ?? "") \(event.offset.map { "\($0)" } ?? "")"
            )
            ledger.take(event)
        }
        fails(ledger.violation)
        queued += events.count
        if !isFull, queued >= scenario.capacity {
            isFull = true
            filter.setPaused(true, now: now.moment.instant)
            for member in allMembers {
                member.perform { machine, _ in machine.emit(.updateReading) }
            }
        }
        armCopies()
    }

    private func armCopies() {
        guard let due = filter.nextDue else { return }
        let delay = VirtualTime(due - now.moment.instant)
        // Rounded down to microseconds, it must not come too early for ever.
        after(max(delay, .zero) + VirtualTime(microseconds: 1)) {
            let events = self.filter.takeOverdue(now: self.now.moment.instant)
            if !events.isEmpty { self.passOn(events) }
        }
    }

    private func consume() {
        after(random.time(.milliseconds(1) ... .milliseconds(random.chance(0.02) ? 5_000 : 200))) {
            self.queued = 0
            if self.isFull {
                self.isFull = false
                self.filter.setPaused(false, now: self.now.moment.instant)
                for member in self.allMembers {
                    member.perform { machine, _ in machine.emit(.updateReading) }
                }
                self.armCopies()
            }
            self.consume()
        }
    }

    // MARK: Checks

    private func checkHealth() {
        for member in members where violation == nil {
            if !member.machine.isReady { fails("2: member \(member.number) is not ready") }
            if !member.machine.subscriptions.isComplete {
                fails("2: member \(member.number) is not subscribed to all")
            }
        }
        for group in groups {
            let has = group.reduce(into: [String]()) { $0 += $1.machine.subscriptions.wanted.sorted() }
            if has.sorted() != wanted.sorted() {
                fails("2: topics are on \(has), wanted are \(wanted.sorted())")
            }
        }
    }

    // MARK: Time

    func after(_ delay: VirtualTime, _ work: @escaping () -> Void) {
        agenda.add(at: now + max(delay, .zero), work)
    }

    private func advance(to end: VirtualTime) {
        while violation == nil, let next = agenda.next, next <= end {
            guard let (time, work) = agenda.popFirst() else { return }
            now = max(now, time)
            work()
        }
        if violation == nil { now = max(now, end) }
    }

    func note(_ code: UInt64, _ detail: UInt64, _ text: @autoclosure () -> String) {
        history.note(now, code, detail, history.isRecorded ? text() : nil)
    }

    func fails(_ what: String?) {
        guard let what, violation == nil else { return }
        violation = what
        note(2, 0, "VIOLATION \(what)")
    }

    /// What happened how often.
    var counts: [String: Int] {
        [
            "published": lastNumber, "delivered": ledger.delivered.count, "without a stamp": ledger.relayed,
            "gaps": ledger.gaps, "resyncs": ledger.resyncs, "topics moved": moves,
            "duplicates withheld": Int(filter.duplicates),
        ]
    }
}
