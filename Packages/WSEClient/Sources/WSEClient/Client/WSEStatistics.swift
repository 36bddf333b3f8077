public import WSEResilience

/// A snapshot of what a client has done so far.
public struct WSEStatistics: Sendable, Hashable, Codable {
    /// Where the client is in the life of its connection.
    public var state: ConnectionState
    /// The server's name for this connection.
    public var connectionID: String?
    /// What the server says it is; `nil` before its hello.
    public var serverVersion: String?
    /// Topics that the server has confirmed.
    public var topics: Set<String>
    /// Topics that the user wants.
    public var wantedTopics: Set<String>
    /// WebSocket messages that came, control messages included.
    public var messagesReceived: UInt64
    /// WebSocket messages that went, control messages included.
    public var messagesSent: UInt64
    /// Payload bytes of the messages that came.
    public var bytesReceived: UInt64
    /// Payload bytes of the messages that went.
    public var bytesSent: UInt64
    /// Events handed to the streams.
    public var eventsDelivered: UInt64
    /// Events that had been delivered before and were not delivered again.
    public var duplicates: UInt64
    /// Holes announced.
    public var gaps: UInt64
    /// The publications in them.
    public var missed: UInt64
    /// Holes that were asked for while connected.
    public var recoveryRequests: UInt64
    /// Frames that could not be read.
    public var unreadable: UInt64
    /// Events without a good signature where one is wanted.
    public var unverified: UInt64
    /// Events that came in the clear although keys existed.
    public var downgrades: UInt64
    /// Events discarded by full streams.
    public var dropped: UInt64
    /// Messages given up while they waited for a connection.
    public var discarded: UInt64
    /// Messages that wait for room in the connection.
    public var waitingMessages: Int
    /// Messages that wait for a connection.
    public var offlineMessages: Int
    /// Attempts to connect.
    public var connectAttempts: UInt64
    /// Connections made again after a loss.
    public var reconnects: UInt64
    /// The circuit breaker; `nil` without one.
    public var circuitBreaker: CircuitBreaker.State?
    /// Events that wait behind a hole.
    public var heldEvents: Int
    /// Topics whose past is being asked for.
    public var recoveringTopics: Set<String>
    /// Events that wait in streams and for handlers.
    public var queuedEvents: Int
    /// Messages whose answer is awaited.
    public var pendingRequests: Int
    /// The last measured round trip.
    public var roundTrip: Duration?
    /// What is known of the link.
    public var network: Network
    /// What the server says about the link.
    public var serverQuality: String?
    /// Messages that may be sent at once; `nil` without a limit.
    public var sendTokens: Int?

    /// The link, judged by the round trips of the heartbeat.
    public struct Network: Sendable, Hashable, Codable {
        /// The judgement.
        public var quality: NetworkQuality
        /// Mean round trip.
        public var latency: Duration
        /// Mean difference between one round trip and the next.
        public var jitter: Duration
        /// Share of pings without an answer, 0 to 1.
        public var loss: Double
        /// How many round trips this rests on.
        public var samples: Int

        init(_ diagnostics: NetworkMonitor.Diagnostics) {
            quality = diagnostics.quality
            latency = diagnostics.latency
            jitter = diagnostics.jitter
            loss = diagnostics.loss
            samples = diagnostics.samples
        }
    }

    init(_ machine: borrowing SessionMachine, queuedEvents: Int, now: ContinuousClock.Instant) {
        state = machine.state
        connectionID = machine.server.connectionID
        serverVersion = machine.server.version
        topics = machine.subscriptions.acknowledged
        wantedTopics = machine.subscriptions.wanted
        messagesReceived = machine.counters.messagesReceived
        messagesSent = machine.counters.messagesSent
        bytesReceived = machine.counters.bytesReceived
        bytesSent = machine.counters.bytesSent
        eventsDelivered = machine.counters.eventsDelivered
        duplicates = machine.counters.duplicates
        gaps = machine.counters.gaps
        missed = machine.counters.missed
        recoveryRequests = machine.counters.recoveryRequests
        unreadable = machine.counters.unreadable
        unverified = machine.counters.unverified
        downgrades = machine.counters.downgrades
        dropped = machine.counters.dropped
        discarded = machine.counters.discarded
        waitingMessages = machine.outbox.waitingCount
        offlineMessages = machine.outbox.offlineCount
        connectAttempts = machine.counters.connects
        reconnects = machine.counters.reconnects
        circuitBreaker = machine.breaker?.state(now: now)
        heldEvents = machine.sequencer.heldEvents
        recoveringTopics = machine.recoveringTopics
        self.queuedEvents = queuedEvents
        pendingRequests = machine.requests.count
        roundTrip = machine.lastRoundTrip
        network = Network(machine.network.diagnostics)
        serverQuality = machine.serverQuality
        sendTokens = machine.outbox.availableTokens(now: now)
    }
}
