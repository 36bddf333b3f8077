import WSECrypto
import WSEWire

extension SessionMachine {
    /// One item of an inbound frame, in order.
    ///
    /// - Parameter isSealed: Whether it came encrypted.
    @inline(__always)
    mutating func received(_ item: WireItem, isSealed: Bool, from attempt: AttemptID, now: Moment) {
        // What still arrives while the user's close is under way belongs to a connection that is over.
        guard isConnected, currentAttempt == attempt else { return }
        switch item {
        case .event(let event): received(event, isSealed: isSealed, from: attempt, now: now)
        case .legacyPing(let milliseconds):
            transmit(
                messages.pong(
                    clientTimestamp: UInt64(clamping: milliseconds),
                    serverTimestamp: WSEValue(now.unixMilliseconds)), isPlaintext: true)
        case .legacyPong(let milliseconds):
            gotPong(UInt64(clamping: milliseconds), now: now)
        case .encrypted(let sealed):
            receivedEarly(sealed)
        case .failure(let error):
            unreadable(error)
            if (error.underlying as? CryptoError)?.code == .messageLimitReached {
                // This key opens nothing any more; a new connection has a new one.
                emit(.abort(attempt))
                attemptFailed(
                    WSEError(.encryption, "the key has opened as many messages as it may", underlying: error),
                    isTerminal: false, now: now)
            }
        }
    }

    /// An encrypted frame for which there is no key yet.
    private mutating func receivedEarly(_ sealed: [UInt8]) {
        guard encrypts else {
            unreadable(WireError(.undecryptable, "an encrypted frame came and encryption is off"))
            return
        }
        do {
            try encryption?.hold(sealed)
        } catch {
            unreadable(WireError(.undecryptable, "an encrypted frame came before the key", underlying: error))
        }
    }

    private mutating func unreadable(_ error: WireError) {
        counters.unreadable += 1
        emit(.signal(.unreadable(error)))
    }

    @inline(__always)
    private mutating func received(
        _ event: WSEEvent, isSealed: Bool, from attempt: AttemptID, now: Moment
    ) {
        // Applications' own types, nearly all there is, are told by one comparison.
        guard let type = event.internedType.messageType else {
            if isSealed || admitsPlaintext(event, from: attempt, now: now) { sequence(event, now: now) }
            return
        }
        if let control = ControlMessage.table[event.internedType] {
            received(control, event, isSealed: isSealed, from: attempt, now: now)
        } else if type.handling != .handled, isSealed || admitsPlaintext(event, from: attempt, now: now) {
            sequence(event, now: now)
        }
    }

    private mutating func received(
        _ control: ControlMessage, _ event: WSEEvent, isSealed: Bool, from attempt: AttemptID, now: Moment
    ) {
        switch control {
        case .serverReady:
            guard phase == .handshaking(attempt) else { return }
            server = ServerDescription(serverReady: event.payload.value)
            greet(now: now)
        case .serverHello:
            // Servers know one hello for each connection; a later one says nothing about this client.
            guard phase == .handshaking(attempt) else { return }
            greet(now: now)
            // Making the keys may have ended the attempt.
            guard phase == .handshaking(attempt) else { return }
            server.update(serverHello: event.payload.value)
            agreeOnKeys(attempt, now: now)
        case .subscriptionUpdate:
            answered(
                SubscriptionAnswer(event.payload.value, correlationID: event.correlationID), now: now)
        case .ping:
            transmit(
                messages.pong(
                    clientTimestamp: now.unixMilliseconds,
                    serverTimestamp: event.payload["server_time"] ?? event.payload["timestamp"] ?? .null),
                isPlaintext: true)
        case .pong:
            gotPong(event.payload["client_timestamp"]?.uintValue, now: now)
        case .error:
            gotError(event, from: attempt, now: now)
        case .rateLimitWarning:
            gotRateLimitWarning(event, now: now)
            show(event, isSealed: isSealed, now: now)
        case .connectionQuality:
            serverQuality = event.payload["quality"]?.stringValue
            show(event, isSealed: isSealed, now: now)
        case .presence:
            guard isSealed || admitsPlaintext(event, from: attempt, now: now) else { return }
            if let change = PresenceChange(event) { presence.saw(change) }
            sequence(event, now: now)
        case .healthCheck, .metricsRequest, .syncRequest:
            answer(control, to: event, now: now)
        }
    }

    /// A notice of the server's, for the application too. In the clear it says nothing about order.
    private mutating func show(_ event: WSEEvent, isSealed: Bool, now: Moment) {
        if isSealed || !encrypts { sequence(event, now: now) } else { deliver(event, now: now) }
    }

