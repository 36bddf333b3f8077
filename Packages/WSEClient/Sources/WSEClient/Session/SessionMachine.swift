import WSEResilience
import WSETransport
import WSEWire

/// The brain of a client: a value without I/O, clock or locks. Inputs go in as calls with the time they came at;
/// what is to be done comes out as ``SessionAction``s, in order.
///
/// Whatever a peer or a user does ends in an action, never in a trap. What an attempt that is no longer current
/// reports is ignored.
struct SessionMachine: ~Copyable {
    enum Phase: Equatable {
        /// Never connected, or disconnected by the user or by a first attempt that failed.
        case idle
        /// The token provider has been asked.
        case token(AttemptID)
        /// Socket, TLS and upgrade are under way.
        case connecting(AttemptID)
        /// Open; `client_hello` is sent, `server_hello` awaited.
        case handshaking(AttemptID)
        case ready(AttemptID)
        /// Until the reconnect timer fires.
        case waiting
        /// The user disconnects; the close handshake is under way.
        case closing(AttemptID)
        /// Ended by an error.
        case failed
    }

    let settings: SessionSettings
    var phase = Phase.idle
    var state = ConnectionState.pending
    var url: WebSocketURL
    var random: SessionRandom
    var messages: ClientMessages
    var heartbeat: HeartbeatMachine
    var subscriptions = SubscriptionMachine()
    var outbox: Outbox
    var requests = PendingRequests()
    var presence = PresenceRoster()
    /// Positions of an earlier run of topics that are not wanted yet.
    var restored: [String: TopicPosition] = [:]
    var network: NetworkMonitor
    /// What the server says about the link.
    var serverQuality: String?
    /// The `seq` of the last event that was delivered.
    var lastSequence: Int64?
    /// `nil` where the user does not ask for it.
    var encryption: EncryptionMachine?
    /// Whether there is ``encryption``, and whether signatures are checked. Asked for every event and message, where
    /// to look into the optionals would be to copy what is in them.
    let encrypts: Bool
    let verifies: Bool
    private var decoder: MessageDecoder
    private var items: [WireItem] = []
    var sequencer: EventSequencer<InternedString, InternedString, WSEEvent>
    var hints = SequencingHints()
    /// Where topics were when the epoch before their current one ended.
    var formerPositions: [String: TopicPosition] = [:]
    /// Answers that have overtaken their replay.
    var fence: ReplayFence
    /// Topics of which what comes after their position was asked for, until that is answered.
    var recoveries: Set<InternedString> = []
    /// Topics of which the server has no longer all that was missed.
    var partialRecoveries: [InternedString: PartialRecovery] = [:]
    /// Subscribed topics of which the server had no history; see ``unseen``.
    var withoutPast: Set<InternedString> = []
    /// Those of them of which nothing was seen before the connection was lost.
    var unseen: Set<InternedString> = []
    /// Events without a stamp came in the clear and were discarded, since the last answer to a subscription.
    var hasRefusedUnstamped = false
    var compressor = MessageCompressor()
    /// Stands still while the client does not read.
    var reading = ReadingClock()
    /// How often topics were asked for again in vain, while the timer for that runs.
    var asksUnanswered: Int?
    /// When the recovery timer is due, if it runs.
    var armedRecovery: ContinuousClock.Instant?
    /// When a ping was sent to see whether it is the link that keeps a hole from being filled.
    var linkProbed: ContinuousClock.Instant?
    /// When the replay timer is due, if it runs.
    var armedFence: ContinuousClock.Instant?
    var backoff: Backoff
    /// `nil` without one.
    var breaker: CircuitBreaker?
    /// The breaker's, for the attempt under way.
    var permit: CircuitBreaker.Permit?
    var server = ServerDescription()
    var counters = SessionCounters()

    /// Done once per call of `takeActions`.
    private var actions: [SessionAction] = []
    /// Events for the consumers, moved into an action before anything that must come after them.
    var deliveries: [WSEEvent] = []
    /// Emptied by ``recycle(_:)``; the next batch of deliveries needs no new one.
    private var emptied: [WSEEvent] = []

    /// When the current connection became ready.
    var readySince: ContinuousClock.Instant?
    /// Counts sessions from connecting to their end.
    var run: UInt64 = 0
    var lastAttempt = AttemptID(rawValue: 0)
    /// When the current attempt began.
    var attemptBegan: ContinuousClock.Instant?
    var lastToken: String?
    /// The token that a server refused since the last connection that lasted, and with what words.
    var refusedToken: String?
    var refusal: WSEError?
    /// Whether a token was refused since the last connection that lasted: the next refusal costs a delay.
    var wasRefused = false
    var tokenReason = TokenRequest.Reason.connecting
    /// Whether this run of connecting has been ready before; a first attempt may fail fast.
    var hasBeenReady = false
    /// Whether `client_hello` was sent on this connection.
    var hasGreeted = false
    var lastRoundTrip: Duration?
    /// How many round trips were measured.
    var roundTrips: UInt64 = 0

    init(settings: SessionSettings, url: WebSocketURL, random: SessionRandom, now: Moment) {
        var random = random
        self.settings = settings
        self.url = url
        messages = ClientMessages(clientVersion: settings.clientVersion, now: now, random: &random)
        messages.signsMessages = settings.signing != nil
        self.random = random
        heartbeat = HeartbeatMachine(
            interval: settings.heartbeatInterval, timeout: settings.livenessTimeout)
        var sequencing = SequencingConfiguration()
        sequencing.recoveryTimeout = settings.recoveryTimeout
        sequencing.isRecoveryAvailable = settings.recovers
        sequencing.heldPerTopic = settings.heldPerTopic
        sequencing.heldInTotal = settings.heldInTotal
        sequencing.hasOneHistory = !settings.isClustered
        fence = ReplayFence(
            patience: settings.replayPatience, answerTimeout: settings.recoveryTimeout)
        sequencer = EventSequencer(sequencing, using: &self.random)
        backoff = Backoff(settings.backoff)
        breaker = settings.circuitBreaker.map { CircuitBreaker($0) }
        network = NetworkMonitor(settings.network)
        encryption = settings.encryption.map { EncryptionMachine($0) }
        encrypts = settings.encryption != nil
        verifies = settings.signing?.verifier != nil
        decoder = MessageDecoder(limits: settings.limits)
        outbox = Outbox(
            capacity: settings.outboundCapacity, offline: settings.offlineQueue, store: settings.offlineStore,
            limit: settings.sendLimit, now: now.instant)
    }

