import Testing
import WSEResilience

@Suite("CircuitBreaker")
struct CircuitBreakerTests {
    private let start = ContinuousClock.now

    private func permit(
        _ breaker: inout CircuitBreaker, at now: ContinuousClock.Instant,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> CircuitBreaker.Permit {
        guard case .admitted(let permit) = breaker.admit(now: now) else {
            throw Histories.Failure(description: "not admitted")
        }
        return permit
    }

    /// A breaker that opened at `start`.
    private func opened(_ configuration: CircuitBreaker.Configuration = .init()) throws -> CircuitBreaker {
        var breaker = CircuitBreaker(configuration)
        for _ in 0..<configuration.failureThreshold {
            breaker.recordFailure(try permit(&breaker, at: start), now: start)
        }
        return breaker
    }

    @Test("five failures in a row open it for 60 s")
    func opens() throws {
        var breaker = CircuitBreaker()
        for _ in 0..<4 { breaker.recordFailure(try permit(&breaker, at: start), now: start) }
        #expect(breaker.state(now: start) == .closed)
        breaker.recordFailure(try permit(&breaker, at: start), now: start)
        #expect(breaker.state(now: start) == .open)
        #expect(breaker.admit(now: start + .seconds(1)) == .rejected(retryAfter: .seconds(59)))
        #expect(breaker.timeUntilAdmission(now: start + .milliseconds(59_999)) == .milliseconds(1))
        #expect(breaker.state(now: start + .seconds(60)) == .halfOpen)
        #expect(breaker.timeUntilAdmission(now: start + .seconds(60)) == .zero)
    }

    @Test("a success in between starts the count anew")
    func successBetween() throws {
        var breaker = CircuitBreaker()
        for round in 0..<3 {
            for _ in 0..<4 { breaker.recordFailure(try permit(&breaker, at: start), now: start) }
            #expect(breaker.state(now: start) == .closed, "round \(round)")
            breaker.recordSuccess(try permit(&breaker, at: start), now: start)
        }
    }

    @Test("half-open admits one probe at a time, and three successes close it")
    func halfOpen() throws {
        var breaker = try opened()
        let now = start + .seconds(60)
        for _ in 0..<3 {
            #expect(breaker.state(now: now) == .halfOpen)
            let probe = try permit(&breaker, at: now)
            #expect(breaker.admit(now: now) == .rejected(retryAfter: .seconds(60)))
            breaker.recordSuccess(probe, now: now)
        }
        #expect(breaker.state(now: now) == .closed)
        for _ in 0..<4 { breaker.recordFailure(try permit(&breaker, at: now), now: now) }
        #expect(breaker.state(now: now) == .closed)
    }

    @Test("a failed probe opens it again, and successes have to be gathered anew")
    func probeFails() throws {
        var breaker = try opened()
        let now = start + .seconds(60)
        for _ in 0..<2 { breaker.recordSuccess(try permit(&breaker, at: now), now: now) }
        breaker.recordFailure(try permit(&breaker, at: now), now: now)
        #expect(breaker.admit(now: now) == .rejected(retryAfter: .seconds(60)))
        let later = now + .seconds(60)
        for _ in 0..<2 { breaker.recordSuccess(try permit(&breaker, at: later), now: later) }
        #expect(breaker.state(now: later) == .halfOpen)
        breaker.recordSuccess(try permit(&breaker, at: later), now: later)
        #expect(breaker.state(now: later) == .closed)
    }

    @Test("the outcome of a call from before the state changed is ignored")
    func lateOutcomes() throws {
        var breaker = CircuitBreaker()
        let late = try permit(&breaker, at: start)
        for _ in 0..<5 { breaker.recordFailure(try permit(&breaker, at: start), now: start) }
        let now = start + .seconds(60)
        breaker.recordFailure(late, now: now)
        #expect(breaker.state(now: now) == .halfOpen)
        let probe = try permit(&breaker, at: now)
        breaker.recordSuccess(late, now: now)
        #expect(breaker.admit(now: now) == .rejected(retryAfter: .seconds(60)))
        breaker.recordSuccess(probe, now: now)
        breaker.recordSuccess(probe, now: now)
        breaker.recordSuccess(probe, now: now)
        #expect(breaker.state(now: now) == .halfOpen)
    }

    @Test("a cancelled probe makes way without counting")
    func cancelledProbe() throws {
        var breaker = try opened()
        let now = start + .seconds(60)
        for _ in 0..<5 { breaker.recordCancellation(try permit(&breaker, at: now), now: now) }
        #expect(breaker.state(now: now) == .halfOpen)
        for _ in 0..<3 { breaker.recordSuccess(try permit(&breaker, at: now), now: now) }
        #expect(breaker.state(now: now) == .closed)
    }

    @Test("a probe that never ends counts as failed")
    func lostProbe() throws {
        var breaker = try opened(.init(probeTimeout: .seconds(10)))
        let now = start + .seconds(60)
        let probe = try permit(&breaker, at: now)
        #expect(breaker.admit(now: now + .seconds(9)) == .rejected(retryAfter: .seconds(1)))
        #expect(breaker.admit(now: now + .seconds(10)) == .rejected(retryAfter: .seconds(60)))
        breaker.recordSuccess(probe, now: now + .seconds(11))
        #expect(breaker.state(now: now + .seconds(69)) == .open)
        #expect(breaker.state(now: now + .seconds(70)) == .halfOpen)
    }

    @Test("a reset closes it")
    func reset() throws {
        var breaker = try opened()
        breaker.reset()
        #expect(breaker.state(now: start) == .closed)
        _ = try permit(&breaker, at: start)
    }

    @Test("hostile configurations neither trap nor bar the way for ever")
    func extremes() throws {
        var breaker = CircuitBreaker(
            .init(
                failureThreshold: .min, openDuration: .seconds(Int64.max), successThreshold: -1,
                probeTimeout: .seconds(Int64.min)))
        breaker.recordFailure(try permit(&breaker, at: start), now: start)
        #expect(breaker.state(now: start) == .open)
        let later = start + .seconds(3_155_760_000)
        breaker.recordSuccess(try permit(&breaker, at: later), now: later)
    }
}

@Suite("CircuitBreaker: random histories")
struct CircuitBreakerHistoryTests {
    /// Says what a breaker should do by going through the whole history of its period each time.
    private struct Model {
        enum Record {
            case success, failure
        }

