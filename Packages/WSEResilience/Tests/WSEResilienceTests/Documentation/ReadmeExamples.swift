import Synchronization
import Testing
import WSEResilience

/// The examples of the README and of the documentation of types, run. ``ReadmeTests`` holds them to the same text.
@Suite("README examples")
struct ReadmeExamples {
    private let now = ContinuousClock.now

    @Test("Backoff")
    func backoff() async throws {
        struct Connection {
            func untilItBreaks() async -> Duration { .seconds(60) }
        }
        struct Unreachable: Error {}
        var attempts = 0
        var slept: [Duration] = []
        func sleep(_ delay: Duration) async throws {
            slept.append(delay)
            if slept.count == 4 { throw CancellationError() }
        }
        func connect() async throws -> Connection {
            attempts += 1
            if attempts == 1 { throw Unreachable() }
            return Connection()
        }
        func run() async throws {
            var backoff = Backoff(.init(strategy: .exponential, base: .seconds(1), maximum: .seconds(30)))
            var generator = SystemRandomNumberGenerator()

            while let delay = backoff.next(using: &generator) {
                try await sleep(delay)
                guard let connection = try? await connect() else { continue }
                let held = await connection.untilItBreaks()
                backoff.recordStable(for: held)
            }
        }
        await #expect(throws: CancellationError.self) { try await run() }
        // The second failure in a row waits longer; after a stable connection it begins anew.
        #expect(slept[0] <= .milliseconds(1_200))
        #expect(slept[1] >= .milliseconds(1_200))
        #expect(slept[2] <= .milliseconds(1_200))
        #expect(attempts == 3)
    }

    @Test("SharedCircuitBreaker")
    func sharedCircuitBreaker() async throws {
        struct Service {
            func price(of symbol: String) async throws -> Int { 17 }
        }
        let service = Service()
        let breaker = SharedCircuitBreaker(.init(failureThreshold: 5, openDuration: .seconds(60)))
        do {
            let price = try await breaker.run { try await service.price(of: "AAPL") }
            print(price)
        } catch let error as ResilienceError where error.code == .circuitOpen {
            print("not before", error.retryAfter ?? .zero)
        }
        #expect(breaker.state == .closed)
    }

    @Test("CircuitBreaker")
    func circuitBreaker() {
        var breaker = CircuitBreaker()
        if case .admitted(let permit) = breaker.admit(now: now) {
            breaker.recordFailure(permit, now: now)
        }
        print(breaker.state(now: now), breaker.timeUntilAdmission(now: now))
        #expect(breaker.state(now: now) == .closed)
    }

    @Test("CircuitBreaker, both outcomes")
    func circuitBreakerOutcomes() async {
        func connect() async throws {}
        var breaker = CircuitBreaker()
        switch breaker.admit(now: .now) {
        case .admitted(let permit):
            do {
                try await connect()
                breaker.recordSuccess(permit, now: .now)
            } catch {
                breaker.recordFailure(permit, now: .now)
            }
        case .rejected(let retryAfter):
            print("not before", retryAfter)
        }
        #expect(breaker.state(now: .now) == .closed)
    }

    @Test("ResilienceError")
    func resilienceError() async throws {
        let bucket = SharedTokenBucket(.init(capacity: 1, rate: 1), now: { [now] in now })
        var waits: [Duration?] = []
        do {
            for _ in 0..<2 { try await bucket.acquire(within: .milliseconds(10)) }
        } catch let error as ResilienceError where error.code == .rateLimited {
            waits.append(error.retryAfter)  // 1 s
        }
        #expect(waits == [.seconds(1)])
    }

    @Test("Reservations of a TokenBucket")
    func reservations() {
        var bucket = TokenBucket(.init(capacity: 1, rate: 10))
        let first = bucket.reserve(now: now)
        let second = bucket.reserve(now: now)
        print(first?.delay ?? .zero, second?.delay ?? .zero)  // 0.0 seconds 0.1 seconds
        if let second { bucket.cancel(second, now: now) }
        #expect(second?.delay == .milliseconds(100))
        #expect(bucket.timeUntilAvailable(now: now) == .milliseconds(100))
    }

