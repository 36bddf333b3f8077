import Logging
@_spi(WSE) import WSETransport
import WSEWire

/// Drives a ``SessionMachine``: takes inputs from any thread, and carries out its actions.
///
/// ## Threads
/// Inputs go into the machine under one lock, a whole socket read at a time. The actions that come out are carried
/// out after the lock is released, by one thread at a time and in order: whoever finds nobody at it does it, and
/// goes on until none are left; inputs that arrive meanwhile, on other threads or from within an action, only add
/// to the list. So an action may call back into the engine, and nothing overtakes anything.
///
/// In the common case, frames arriving on the connection's event loop, all of this is one thread.
final class SessionEngine: Sendable {
    struct State: ~Copyable {
        var machine: SessionMachine
        var isDraining = false
        /// Taken from the machine and being carried out.
        var carriedOut: [SessionAction] = []
        var connection: (attempt: AttemptID, handle: any WebSocketConnection)?
        /// Those that run; `work` is `nil` for the moment between registering and scheduling.
        var timers: [SessionTimer: (generation: UInt64, work: (any WSEScheduledWork)?)] = [:]
        var timerGeneration: UInt64 = 0
        var tokenTask: Task<Void, Never>?
        /// What the selector gave for an attempt, and the endpoint that failed last.
        var lease: (attempt: AttemptID, url: WebSocketURL, lease: any EndpointLease)?
        var failedEndpoint: WebSocketURL?
        var connectWaiters = Waiters<WSEError?>()
        var disconnectWaiters = Waiters<Void>()
        var subscriptionWaiters = Waiters<SubscriptionResult>()
        var sends = Outcomes<Result<SendOutcome.Disposition, WSEError>>(usual: .success(.sent))
        var requests = Outcomes<Result<WSEEvent, WSEError>>()
        /// What the machine wants done and is not known to be done.
        var inFlight: [SessionAction] { carriedOut + machine.waitingActions }
        var closeWaiters = Waiters<WSEError?>()
        /// How the last run of connecting ended, until the next begins.
        var end: End?
        var lastRequest: UInt64 = 0
    }

    enum End {
        case finished
        case failed(WSEError)
    }

    let configuration: WSEConfiguration
    let router: EventRouter
    let states = StateBroadcaster()
    private let metrics: MetricsReporter?
    let signals = SignalBroadcaster()
    private let state: OrderedMutex<State>
    let logger: Logger

    init(url: WebSocketURL, configuration: WSEConfiguration, random: SessionRandom = SessionRandom()) {
        self.configuration = configuration
        logger = configuration.logger
        metrics = configuration.metrics.map { MetricsReporter($0) }
        let reference = WeakEngine()
        router = EventRouter(buffering: configuration.eventBuffering, sink: configuration.eventSink) {
            reference.engine?.streamChanged()
        } onDropped: { count in
            reference.engine?.eventsDropped(count)
        }
        let now = Moment(configuration.clock)
        var machine = SessionMachine(
            settings: SessionSettings(configuration), url: url, random: random, now: now)
        machine.restored = configuration.positions
        if let failure = machine.outbox.storeFailure {
            logger.error(
                "the store of queued messages cannot be read, they are kept in memory alone",
                metadata: ["reason": "\(failure)"])
        }
        if !configuration.topics.isEmpty {
            machine.resumeRestored(configuration.topics)
            _ = machine.subscriptions.subscribe(configuration.topics, request: nil)
        }
        state = OrderedMutex(State(machine: machine))
        reference.engine = self
    }

    /// Runs `body` on the state, then carries out what the machine wants done.
    func perform<Result: Sendable>(_ body: (inout State, Moment) -> Result) -> Result {
        let now = Moment(configuration.clock)
        let (result, drains) = state.withLock { state -> (Result, Bool) in
            let result = body(&state, now)
            guard !state.isDraining else { return (result, false) }
            state.isDraining = true
            return (result, true)
        }
        if drains { drain(now) }
        return result
    }

