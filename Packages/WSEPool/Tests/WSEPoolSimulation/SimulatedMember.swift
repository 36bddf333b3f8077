import WSEResilience
import WSETransport
import WSEWire

@testable import WSEClient
@testable import WSEPool

/// A real session machine, driven as the engine drives it, with its endpoint from the real endpoint pool.
final class SimulatedMember {
    let number: Int
    let slot: Int
    /// `nil` if the strategy picks.
    let pinned: Int?
    unowned let world: PoolSimulation
    var machine: SessionMachine
    private var isDraining = false
    private var timers: [SessionTimer: UInt64] = [:]
    private var lastTimer: UInt64 = 0
    private(set) var link: SimulatedLink?
    private var lease: (attempt: AttemptID, lease: EndpointPool<Int>.Lease)?
    private var failed: Int?
    private var lastRequest: UInt64 = 0
    private var waiting: [UInt64: (SubscriptionResult) -> Void] = [:]

    init(number: Int, slot: Int, pinned: Int?, topics: [String], world: PoolSimulation) throws {
        self.number = number
        self.slot = slot
        self.pinned = pinned
        self.world = world
        var settings = SessionSettings()
        settings.failsFast = false
        settings.isClustered = pinned == nil && world.scenario.nodes > 1
        machine = SessionMachine(
            settings: settings, url: try WebSocketURL("ws://node:1/wse"),
            random: SessionRandom(seed: world.scenario.seed ^ UInt64(number) << 32), now: world.now.moment)
        if !topics.isEmpty { _ = machine.subscriptions.subscribe(topics, request: nil) }
    }

    /// Where it is, or was last.
    private(set) var node: Int?

    // MARK: Inputs

    func perform(_ input: (inout SessionMachine, Moment) -> Void) {
        input(&machine, world.now.moment)
        guard !isDraining else { return }
        isDraining = true
        var actions: [SessionAction] = []
        while true {
            machine.takeActions(into: &actions)
            if actions.isEmpty { break }
            for action in actions { carryOut(action) }
        }
        isDraining = false
    }

    /// Something with an answer, and what is to be done then.
    func ask(
        _ start: (inout SessionMachine, RequestID, Moment) -> Void,
        then: @escaping (SubscriptionResult) -> Void
    ) {
        lastRequest += 1
        let request = RequestID(rawValue: lastRequest)
        waiting[lastRequest] = then
        perform { start(&$0, request, $1) }
    }

    func received(_ messages: [(text: String, whenRead: (() -> Void)?)], on link: SimulatedLink) {
        let attempt = AttemptID(rawValue: link.attempt)
        guard machine.currentAttempt == attempt else { return }
        perform { machine, now in
            machine.heartbeat.received(now.instant)
            for message in messages {
                Array(message.text.utf8).withUnsafeBytes {
                    machine.received(RawSpan(_unsafeBytes: $0), as: .text, from: attempt, now: now)
                }
            }
            machine.finishedRead(now: now)
        }
        for message in messages { message.whenRead?() }
    }

    func closed(_ link: SimulatedLink) {
        if self.link === link { self.link = nil }
        perform {
            $0.closed(AttemptID(rawValue: link.attempt), WebSocketClosure(code: .noStatus), now: $1)
        }
    }

    // MARK: Actions

    private func carryOut(_ action: SessionAction) {
        switch action {
        case .deliver(let events): world.take(events, from: self)
        case .control(_, _, let bytes): link?.receive(bytes)
        case .signal(.gap(let gap)): world.missing(gap, from: self)
        case .signal(let signal): world.ledger.heard(signal)
        case .connect(let attempt, _): connect(attempt)
        case .reportEndpoint(let attempt, let report): tell(attempt, report)
        case .close(_, _, _):
            let link = link
            link?.drop()
            if let link { world.after(.milliseconds(1)) { self.closed(link) } }
        case .abort:
            link?.drop()
            link = nil
        case .startTimer(let timer, let delay): start(timer, after: VirtualTime(delay))
        case .cancelTimer(let timer): timers[timer] = nil
        case .resolveSubscription(let request, let result):
            waiting.removeValue(forKey: request.rawValue)?(result)
        case .trimMemory: break
        case .updateReading:
            let isPaused = machine.isReady && world.isFull
            machine.readingPaused(isPaused, now: world.now.moment)
            link?.isPaused = isPaused
        default: break
        }
    }

    private func start(_ timer: SessionTimer, after delay: VirtualTime) {
        lastTimer += 1
        let generation = lastTimer
        timers[timer] = generation
        world.after(delay) { [weak self] in
            guard let self, timers[timer] == generation else { return }
            timers[timer] = nil
            perform { $0.timerFired(timer, now: $1) }
        }
    }

    private func connect(_ attempt: AttemptID) {
        let now = world.now.moment.instant
        let chosen =
            pinned.map { world.endpoints.select($0, now: now) }
            ?? world.endpoints.select(
                excluding: failed.map { [$0] } ?? [], now: now, using: &world.generator)
        guard let chosen else {
            let wait =
                pinned.map { world.endpoints.timeUntilAvailable($0, now: now) }
                ?? world.endpoints.timeUntilAvailable(now: now)
            perform { $0.endpointUnavailable(attempt, retryAfter: wait, now: $1) }
            return
        }
        lease = (attempt, chosen)
        node = chosen.endpoint
        let node = world.nodes[chosen.endpoint]
        world.note(30, attempt.rawValue, "member \(number) connects to \(node.number)")
        let link = SimulatedLink(attempt: attempt.rawValue, node: node, member: self)
        self.link = link
        world.after(world.random.time(world.scenario.latency)) { [self] in
            guard self.link === link else { return }
            if node.isDown || world.unreachable.contains(node.number) {
                link.drop()
                closed(link)
                return
            }
            node.links.append(link)
            perform { $0.opened(attempt, now: $1) }
        }
    }

    private func tell(_ attempt: AttemptID, _ report: EndpointReport) {
        guard let current = lease, current.attempt == attempt else { return }
        let now = world.now.moment.instant
        switch report {
        case .connected(let duration): world.endpoints.connected(current.lease, after: duration, now: now)
        case .measured(let roundTrip): world.endpoints.measured(current.lease, roundTrip, now: now)
        case .ended(let failed):
            world.endpoints.ended(current.lease, failed: failed, now: now)
            lease = nil
            self.failed = failed ? current.lease.endpoint : nil
        }
    }
}