    @Test("TokenBucket")
    func tokenBucket() {
        var sent: [String] = []
        func send(_ message: String) { sent.append(message) }
        var bucket = TokenBucket(.init(capacity: 1000, rate: 100))
        if bucket.tryAcquire(now: now) {
            send("hello")
        } else if let wait = bucket.timeUntilAvailable(now: now) {
            print("try again in", wait)
        }
        bucket.heed(.refusal(retryAfter: .seconds(1)), now: now)
        #expect(sent == ["hello"])
        #expect(bucket.timeUntilAvailable(now: now) == .seconds(1))
    }

    @Test("SharedTokenBucket")
    func sharedTokenBucket() async throws {
        var sent: [String] = []
        func send(_ message: String) { sent.append(message) }
        let bucket = SharedTokenBucket(.init(capacity: 20, rate: 5))
        for message in ["a", "b", "c"] {
            try await bucket.acquire()
            send(message)
        }
        #expect(sent == ["a", "b", "c"])
    }

    struct Event {
        var topic = "prices"
        var epoch = "5f3a9c01"
        var offset: UInt64
    }

    final class Consumer {
        var log: [String] = []

        func take(_ event: Event) { log.append("\(event.offset)") }
        func note(_ text: String) { log.append(text) }
    }

    final class Connection {
        var requests: [RecoveryRequest<String, String>] = []

        func ask(for request: RecoveryRequest<String, String>) { requests.append(request) }
    }