    // MARK: Encryption

    /// With the keys the client is ready; without those that are required, the connection is of no use.
    private mutating func agreeOnKeys(_ attempt: AttemptID, now: Moment) {
        guard encrypts else {
            becameReady(attempt, now: now)
            return
        }
        do throws(WSEError) {
            try encryption?.finish(server)
        } catch {
            emit(.abort(attempt))
            // A server that never confirmed it is the wrong one; one that does no longer may be mended.
            attemptFailed(error, isTerminal: !hasBeenReady, now: now)
            return
        }
        setDecryptor(encryption?.cipher.map { CipherDecryptor(cipher: $0) })
        becameReady(attempt, now: now)
        let held = encryption?.takeHeld() ?? []
        if !held.isEmpty { open(held, from: attempt, now: now) }
    }

    /// Whether an event that came in the clear may pass; also before the keys are there.
    @inline(__always)
    private mutating func admitsPlaintext(_ event: WSEEvent, from attempt: AttemptID, now: Moment) -> Bool {
        guard encrypts else { return true }
        return judgePlaintext(event, from: attempt, now: now)
    }

    private mutating func judgePlaintext(_ event: WSEEvent, from attempt: AttemptID, now: Moment) -> Bool {
        counters.downgrades += 1
        emit(.signal(.downgrade(type: event.type)))
        switch encryption?.settings.plaintext.value {
        case .accept?, nil:
            return true
        case .reject?:
            if event.stamp == nil { hasRefusedUnstamped = true }
            askForSealed(event, now: now)
            return false
        case .disconnect?:
            emit(.abort(attempt))
            attemptFailed(
                WSEError(.encryption, "an event of type \(event.type) came in the clear"), isTerminal: false,
                now: now)
            return false
        }
    }

    /// The server may have replayed, or begun to publish, before it had the keys: now it has. Nothing in the event
    /// counts but whose place it claims to have.
    private mutating func askForSealed(_ event: WSEEvent, now: Moment) {
        guard isReady, let topic = event.stamp?.topic, !recoveries.contains(topic),
            subscriptions.isWanted(topic.string),
            let request = sequencer.beginRecovery(of: topic, now: reading.now(now.instant))
        else { return }
        recover([topic.string: TopicPosition(request.position)], now: now)
        scheduleRecovery(now: now)
    }

    private mutating func gotPong(_ clientTimestamp: UInt64?, now: Moment) {
        if let roundTrip = heartbeat.receivedPong(clientTimestamp: clientTimestamp, now.instant) {
            lastRoundTrip = roundTrip
            noteRoundTrip(roundTrip)
            if isReady { emit(.reportEndpoint(lastAttempt, .measured(roundTrip))) }
        }
    }

    private mutating func gotError(_ event: WSEEvent, from attempt: AttemptID, now: Moment) {
        let error = WSEError(serverError: event.payload.value)
        if error.code == .auth, phase == .handshaking(attempt) {
            refused(error, now: now)
            return
        }
        if let caller = requests.take(event.correlationID) {
            resolveRequest(caller, .failure(error))
            return
        }
        if error.code == .rateLimit { heedRefusal(error, now: now) }
        emit(.signal(.serverError(error)))
        deliver(event, now: now)
    }

    @inline(__always)
    mutating func deliver(_ event: WSEEvent, now: Moment) {
        // Not before: what comes twice has its signature used up.
        if verifies, !isVerified(event, now: now) { return }
        if !requests.isEmpty, event.internedType.messageType?.isNotice != true,
            let caller = requests.take(event.correlationID)
        {
            resolveRequest(caller, .success(event))
            return
        }
        counters.eventsDelivered += 1
        deliveries.append(event)
    }
}

/// The messages that the session acts on; see protocol section 7.
enum ControlMessage {
    case serverReady, serverHello, subscriptionUpdate, ping, pong, error, rateLimitWarning, connectionQuality
    case healthCheck, metricsRequest, syncRequest, presence

    static let table: [InternedString: ControlMessage] = [
        "server_ready": .serverReady,
        "server_hello": .serverHello,
        "subscription_update": .subscriptionUpdate,
        "ping": .ping,
        "PING": .ping,
        "pong": .pong,
        "PONG": .pong,
        "error": .error,
        "rate_limit_warning": .rateLimitWarning,
        "connection_quality": .connectionQuality,
        "presence_join": .presence,
        "presence_leave": .presence,
        "presence_update": .presence,
        "health_check": .healthCheck,
        "metrics_request": .metricsRequest,
        "sync_request": .syncRequest,
    ]
}
