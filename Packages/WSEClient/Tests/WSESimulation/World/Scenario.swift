import WSECrypto
import WSEResilience
import WSEWire

@testable import WSEClient

/// What one seed is about: the server, the network, the settings of the client and how much goes wrong.
struct Scenario {
    /// The published servers that are modelled.
    enum Version: String {
        /// Stamps; answers, live events and replays overtake each other.
        case v251 = "2.5.1"
        /// No stamps, all but live events in one order.
        case v201 = "2.0.1"
    }

    enum Fault: CaseIterable {
        case cut, halfOpen, serverCloses, restart, outage, stalledOutput, latency, slowConsumer, rotatedToken
        case forgottenTopic, silentServer, lostPublications, nonsense, plaintext
    }

    let seed: UInt64
    let version: Version
    /// Servers behind one name, each with epochs of its own.
    let nodes: Int
    let topics: [String]
    /// Publications kept per topic, and the most that are replayed at once.
    let kept: Int
    let replayed: Int
    let recovers: Bool
    let answersWithAction: Bool
    let answersWithID: Bool
    let answersSealed: Bool
    /// The server application greets although there is no authentication.
    let announces: Bool
    let asksForToken: Bool
    let isEncrypted: Bool
    /// Loses nothing on a connection that stands, and answers.
    let isHonest: Bool
    let latency: ClosedRange<VirtualTime>
    /// How far the lanes of the server may be apart.
    let laneDelay: VirtualTime
    let duplicates: Double
    /// Publications without a stamp that take an offset all the same.
    let unstamped: Double
    /// Publications that a cut replay loses its end with.
    let cutReplays: Double
    let interleaving: Double
    let denied: Set<String>
    let trouble: VirtualTime
    let publications: Int
    let faults: [Fault]
    let userActions: Int
    let largeMessages: Bool
    /// Bytes that the transport takes before it is full.
    let transportBuffer: Int
    let streamCapacity: Int
    let streamDropsOldest: Bool
    let settings: SessionSettings
    let keyExchange: SimulatedKeyExchangeFactory?

    init(seed: UInt64) {
        var random = SimulationRandom(seed: seed)
        self.seed = seed
        version = random.chance(0.8) ? .v251 : .v201
        nodes = random.chance(0.1) ? 2 : 1
        topics = Array(["a", "b", "c", "d"].prefix(random.within(1...4)))
        kept = random.pick([4, 8, 16, 64, 128])
        replayed = random.chance(0.2) ? 5 : 500
        recovers = random.chance(0.95)
        answersWithAction = random.chance(0.5)
        answersWithID = random.chance(0.5)
        answersSealed = random.chance(0.5)
        announces = random.chance(0.3)
        asksForToken = random.chance(0.4)
        isEncrypted = random.chance(0.3)
        isHonest = random.chance(0.5)
        let slowest = random.pick([2, 20, 200])
        latency = .milliseconds(slowest / 2)...(.milliseconds(slowest))
        laneDelay = .milliseconds(random.pick([0, 5, 100, 1_000]))
        duplicates = random.chance(0.3) ? 0.1 : 0
        unstamped = random.chance(0.15) ? 0.05 : 0
        interleaving = random.chance(0.5) ? 0.05 : 0
        denied = random.chance(0.1) ? [random.pick(topics)] : []
        cutReplays = isHonest || version == .v201 ? 0 : random.pick([0, 0.2, 0.5])
        trouble = .seconds(random.within(10...150))
        publications = random.within(20...300)
        largeMessages = random.chance(0.1)
        transportBuffer = random.pick([1_000_000, 16_000_000])
        streamCapacity = random.pick([4, 50, 1_000])
        streamDropsOldest = random.chance(0.2)
        userActions = random.within(2...40)

        var possible = Fault.allCases
        if isHonest {
            possible.removeAll { $0 == .silentServer || $0 == .lostPublications || $0 == .plaintext }
        }
        if !isEncrypted { possible.removeAll { $0 == .plaintext } }
        // What is lost without a stamp, nobody can know.
        if version == .v201 { possible.removeAll { $0 == .lostPublications || $0 == .plaintext } }
        // Few kinds at a time show what many hide.
        let kinds = (0..<random.within(1...4)).map { _ in random.pick(possible) }
        faults = (0..<random.within(0...12)).map { _ in random.pick(kinds) }

        keyExchange = isEncrypted ? SimulatedKeyExchangeFactory() : nil
        var settings = SessionSettings()
        settings.asksForToken = asksForToken
        settings.failsFast = random.chance(0.3)
        settings.recovers = random.chance(0.95)
        settings.isClustered = nodes > 1
        settings.offlineQueue =
            random.chance(0.8)
            ? .init(capacity: random.pick([2, 10, 1_000]), lifetime: .seconds(random.pick([5, 60, 3_600])))
            : nil
        settings.sendLimit = random.chance(0.3) ? .init(capacity: 20, rate: 5) : nil
        settings.outboundCapacity = random.pick([2, 50, 10_000])
        // A hole that no replay can close costs what does not fit behind it.
        settings.heldPerTopic = unstamped > 0 ? 4_096 : random.pick([8, 64, 4_096])
        settings.heldInTotal = unstamped > 0 ? 16_384 : random.pick([16, 16_384])
        settings.encryption = keyExchange.map { exchange in
            var encryption = WSEEncryption(
                keyExchange: exchange, plaintext: random.pick([.reject, .reject, .accept, .disconnect]))
            encryption.heldFrames = random.pick([2, 256])
            return encryption
        }
        self.settings = settings
    }

    var title: String {
        """
        seed \(seed): server \(version.rawValue) x\(nodes), \(topics.count) topics, keeps \(kept), replays \(replayed), \
        \(isHonest ? "honest" : "lossy"), recovery \(recovers)/\(settings.recovers), token \(asksForToken), \
        encrypted \(isEncrypted), lanes \(laneDelay), latency \(latency.upperBound), duplicates \(duplicates), \
        unstamped \(unstamped), cut replays \(cutReplays), denied \(denied.sorted()), \
        held \(settings.heldPerTopic)/\(settings.heldInTotal), stream \(streamCapacity), faults \(faults)
        """
    }
}