    @Test("EventSequencer")
    func eventSequencer() {
        let consumer = Consumer()
        let connection = Connection()
        var sequencer = EventSequencer<String, String, Event>()

        func receive(_ event: Event, now: ContinuousClock.Instant) {
            let verdict = sequencer.process(
                event, topic: event.topic, epoch: event.epoch, offset: event.offset, now: now)
            if verdict == .deliver { consumer.take(event) }
            act()
        }

        func act() {
            while let output = sequencer.nextOutput() {
                switch output {
                case .deliver(let event): consumer.take(event)
                case .lost(let range): consumer.note("lost \(range.offsets) of \(range.topic)")
                case .epochChanged(let change): consumer.note("\(change.topic) began anew")
                case .request(let request): connection.ask(for: request)
                }
            }
        }

        func receiveFast(_ event: Event, hint: inout SequencingHint, now: ContinuousClock.Instant) {
            if sequencer.advance(event.topic, epoch: event.epoch, offset: event.offset, hint: &hint) {
                consumer.take(event)
            } else {
                receive(event, now: now)
            }
        }

        for offset: UInt64 in [0, 4, 1] { receive(Event(offset: offset), now: now) }
        #expect(connection.requests.map(\.missing) == [1...3])

        // The server has replayed what it could.
        let head = TopicPosition(epoch: "5f3a9c01", offset: 4)
        sequencer.recoveryAnswered("prices", with: RecoveryAnswer(head: head, recovered: true), now: now)
        act()

        // Once `sequencer.nextDeadline` has come, requests without answer are given up.
        sequencer.expire(now: now)
        act()

        // The connection broke; on the next one, each topic is asked for from where it was.
        sequencer.connectionLost()
        if let request = sequencer.beginRecovery(of: "prices", now: now) { connection.ask(for: request) }

        // An event without a stamp is known by its id.
        let id = EventID("0192f0c1-7d5e-7c3a-9a51-6f0d4b1c2e3f", key: sequencer.idKey)
        if sequencer.process(id: id, now: now) == .deliver { consumer.note("unstamped") }

        #expect(connection.requests.map(\.position.offset) == [0, 1, 1])
        sequencer.recoveryAnswered("prices", with: RecoveryAnswer(head: head, recovered: false), now: now)
        act()
        receive(Event(epoch: "77aa0000", offset: 0), now: now)
        var hint = SequencingHint()
        for offset: UInt64 in [1, 1, 2] {
            receiveFast(Event(epoch: "77aa0000", offset: offset), hint: &hint, now: now)
        }
        #expect(
            consumer.log == ["0", "1", "unstamped", "lost 2...3 of prices", "4", "prices began anew", "0", "1", "2"])
    }

    @Test("What an EventSequencer says")
    func sequencerOutputs() {
        var sequencer = EventSequencer<String, String, String>(
            SequencingConfiguration(heldPerTopic: 100, recoveryTimeout: .seconds(2)))
        var verdicts: [SequencingVerdict] = []
        var outputs: [SequencingOutput<String, String, String>] = []

        for offset: UInt64 in [0, 2, 3] {
            verdicts.append(
                sequencer.process("\(offset)", topic: "a", epoch: "e", offset: offset, now: now))
        }
        sequencer.expire(now: now + .seconds(2))
        while let output = sequencer.nextOutput() { outputs.append(output) }
        let statistics: SequencingStatistics = sequencer.statistics
        print(verdicts)  // deliver, gap(missing: 1...1), hold
        print(outputs)  // request after 0, lost 1...1, deliver 2, deliver 3
        print(statistics.gaps, statistics.timeouts, statistics.lost)  // 1 1 1

        #expect(verdicts == [.deliver, .gap(missing: 1...1), .hold])
        #expect(outputs.count == 4)
        #expect(
            outputs.dropFirst() == [
                .lost(LostRange(topic: "a", epoch: "e", offsets: 1...1)), .deliver("2"), .deliver("3"),
            ])
        #expect([statistics.gaps, statistics.timeouts, statistics.lost] == [1, 1, 1])
    }

    @Test("What a consumer is told")
    func announcements() {
        func describe(_ loss: LostRange<String, String>) -> String {
            "\(loss.count) events of \(loss.topic) are lost"
        }

        func describe(_ change: EpochChange<String, String>) -> String {
            "\(change.topic) went from \(change.previous.epoch) to \(change.epoch)"
        }

        #expect(
            describe(LostRange(topic: "a", epoch: "e", offsets: 1...3)) == "3 events of a are lost")
        let change = EpochChange(
            topic: "a", previous: TopicPosition(epoch: "e", offset: 4), epoch: "f", nextOffset: 0)
        #expect(describe(change) == "a went from e to f")
    }

    @Test("TopicPositions")
    func topicPositions() {
        var handed = TopicPositions<String, String>()
        handed.track("prices")
        handed.record("prices", TopicPosition(epoch: "5f3a9c01", offset: 17))
        let saved = handed.positions

        var sequencer = EventSequencer<String, String, Event>()
        sequencer.restore(saved)
        #expect(sequencer.position(of: "prices")?.offset == 17)
    }

    @Test("ConnectionSequencer")
    func connectionSequencer() {
        var sequencer = ConnectionSequencer<String>()
        for (number, text) in [(1, "a"), (3, "c"), (2, "b")] {
            if sequencer.process(text, sequence: UInt64(number), now: now) == .deliver { print(text) }
            while let output = sequencer.nextOutput() { print(output) }
        }
        #expect(sequencer.position == 3)
    }

    @Test("DuplicateWindow and EventID")
    func duplicateWindow() {
        let key = EventID.Key()
        var window = DuplicateWindow(capacity: 10_000, lifetime: .seconds(300))
        let isNew = window.insert(EventID("order-17", key: key), now: now)
        let isNewAgain = window.insert(EventID("order-17", key: key), now: now)
        print(isNew, isNewAgain)  // true false
        #expect(isNew && !isNewAgain)
    }

    @Test("EventID")
    func eventID() {
        let key = EventID.Key()
        let id = EventID("0192f0c1-7d5e-7c3a-9a51-6f0d4b1c2e3f", key: key)
        let same = EventID("0192F0C1-7D5E-7C3A-9A51-6F0D4B1C2E3F", key: key)  // a UUID has no case
        let other = EventID("order-17", key: key)
        print(id == same, id == other)  // true false
        #expect(id == same && id != other)
    }

    @Test("NetworkQuality")
    func networkQuality() {
        var monitor = NetworkMonitor()
        for sample in [200, 220] { monitor.recordRoundTrip(.milliseconds(sample)) }
        let known: NetworkMonitor.Diagnostics = monitor.diagnostics
        if known.quality != .unknown, known.quality < .good {
            print(known.quality, known.latency, known.jitter, known.loss)  // fair 0.21 seconds 0.02 seconds 0.0
        }
        #expect(known.quality == .fair)
        #expect(known.latency == .milliseconds(210) && known.jitter == .milliseconds(20) && known.loss == 0)
    }

    @Test("NetworkMonitor")
    func networkMonitor() {
        var monitor = NetworkMonitor()
        for sample in [42, 48, 45] { monitor.recordRoundTrip(.milliseconds(sample)) }
        print(monitor.quality)  // excellent
        monitor.recordLoss()
        print(monitor.quality)  // poor: one of four was lost
        #expect(monitor.quality == .poor)
    }

    @Test("OfflineQueue")
    func offlineQueue() {
        var sent: [String] = []
        func send(_ message: String) -> Bool {
            sent.append(message)
            return true
        }
        var queue = OfflineQueue<String, String>(.init(capacity: 1000, lifetime: .seconds(3600)))
        queue.add("log line", id: "m1", priority: 1, now: now)
        queue.add("order", id: "m2", priority: 10, now: now)
        queue.add("order, corrected", id: "m2", priority: 10, now: now)

        for entry in queue.removeExpired(now: now) { print("too old:", entry.id) }
        while let entry = queue.takeFirst(now: now) {
            if send(entry.message) { queue.confirm(entry.id) } else { queue.putBack(entry.id) }
        }
        #expect(sent == ["order, corrected", "log line"])
    }

    @Test("OfflineStore")
    func offlineStore() throws {
        let store = MemoryOfflineStore<String, String>()
        var queue = try OfflineQueue(store: store, now: now)
        queue.add("order", id: "m1", priority: 10, now: now)
        let restored = try OfflineQueue(store: store, now: now)
        print(restored.count)  // 1
        #expect(restored.count == 1)
    }

    @Test("A store of one's own")
    func ownStore() throws {
        final class Journal: OfflineStore {
            let lines = Mutex<[String]>([])

            func save(_ entry: OfflineEntry<String, String>) {
                lines.withLock { $0.append("save \(entry.id): \(entry.message)") }
            }

            func remove(_ id: String) { lines.withLock { $0.append("remove \(id)") } }
            func load(now: ContinuousClock.Instant) -> [OfflineEntry<String, String>] { [] }
        }
        let journal = Journal()
        var queue = try OfflineQueue(store: journal, now: now)
        queue.add("order", id: "m1", priority: 10, now: now)
        if let entry = queue.takeFirst(now: now) { queue.confirm(entry.id) }
        #expect(journal.lines.withLock { $0 } == ["save m1: order", "remove m1"])
    }

    @Test("What an addition to an OfflineQueue drops")
    func additions() {
        var queue = OfflineQueue<String, String>(.init(capacity: 1))
        queue.add("log line", id: "m1", priority: 1, now: now)
        let addition = queue.add("order", id: "m2", priority: 10, now: now)
        print(addition.outcome, addition.evicted?.message ?? "-")  // added log line
        #expect(addition.outcome == .added && addition.evicted?.message == "log line")
    }

    @Test("Taking an element out of an OutboundQueue")
    func handles() {
        var queue = OutboundQueue<String>(capacity: 1000)
        if let handle = queue.append("order", priority: 10) {
            print(queue.remove(handle) ?? "gone")  // order
            print(queue.remove(handle) ?? "gone")  // gone
        }
        #expect(queue.isEmpty)
    }

    @Test("OutboundQueue")
    func outboundQueue() {
        var queue = OutboundQueue<String>(capacity: 1000)
        queue.append("tick", priority: 1)
        queue.append("order", priority: 10)
        while let message = queue.popFirst() { print(message) }  // order, tick
        #expect(queue.isEmpty)
    }
}
