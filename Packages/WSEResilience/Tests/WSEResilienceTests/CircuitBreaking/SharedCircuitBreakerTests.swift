import Synchronization
import Testing
import WSEResilience

/// A clock that stands still until it is moved.
final class ManualTime: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    func advance(by duration: Duration) {
        instant.withLock { $0 = $0.advanced(by: duration) }
    }
}

@Suite("SharedCircuitBreaker")
struct SharedCircuitBreakerTests {
    struct Failed: Error {}

    private let time = ManualTime()

    private func breaker() -> SharedCircuitBreaker {
        SharedCircuitBreaker(.init(failureThreshold: 2, successThreshold: 1)) { [time] in time.now }
    }

    @Test("work passes through with its value or its error")
    func passes() async throws {
        let breaker = breaker()
        #expect(try await breaker.run { 42 } == 42)
        await #expect(throws: Failed.self) { try await breaker.run { throw Failed() } }
    }

    @Test("after failures it refuses without doing the work, and says when to come back")
    func refuses() async throws {
        let breaker = breaker()
        for _ in 0..<2 { _ = try? await breaker.run { throw Failed() } }
        #expect(breaker.state == .open)
        time.advance(by: .seconds(20))
        var wasCalled = false
        do {
            try await breaker.run { wasCalled = true }
            Issue.record("an open breaker let work through")
        } catch let error as ResilienceError {
            #expect(error.code == .circuitOpen)
            #expect(error.retryAfter == .seconds(40))
        }
        #expect(!wasCalled)
        #expect(breaker.timeUntilAdmission == .seconds(40))
        time.advance(by: .seconds(40))
        try await breaker.run { wasCalled = true }
        #expect(wasCalled)
        #expect(breaker.state == .closed)
    }

    @Test("an error that does not count leaves it as it is")
    func uncounted() async throws {
        let breaker = breaker()
        for _ in 0..<5 {
            await #expect(throws: Failed.self) {
                try await breaker.run(countsAsFailure: { _ in false }) { throw Failed() }
            }
        }
        #expect(breaker.state == .closed)
    }

    @Test("a probe that ends in an error that does not count makes way for the next")
    func uncountedProbe() async throws {
        let breaker = breaker()
        for _ in 0..<2 { _ = try? await breaker.run { throw Failed() } }
        time.advance(by: .seconds(60))
        _ = try? await breaker.run { throw CancellationError() }
        #expect(breaker.state == .halfOpen)
        #expect(try await breaker.run { true })
        #expect(breaker.state == .closed)
    }

    @Test("cancelled work does not count, whatever it throws")
    func cancelled() async throws {
        let breaker = breaker()
        for _ in 0..<5 {
            _ = try? await breaker.run { throw CancellationError() }
            let task = Task {
                try await breaker.run {
                    withUnsafeCurrentTask { $0?.cancel() }
                    throw Failed()
                }
            }
            _ = await task.result
        }
        #expect(breaker.state == .closed)
    }

    @Test("of many tasks at once, one is the probe")
    func oneProbe() async throws {
        let breaker = breaker()
        for _ in 0..<2 { _ = try? await breaker.run { throw Failed() } }
        time.advance(by: .seconds(60))
        // Every task asks before any of them ends its work, so that all but one are turned away.
        let admitted = await withTaskGroup(of: CircuitBreaker.Permit?.self) { group in
            for _ in 0..<100 { group.addTask { try? breaker.admit() } }
            return await group.reduce(into: [CircuitBreaker.Permit]()) { permits, permit in
                if let permit { permits.append(permit) }
            }
        }
        #expect(admitted.count == 1)
        for permit in admitted { breaker.recordSuccess(permit) }
        #expect(breaker.state == .closed)
    }

    @Test("of many runs at once through a half-open breaker, one does its work and the others are refused")
    func oneRun() async throws {
        let breaker = breaker()
        for _ in 0..<2 { _ = try? await breaker.run { throw Failed() } }
        time.advance(by: .seconds(60))
        let (refusals, refused) = AsyncStream.makeStream(of: Void.self)
        let worked = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do {
                        return try await breaker.run {
                            // The probe is under way until all others have been turned away.
                            var others = refusals.makeAsyncIterator()
                            for _ in 0..<49 { _ = await others.next() }
                            return true
                        }
                    } catch {
                        refused.yield()
                        return false
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(worked == 1)
        #expect(breaker.state == .closed)
    }

    @Test("failures of many runs at once open it once; late outcomes do not touch the half-open one")
    func concurrentFailures() async throws {
        let breaker = SharedCircuitBreaker(.init(failureThreshold: 10, successThreshold: 1)) { [time] in
            time.now
        }
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let (starts, started) = AsyncStream.makeStream(of: Void.self)
        let late = Task {
            try await breaker.run {
                started.yield()
                for await _ in gate {}
                throw Failed()
            }
        }
        for await _ in starts { break }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { _ = try? await breaker.run { throw Failed() } } }
        }
        #expect(breaker.state == .open)
        time.advance(by: .seconds(60))
        #expect(breaker.state == .halfOpen)
        open.finish()
        _ = await late.result
        #expect(breaker.state == .halfOpen)
        #expect(try await breaker.run { true })
        #expect(breaker.state == .closed)
    }

    @Test("a reset closes it")
    func reset() async throws {
        let breaker = breaker()
        for _ in 0..<2 { _ = try? await breaker.run { throw Failed() } }
        breaker.reset()
        #expect(try await breaker.run { true })
    }
}
