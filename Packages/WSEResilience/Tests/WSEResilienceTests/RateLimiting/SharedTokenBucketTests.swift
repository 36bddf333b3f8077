import Synchronization
import Testing
import WSEResilience

@Suite("SharedTokenBucket")
struct SharedTokenBucketTests {
    /// Records what is slept and moves the time at once; an optional action happens while asleep.
    private final class Sleeper: Sendable {
        let time = ManualTime()
        let slept = Mutex<[Duration]>([])
        let whileAsleep = Mutex<[@Sendable () throws -> Void]>([])

        func sleep(_ duration: Duration) throws {
            slept.withLock { $0.append(duration) }
            let action = whileAsleep.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            try action?()
            time.advance(by: duration)
        }
    }

    private let sleeper = Sleeper()

    private func bucket(_ configuration: TokenBucket.Configuration) -> SharedTokenBucket {
        SharedTokenBucket(
            configuration, now: { [sleeper] in sleeper.time.now },
            sleep: { [sleeper] in try sleeper.sleep($0) })
    }

    @Test("waits exactly until the token is there")
    func waits() async throws {
        let bucket = bucket(.init(capacity: 2, rate: 4))
        for _ in 0..<4 { try await bucket.acquire() }
        #expect(sleeper.slept.withLock { $0 } == [.milliseconds(250), .milliseconds(250)])
    }

    @Test("does not begin a wait that would be too long")
    func tooLong() async throws {
        let bucket = bucket(.init(capacity: 1, rate: 1))
        try await bucket.acquire()
        do {
            try await bucket.acquire(within: .milliseconds(999))
            Issue.record("waited too long")
        } catch let error as ResilienceError {
            #expect(error.code == .rateLimited)
            #expect(error.retryAfter == .seconds(1))
        }
        #expect(sleeper.slept.withLock { $0 } == [])
        try await bucket.acquire(within: .seconds(1))
    }

    @Test("refuses what can never be had")
    func beyondCapacity() async throws {
        let bucket = bucket(.init(capacity: 3, rate: 1))
        do {
            try await bucket.acquire(4)
            Issue.record("acquired more than the capacity")
        } catch let error as ResilienceError {
            #expect(error.code == .beyondCapacity)
            #expect(error.retryAfter == nil)
        }
        #expect(bucket.tryAcquire(3))
    }

    @Test("a cancelled wait gives its tokens back")
    func cancellation() async throws {
        let bucket = bucket(.init(capacity: 2, rate: 1))
        try await bucket.acquire(2)
        sleeper.whileAsleep.withLock { $0 = [{ throw CancellationError() }] }
        await #expect(throws: CancellationError.self) { try await bucket.acquire(2) }
        #expect(bucket.timeUntilAvailable() == .seconds(1))
    }

    @Test("a cancelled task takes nothing")
    func cancelledBefore() async throws {
        let bucket = bucket(.init(capacity: 2, rate: 1))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await bucket.acquire()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(bucket.availableTokens == 2)
    }

    @Test("a refusal during the wait makes it queue up again behind the pause")
    func refusalWhileWaiting() async throws {
        let bucket = bucket(.init(capacity: 1, rate: 1))
        try await bucket.acquire()
        sleeper.whileAsleep.withLock { $0 = [{ bucket.heed(.refusal(retryAfter: .seconds(5))) }] }
        try await bucket.acquire()
        // 1 s for the first reservation, which the refusal at its start voided; then what is left of the pause.
        #expect(sleeper.slept.withLock { $0 } == [.seconds(1), .seconds(4)])
    }

    @Test("many tasks together get no more than burst and rate allow")
    func contention() async throws {
        let time = ManualTime()
        let bucket = SharedTokenBucket(.init(capacity: 50, rate: 10), now: { time.now })
        let taken = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 { group.addTask { bucket.tryAcquire() } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(taken == 50)
    }

    @Test("the system's clock is used by default")
    func systemClock() async throws {
        let bucket = SharedTokenBucket(.init(capacity: 1, rate: 1_000_000))
        for _ in 0..<3 { try await bucket.acquire() }
        #expect(bucket.timeUntilAvailable() != nil)
    }
}
