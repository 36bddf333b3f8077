import Testing
import WSEResilience

/// Values assigned to a configuration after its `init` pass its limits by; whoever works with it holds it to them.
@Suite("Configurations: assigned values", .timeLimit(.minutes(1)))
struct AssignedValuesTests {
    @Test("TokenBucket")
    func tokenBucket() {
        var configuration = TokenBucket.Configuration()
        configuration.capacity = -1
        configuration.rate = 0
        configuration.recoveryInterval = .zero
        configuration.recoveryStep = 0
        configuration.slowdown = .nan
        configuration.minimum = -1
        let held = TokenBucket(configuration).configuration
        #expect(held.capacity == 1)
        #expect(held.rate == 1e-6)
        #expect(held.recoveryInterval == .milliseconds(1))
        #expect(held.recoveryStep == 0.01)
        #expect(held.slowdown == 0.1)
        #expect(held.minimum == 0.01)
    }

    @Test("CircuitBreaker")
    func circuitBreaker() {
        var configuration = CircuitBreaker.Configuration()
        configuration.failureThreshold = 0
        configuration.successThreshold = -3
        configuration.openDuration = .seconds(-1)
        configuration.probeTimeout = .seconds(-1)
        let held = CircuitBreaker(configuration).configuration
        #expect(held.failureThreshold == 1)
        #expect(held.successThreshold == 1)
        #expect(held.openDuration == .zero)
        #expect(held.probeTimeout == .zero)
    }

    @Test("OfflineQueue, in memory and with a store")
    func offlineQueue() throws {
        var configuration = OfflineQueue<String, String>.Configuration()
        configuration.capacity = 0
        configuration.lifetime = .seconds(-1)
        let restored = try OfflineQueue(
            configuration, store: MemoryOfflineStore<String, String>(), now: ContinuousClock.now)
        for held in [OfflineQueue(configuration).configuration, restored.configuration] {
            #expect(held.capacity == 1)
            #expect(held.lifetime == .zero)
        }
    }

    @Test("NetworkMonitor")
    func networkMonitor() {
        var configuration = NetworkMonitor.Configuration()
        configuration.window = 0
        #expect(NetworkMonitor(configuration).configuration.window == 2)
    }

    @Test("ConnectionSequencer")
    func connectionSequencer() {
        var configuration = ConnectionSequencer<String>.Configuration()
        configuration.held = 0
        configuration.patience = .seconds(-1)
        let held = ConnectionSequencer<String>(configuration).configuration
        #expect(held.held == 1)
        #expect(held.patience == .zero)
    }

    @Test("Backoff: a negative number of attempts is no limit")
    func backoff() {
        var backoff = Backoff(Backoff.Configuration(attempts: -1))
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 { #expect(backoff.next(using: &generator) != nil) }
    }
}
