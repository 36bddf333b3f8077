import WSETransport
import WSEWire

@testable import WSEClient

/// One history: a client, its user, a network and servers, in virtual time.
///
/// It goes through three stages. In the first, things go wrong. In the second all is well and the client has time to
/// recover. In the third nothing is excused any more: a few publications, one lost connection, a few more.
final class Simulation {
    /// How long after the trouble the client has to be well again: a silent link is noticed after 40 s, an attempt may
    /// take 10 s, the delay before the next is 30 s at most, and what is missing is asked for more than once.
    static let recovery = VirtualTime.seconds(150)

    let scenario: Scenario
    var random: SimulationRandom
    var agenda = Agenda()
    var history: History
    private(set) var now = VirtualTime.zero
    private(set) var violation: String?

    // The client.
    var machine: SessionMachine
    var isDraining = false
    var timers: [SessionTimer: UInt64] = [:]
    var lastTimer: UInt64 = 0
    var connection: ModelLink?
    var stream: SimulatedStream
    var lastRequest: UInt64 = 0
    var openSubscriptions: Set<UInt64> = []
    var openSends: [RequestID] = []
    var openConnects = 0
    var openDisconnects = 0
    /// Whether the stream of this run has ended, so that the user has to connect again.
    var hasEnded = true
    var announced = Announced()
    private(set) var sentCount = 0

    // The world.
    private(set) var servers: [ModelServer] = []
    var node = 0
    var extraLatency = VirtualTime.zero
    var laneDelay: VirtualTime
    var answerDelay = VirtualTime.milliseconds(5)
    var lastToken = 0
    /// Nothing goes wrong any more.
    private(set) var isCalm = false

    // The checks.
    var ledger: Ledger
    var sends = SendLedger()
    var happened: [String: Int] = [:]

    init(_ scenario: Scenario, isRecorded: Bool = false) throws {
        self.scenario = scenario
        random = SimulationRandom(seed: scenario.seed ^ 0x5EED)
        history = History(isRecorded: isRecorded)
        laneDelay = scenario.laneDelay
        machine = SessionMachine(
            settings: scenario.settings, url: try WebSocketURL("ws://node-0:1/wse"),
            random: SessionRandom(seed: scenario.seed), now: VirtualTime.zero.moment)
        stream = SimulatedStream(capacity: scenario.streamCapacity, dropsOldest: scenario.streamDropsOldest)
        ledger = Ledger(scenario)
        servers = (0..<scenario.nodes).map { ModelServer(node: $0, world: self) }
    }

    /// - Returns: What is wrong, or `nil`.
    func run() -> String? {
        scheduleTrouble()
        advance(to: scenario.trouble)
        calmDown()
        let settled = now + Simulation.recovery
        advance(to: settled)
        checkHealth()
        publishAll()
        advance(to: now + .seconds(3))
        connection?.cut()
        publishAll()
        advance(to: now + .seconds(60))
        publishAll()
        advance(to: now + .seconds(20))
        checkHealth()
        if let missing = ledger.missing(node: node) { fails(missing) }
        finish()
        agenda.removeAll()
        connection = nil
        return violation
    }

    /// The user's part is over: nothing may be left behind.
    private func finish() {
        user { $0.machine.disconnect(now: $1) }
        advance(to: now + .seconds(10))
        checkTheEnd()
    }

    private func publishAll() {
        ledger.strictFrom = ledger.strictFrom ?? now
        for server in servers {
            for _ in 0..<2 {
                for topic in scenario.topics.indices { server.publish(topic) }
            }
        }
    }

    private func calmDown() {
        isCalm = true
        extraLatency = .zero
        laneDelay = min(laneDelay, .milliseconds(100))
        answerDelay = .milliseconds(5)
        for server in servers {
            server.isOutOfReach = false
            server.isMute = false
            server.losesPublications = false
            server.forgetsToSeal = false
            server.firstGoodToken = 0
        }
        stream.isSlow = false
        consume()
        note(1, 0, "all is well from now on")
        keepConnecting()
    }

    /// A user who wants to be connected.
    private func keepConnecting() {
        if hasEnded { user { $0.connect($1) } }
        after(.seconds(1)) {
            if self.now < self.scenario.trouble + Simulation.recovery { self.keepConnecting() }
        }
    }

    // MARK: Time

    func after(_ delay: VirtualTime, _ work: @escaping () -> Void) {
        agenda.add(at: now + max(delay, .zero), work)
    }

    private func advance(to end: VirtualTime) {
        while violation == nil, let next = agenda.next, next <= end { step() }
        if violation == nil { now = max(now, end) }
    }

    private func step() {
        guard let (time, work) = agenda.popFirst() else { return }
        now = max(now, time)
        work()
    }

    /// What happens on other threads while the client carries out its actions.
    func interleave() {
        guard random.chance(scenario.interleaving), let next = agenda.next, next <= now + .milliseconds(2)
        else { return }
        step()
    }

    // MARK: Notes

    func note(_ code: UInt64, _ detail: UInt64 = 0, _ text: @autoclosure () -> String) {
        history.note(now, code, detail, history.isRecorded ? text() : nil)
    }

    func count(_ what: String) {
        happened[what, default: 0] += 1
    }

    func fails(_ what: String?) {
        guard let what, violation == nil else { return }
        violation = what
        note(2, 0, "VIOLATION \(what)")
    }

    func countSent(_ kind: WebSocketMessageKind, _ bytes: [UInt8]) -> Int {
        sentCount += 1
        checkConfidentiality(kind, bytes)
        return sentCount
    }
}

extension Simulation {
    /// What happened how often, for a report of what was covered.
    var counts: [String: Int] {
        var counts = happened
        counts["events delivered"] = ledger.delivered
        counts["messages sent"] = sends.handedOver
        counts["messages discarded"] = sends.discarded
        counts["reconnects"] = Int(machine.counters.reconnects)
        counts["recovery requests"] = Int(machine.counters.recoveryRequests)
        counts["duplicates"] = Int(machine.counters.duplicates)
        counts["events missed"] = Int(ledger.missed)
        return counts
    }
}