    // MARK: Actions

    mutating func emit(_ action: consuming SessionAction) {
        flushDeliveries()
        actions.append(action)
    }

    mutating func flushDeliveries() {
        guard !deliveries.isEmpty else { return }
        var batch: [WSEEvent] = []
        swap(&batch, &emptied)
        swap(&batch, &deliveries)
        deliveries.reserveCapacity(batch.count)
        if let sequence = batch.last?.sequence { lastSequence = sequence }
        actions.append(.deliver(batch))
    }

    /// The actions since the last call.
    mutating func takeActions(into taken: inout [SessionAction]) {
        flushDeliveries()
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &actions)
    }

    /// What was emitted and not taken yet.
    var waitingActions: [SessionAction] { actions + [.deliver(deliveries)] }

    mutating func setState(_ new: ConnectionState) {
        guard state != new else { return }
        state = new
        emit(.signal(.state(new)))
    }

    /// The attempt that may speak, if there is one.
    var currentAttempt: AttemptID? {
        switch phase {
        case .token(let id), .connecting(let id), .handshaking(let id), .ready(let id), .closing(let id): id
        case .idle, .waiting, .failed: nil
        }
    }

    var isReady: Bool {
        if case .ready = phase { true } else { false }
    }

    /// Whether missed publications may be asked for on this connection.
    var recoveryIsAvailable: Bool {
        settings.recovers && (server.features.isEmpty || server.features.contains("recovery"))
    }

    /// Whether the socket is open, be the handshake done or not.
    var isConnected: Bool {
        switch phase {
        case .handshaking, .ready: true
        default: false
        }
    }

    // MARK: Frames

    /// Takes one message of a connection in.
    @inline(__always)
    mutating func received(
        _ message: RawSpan, as kind: FrameKind, from attempt: AttemptID, now: Moment
    ) {
        counters.messagesReceived += 1
        counters.bytesReceived += UInt64(message.byteCount)
        let isSealed =
            message.byteCount >= 2 && message.unsafeLoad(as: UInt8.self) == UInt8(ascii: "E")
            && message.unsafeLoad(fromByteOffset: 1, as: UInt8.self) == UInt8(ascii: ":")
        decoder.decode(message, as: kind, into: &items)
        route(isSealed: isSealed, from: attempt, now: now)
    }

    @inline(__always)
    private mutating func route(isSealed: Bool, from attempt: AttemptID, now: Moment) {
        // One item is the rule; a batch has many. They are moved out rather than copied. What they cause may read more.
        if items.count == 1, let item = items.popLast() {
            received(item, isSealed: isSealed, from: attempt, now: now)
            return
        }
        var taken: [WireItem] = []
        swap(&taken, &items)
        for index in taken.indices {
            var item = WireItem.legacyPing(milliseconds: 0)
            swap(&item, &taken[index])
            received(item, isSealed: isSealed, from: attempt, now: now)
        }
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &items)
    }

    /// Takes back events that no consumer needs any more, for their memory. Leaves nothing in `batches`.
    mutating func recycle(_ batches: inout [[WSEEvent]]) {
        while var batch = batches.popLast() {
            decoder.recycle(&batch)
            if batch.capacity > emptied.capacity { swap(&batch, &emptied) }
        }
    }

    /// Lets go of memory that was kept for what comes next: all of it, or what was not needed of late.
    mutating func releaseMemory(all: Bool) {
        if all { decoder.releaseMemory() } else { decoder.releaseUnusedMemory() }
        emptied = []
        emit(.trimMemory(all: all))
    }

    /// Sets the key with which frames of the current connection are opened from now on, or none.
    mutating func setDecryptor(_ decryptor: CipherDecryptor?) {
        decoder.decryptor = decryptor
    }

    /// Opens frames that came before the key.
    mutating func open(_ held: [[UInt8]], from attempt: AttemptID, now: Moment) {
        for sealed in held {
            sealed.withUnsafeBytes { decoder.decodeEncrypted(RawSpan(_unsafeBytes: $0), into: &items) }
            route(isSealed: true, from: attempt, now: now)
        }
    }

    /// Encodes and sends on the current connection; `false` where there is none.
    ///
    /// Only for messages that this package makes itself, whose payloads are always representable.
    ///
    /// - Parameter isPlaintext: For handshake and heartbeat, which servers understand in the clear only.
    @discardableResult
    mutating func transmit(_ envelope: Envelope, isPlaintext: Bool = false) -> Bool {
        guard isConnected, let attempt = currentAttempt, var bytes = try? envelope.json() else {
            return false
        }
        var kind = WebSocketMessageKind.text
        if !isPlaintext, encrypts, let encryption {
            guard let sealed = try? encryption.seal(bytes) else {
                // The key is used up: never in the clear, and a new connection has a new key.
                emit(.abort(attempt))
                return false
            }
            bytes = sealed
            kind = .binary
        }
        counters.messagesSent += 1
        counters.bytesSent += UInt64(bytes.count)
        emit(.control(attempt, kind, bytes))
        return true
    }
}