    /// Changes what the engine keeps beside the machine, which gets no input.
    func withState<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        state.withLock { body(&$0) }
    }

    /// Reads from the state without giving the machine any input.
    func read<Result: Sendable>(_ body: (borrowing State) -> Result) -> Result {
        state.withLock { body($0) }
    }

    /// What the transport took of one attempt's messages.
    private struct Progress {
        var attempt: AttemptID
        var count = 0
        var position: UInt64 = 0
        /// Whose message was taken last; told with the rest, under the same lock.
        var caller: RequestID?
    }

    /// - Parameter now: When the input came that led to this.
    private func drain(_ now: Moment) {
        var actions: [SessionAction] = []
        var progress: Progress?
        var used: [[WSEEvent]] = []
        var latest: Moment? = now
        while true {
            let (isDone, sender) = state.withLock { state in
                var sender: CheckedContinuation<Result<SendOutcome.Disposition, WSEError>, Never>?
                if let progress {
                    state.machine.transmitted(
                        progress.attempt, count: progress.count, position: progress.position,
                        now: latest ?? Moment(configuration.clock))
                    // What was carried out meanwhile may have taken its time.
                    latest = nil
                    if let caller = progress.caller { sender = state.sends.resolveUsual(caller.rawValue) }
                }
                progress = nil
                // Let go of first, so that the array is used again.
                state.carriedOut = []
                state.machine.takeActions(into: &actions)
                state.carriedOut = actions
                // Behind the actions, which had these batches too.
                if !used.isEmpty { state.machine.recycle(&used) }
                state.isDraining = !actions.isEmpty
                return (actions.isEmpty, sender)
            }
            sender?.resume(returning: .success(.sent))
            if isDone {
                reportMetrics()
                return
            }
            for action in actions { carryOut(action, &progress, &used) }
        }
    }

    private func reportMetrics() {
        guard let metrics else { return }
        let (counters, roundTrips, roundTrip) = read {
            ($0.machine.counters, $0.machine.roundTrips, $0.machine.lastRoundTrip)
        }
        metrics.report(counters, roundTrips: roundTrips, last: roundTrip)
    }

    // MARK: Actions

    private func carryOut(
        _ action: SessionAction, _ progress: inout Progress?, _ used: inout [[WSEEvent]]
    ) {
        switch action {
        case .deliver(let events): deliver(events, &used)
        case .trimMemory(let all): router.trim(all: all)
        case .control(let attempt, let kind, let bytes): sendControl(attempt, kind, bytes)
        case .transmit(let attempt, let message): transmit(attempt, message, &progress)
        case .resolveSend(let caller, let result): resolve(caller, result)
        case .signal(let signal): for signal in router.reportable(signal) { announce(signal) }
        case .requestToken(let attempt, let request): requestToken(attempt, request)
        case .connect(let attempt, let target): connect(attempt, target)
        case .reportEndpoint(let attempt, let report): tell(attempt, report)
        case .close(let attempt, let code, let reason): handle(of: attempt)?.close(code: code, reason: reason)
        case .abort(let attempt): abort(attempt)
        case .startTimer(let timer, let delay): startTimer(timer, after: delay)
        case .cancelTimer(let timer): state.withLock { $0.timers.removeValue(forKey: timer) }?.work?.cancel()
        case .resolveConnect(let error, let run):
            // Somebody may have begun another session since, and waits for that one.
            let waiters = state.withLock { $0.connectWaiters.takeAll(through: run) }
            for waiter in waiters { waiter.resume(returning: error) }
        case .resolveClose(let error):
            for waiter in state.withLock({ $0.closeWaiters.takeAll() }) { waiter.resume(returning: error) }
        case .resolveDisconnect:
            for waiter in state.withLock({ $0.disconnectWaiters.takeAll() }) { waiter.resume() }
        case .resolveSubscription(let request, let result):
            resolve(request, result)
        case .resolveRequest(let request, let result):
            state.withLock { $0.requests.resolve(request.rawValue, result) }?.resume(returning: result)
        case .updateReading:
            updateReading()
        case .reopen:
            state.withLock { $0.end = nil }
            router.reopen()
        case .finish(let error):
            router.finish(throwing: error)
            let waiters = state.withLock { state in
                state.end = error.map { .failed($0) } ?? .finished
                return state.closeWaiters.takeAll()
            }
            for waiter in waiters { waiter.resume(returning: error) }
        }
    }

    /// - Parameter used: Gets what consumers are done with.
    private func deliver(_ batch: [WSEEvent], _ used: inout [[WSEEvent]]) {
        let outcome = router.deliver(batch)
        used += outcome.used
        if outcome.dropped > 0 { eventsDropped(outcome.dropped) }
        if outcome.unwanted > 0 {
            state.withLock { $0.machine.counters.dropped += UInt64(outcome.unwanted) }
        }
        if outcome.isFull { streamChanged() }
    }

    private func eventsDropped(_ count: Int) {
        state.withLock { $0.machine.counters.dropped += UInt64(count) }
        announce(.dropped(count: count))
    }

    /// A stream became full or was emptied. Which of it counts is decided where actions are carried out, one at a
    /// time, so that a pause decided on one thread cannot overtake a resume decided on another.
    private func streamChanged() {
        perform { state, _ in state.machine.emit(.updateReading) }
    }

    private func updateReading() {
        let now = Moment(configuration.clock)
        let (handle, isPaused) = state.withLock { state in
            // Until the client is ready, only the handshake is expected.
            let isPaused = state.machine.isReady && router.isFull
            state.machine.readingPaused(isPaused, now: now)
            return (state.connection?.handle, isPaused)
        }
        if isPaused { handle?.pauseReading() } else { handle?.resumeReading() }
    }

    private func sendControl(_ attempt: AttemptID, _ kind: WebSocketMessageKind, _ bytes: [UInt8]) {
        guard let handle = handle(of: attempt) else { return }
        do {
            // `Array.span` needs a newer system on Apple's platforms than this package does.
            _ = try bytes.withUnsafeBytes { try handle.send(kind, RawSpan(_unsafeBytes: $0)) }
        } catch let error as WebSocketError where error.code == .outputBufferFull {
            perform { state, now in state.machine.controlMessageStuck(attempt, now: now) }
        } catch {
            // The connection ends by itself if it is broken; only its end counts.
            logger.debug("message not sent", metadata: ["reason": "\(error)"])
        }
    }

    private func transmit(_ attempt: AttemptID, _ message: OutboundMessage, _ progress: inout Progress?) {
        let bytes = message.wireBytes
        do {
            guard let handle = handle(of: attempt) else {
                throw WebSocketError(.notOpen, "the connection is gone")
            }
            let kind = message.wireKind
            let receipt = try bytes.withUnsafeBytes { try handle.send(kind, RawSpan(_unsafeBytes: $0)) }
            note(&progress, bytes.count, of: attempt, position: receipt.position)
            if !message.isKept, let caller = message.caller {
                progress?.caller = caller
            } else {
                perform { state, now in state.machine.handedOver(message, error: nil, now: now) }
            }
        } catch {
            // Not taken, but no longer on its way either.
            note(&progress, bytes.count, of: attempt, position: nil)
            perform { state, now in
                state.machine.handedOver(message, error: WSEError(sending: error), now: now)
            }
        }
    }

    private func note(
        _ progress: inout Progress?, _ count: Int, of attempt: AttemptID, position: UInt64?
    ) {
        if let earlier = progress?.caller {
            progress?.caller = nil
            resolve(earlier, .success(.sent))
        }
        if progress?.attempt != attempt { progress = Progress(attempt: attempt) }
        progress?.count += count
        if let position { progress?.position = position }
    }

    private func resolve(_ caller: RequestID, _ result: Result<SendOutcome.Disposition, WSEError>) {
        state.withLock { $0.sends.resolve(caller.rawValue, result) }?.resume(returning: result)
    }

    private func requestToken(_ attempt: AttemptID, _ request: TokenRequest) {
        guard let provider = configuration.tokenProvider else { return }
        let task = Task {
            do {
                let token = try await provider.token(for: request)
                perform { state, now in state.machine.tokenArrived(attempt, token: token, now: now) }
            } catch {
                perform { state, now in state.machine.tokenFailed(attempt, error: error, now: now) }
            }
        }
        // Cancelled outside of the lock: a provider's cancellation handler may call into the client.
        let previous = state.withLock { state in
            defer { state.tokenTask = task }
            return state.tokenTask
        }
        previous?.cancel()
    }

    private func connect(_ attempt: AttemptID, _ target: ConnectionTarget) {
        guard let target = choose(attempt, target) else { return }
        let request = UpgradeRequest.make(target, configuration: configuration)
        let handler = ConnectionHandler(engine: self, attempt: attempt)
        let handle = configuration.transport.connect(request, handler: handler)
        state.withLock { $0.connection = (attempt, handle) }
    }

    /// Where the attempt goes; `nil` if it goes nowhere.
    private func choose(_ attempt: AttemptID, _ target: ConnectionTarget) -> ConnectionTarget? {
        guard let selector = configuration.endpoints else { return target }
        let failed = state.withLock { $0.failedEndpoint }
        switch selector.select(EndpointRequest(failed: failed)) {
        case .endpoint(let url, let lease):
            perform { state, _ in
                state.lease = (attempt, url, lease)
                state.machine.endpointChosen(attempt, url)
            }
            return ConnectionTarget(url: url, token: target.token)
        case .unavailable(let retryAfter):
            perform { state, now in
                state.machine.endpointUnavailable(attempt, retryAfter: retryAfter, now: now)
            }
            return nil
        }
    }

    private func tell(_ attempt: AttemptID, _ report: EndpointReport) {
        let lease = state.withLock { state -> (any EndpointLease)? in
            guard let current = state.lease, current.attempt == attempt else { return nil }
            if case .ended(let failed) = report {
                state.lease = nil
                state.failedEndpoint = failed ? current.url : nil
            }
            return current.lease
        }
        switch report {
        case .connected(let duration): lease?.connected(after: duration)
        case .measured(let roundTrip): lease?.measured(roundTrip)
        case .ended(let failed): lease?.ended(failed: failed)
        }
    }

    private func abort(_ attempt: AttemptID) {
        let (handle, task) = state.withLock { state -> ((any WebSocketConnection)?, Task<Void, Never>?) in
            guard let connection = state.connection, connection.attempt == attempt else {
                defer { state.tokenTask = nil }
                return (nil, state.tokenTask)
            }
            state.connection = nil
            return (connection.handle, nil)
        }
        task?.cancel()
        handle?.abort()
    }

    private func handle(of attempt: AttemptID) -> (any WebSocketConnection)? {
        state.withLock { state in
            guard let connection = state.connection, connection.attempt == attempt else { return nil }
            return connection.handle
        }
    }

    private func resolve(_ request: RequestID, _ result: SubscriptionResult) {
        state.withLock { $0.subscriptionWaiters.remove(request.rawValue) }?.resume(returning: result)
    }
}

/// Lets parts that outlive the engine reach it while it lives.
private final class WeakEngine: Sendable {
    private let reference = OrderedMutex(Reference())

    private struct Reference {
        weak var engine: SessionEngine?
    }

    var engine: SessionEngine? {
        get { reference.withLock { $0.engine } }
        set { reference.withLock { $0.engine = newValue } }
    }
}
