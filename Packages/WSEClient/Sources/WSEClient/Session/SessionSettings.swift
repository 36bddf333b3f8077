import WSEResilience
import WSEWire

/// The part of the configuration that the session itself needs.
struct SessionSettings: Sendable {
    var clientVersion = WSEClientVersion.current
    var asksForToken = false
    var failsFast = true
    var reconnects = true
    var backoff = Backoff.Configuration()
    var circuitBreaker: CircuitBreaker.Configuration?
    var connectTimeout = Duration.seconds(10)
    /// How long a server may take to speak first after the upgrade.
    var greetingDelay = Duration.milliseconds(100)
    var heartbeatInterval = Duration.seconds(15)
    var livenessTimeout = Duration.seconds(40)
    var subscriptionTimeout = Duration.seconds(10)
    var recoveryTimeout = Duration.seconds(5)
    /// How long a replay may pause once its answer is in.
    var replayPatience = Duration.seconds(2)
    /// Events that wait behind a hole, per topic and in all. A busy server interleaves a replay with thousands of
    /// live events; see decision 0005.
    var heldPerTopic = 4_096
    var heldInTotal = 16_384
    var recovers = true
    /// Whether a topic may come from several servers, each with a history of its own.
    var isClustered = false
    /// Messages that wait for room in the connection.
    var outboundCapacity = 10_000
    var offlineQueue: OfflineQueue<String, OutboundMessage>.Configuration?
    var offlineStore: OutboxStore?
    var sendLimit: TokenBucket.Configuration?
    var encryption: WSEEncryption?
    var compression = WSECompression.automatic
    /// Whether the user's messages go as MessagePack.
    var sendsMessagePack = false
    var signing: WSESigning?
    var network = NetworkMonitor.Configuration()
    var limits = WireLimits()

    /// What a shorter period counts as: a timer of none would keep a core busy.
    static let shortest = Duration.milliseconds(10)

    init() {}

    init(_ configuration: WSEConfiguration) {
        clientVersion = configuration.clientVersion
        asksForToken = configuration.tokenProvider != nil
        failsFast = configuration.initialConnect == .failFast
        reconnects = configuration.reconnects
        backoff = configuration.backoff
        circuitBreaker = configuration.circuitBreaker
        connectTimeout = max(configuration.connectTimeout, Self.shortest)
        heartbeatInterval = max(configuration.heartbeatInterval, Self.shortest)
        livenessTimeout = max(configuration.livenessTimeout, Self.shortest)
        subscriptionTimeout = max(configuration.subscriptionTimeout, Self.shortest)
        recoveryTimeout = max(configuration.recoveryTimeout, Self.shortest)
        recovers = configuration.recovers
        isClustered = configuration.isClustered ?? (configuration.endpoints != nil)
        outboundCapacity = max(configuration.outboundCapacity, 1)
        offlineQueue = configuration.offlineQueue.map {
            OfflineQueue<String, OutboundMessage>.Configuration(capacity: $0.capacity, lifetime: $0.lifetime)
        }
        offlineStore = configuration.offlineStore.map { OutboxStore(store: $0) }
        sendLimit = configuration.sendLimit
        encryption = configuration.encryption
        compression = configuration.compression
        signing = configuration.signing
        sendsMessagePack = configuration.sendsMessagePack
        network = configuration.network
        limits = configuration.limits
    }
}

/// What a session counts.
struct SessionCounters: Sendable, Hashable {
    var messagesReceived: UInt64 = 0
    var messagesSent: UInt64 = 0
    var bytesReceived: UInt64 = 0
    var bytesSent: UInt64 = 0
    var eventsDelivered: UInt64 = 0
    var duplicates: UInt64 = 0
    /// Events of topics that were just unsubscribed from.
    var late: UInt64 = 0
    var gaps: UInt64 = 0
    var recoveryRequests: UInt64 = 0
    var missed: UInt64 = 0
    var unreadable: UInt64 = 0
    /// Applications' events without a good signature.
    var unverified: UInt64 = 0
    /// Applications' events that came in the clear although they should not.
    var downgrades: UInt64 = 0
    var dropped: UInt64 = 0
    /// Messages of the user's that were given up while they waited for a connection.
    var discarded: UInt64 = 0
    var connects: UInt64 = 0
    var reconnects: UInt64 = 0
}