        let configuration: CircuitBreaker.Configuration
        /// When the present state began and what it is; the outcomes that counted since.
        var state = CircuitBreaker.State.closed
        var since: ContinuousClock.Instant
        var records: [Record] = []
        var period = 0
        var probe: (number: Int, began: ContinuousClock.Instant)?

        mutating func enter(_ next: CircuitBreaker.State, at instant: ContinuousClock.Instant) {
            state = next
            since = instant
            records = []
            probe = nil
            period += 1
        }

        mutating func pass(to now: ContinuousClock.Instant) {
            if state == .halfOpen, let probe, probe.began + configuration.probeTimeout <= now {
                enter(.open, at: probe.began + configuration.probeTimeout)
            }
            if state == .open, since + configuration.openDuration <= now {
                enter(.halfOpen, at: since + configuration.openDuration)
            }
        }

        mutating func admits(_ number: Int, now: ContinuousClock.Instant) -> Bool {
            pass(to: now)
            switch state {
            case .closed: return true
            case .open: return false
            case .halfOpen:
                if probe != nil { return false }
                probe = (number, now)
                return true
            }
        }

        mutating func record(
            _ record: Record?, call: (number: Int, period: Int), now: ContinuousClock.Instant
        ) {
            pass(to: now)
            guard call.period == period else { return }
            if state == .halfOpen {
                guard probe?.number == call.number else { return }
                probe = nil
            }
            guard let record else { return }
            records.append(record)
            let trailingFailures = records.reversed().prefix { $0 == .failure }.count
            switch state {
            case .closed where trailingFailures >= configuration.failureThreshold: enter(.open, at: now)
            case .halfOpen where record == .failure: enter(.open, at: now)
            case .halfOpen where records.count >= configuration.successThreshold: enter(.closed, at: now)
            default: break
            }
        }
    }

    @Test("agrees with the plain model")
    func agreesWithModel() {
        Histories.run("breaker", default: 3_000) { generator in
            let configuration = CircuitBreaker.Configuration(
                failureThreshold: 1 + generator.below(4), openDuration: .seconds(generator.below(10)),
                successThreshold: 1 + generator.below(4), probeTimeout: .seconds(1 + generator.below(10)))
            var now = ContinuousClock.now
            var breaker = CircuitBreaker(configuration)
            var model = Model(configuration: configuration, since: now)
            var calls: [(permit: CircuitBreaker.Permit, number: Int, period: Int)] = []
            for step in 0..<(10 + generator.below(90)) {
                if generator.chance(40) { now = now.advanced(by: .milliseconds(generator.below(4_000))) }
                if calls.isEmpty || generator.chance(50) {
                    let wait = breaker.timeUntilAdmission(now: now)
                    let admission = breaker.admit(now: now)
                    let isAdmitted = model.admits(step, now: now)
                    switch admission {
                    case .admitted(let permit):
                        try same(true, isAdmitted, "step \(step): admission")
                        try same(wait, .zero, "step \(step): wait")
                        calls.append((permit, step, model.period))
                    case .rejected(let retryAfter):
                        try same(false, isAdmitted, "step \(step): admission")
                        try same(wait, retryAfter, "step \(step): wait")
                        let end =
                            model.probe.map { $0.began + configuration.probeTimeout }
                            ?? model.since + configuration.openDuration
                        try same(retryAfter, now.duration(to: end), "step \(step): retry after")
                    }
                } else {
                    let index = generator.below(calls.count)
                    let call = calls[index]
                    // Some outcomes are reported twice, as a sloppy owner might.
                    if generator.chance(90) { calls.remove(at: index) }
                    switch generator.below(5) {
                    case 0:
                        breaker.recordCancellation(call.permit, now: now)
                        model.record(nil, call: (call.number, call.period), now: now)
                    case 1, 2:
                        breaker.recordSuccess(call.permit, now: now)
                        model.record(.success, call: (call.number, call.period), now: now)
                    default:
                        breaker.recordFailure(call.permit, now: now)
                        model.record(.failure, call: (call.number, call.period), now: now)
                    }
                }
                model.pass(to: now)
                try same(breaker.state(now: now), model.state, "step \(step): state")
            }
        }
    }
}
