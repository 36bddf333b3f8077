import WSEWire

extension SessionMachine {
    /// One item of an inbound frame, in order.
    @inline(__always)
    mutating func received(_ item: WireItem, from attempt: AttemptID, now: Moment) {
        // What still arrives while the user's close is under way belongs to a connection that is over.
        guard isConnected, currentAttempt == attempt else { return }
        switch item {
        case .event(let event): received(event, from: attempt, now: now)
        case .legacyPing(let milliseconds):
            transmit(
                messages.pong(
                    clientTimestamp: UInt64(clamping: milliseconds),
                    serverTimestamp: WSEValue(now.unixMilliseconds)))
        case .legacyPong(let milliseconds):
            gotPong(UInt64(clamping: milliseconds), now: now)
        case .encrypted:
            unreadable(WireError(.undecryptable, "an encrypted frame came and encryption is off"))
        case .failure(let error):
            unreadable(error)
        }
    }

    private mutating func unreadable(_ error: WireError) {
        counters.unreadable += 1
        emit(.signal(.unreadable(error)))
    }

    @inline(__always)
    private mutating func received(_ event: WSEEvent, from attempt: AttemptID, now: Moment) {
        // Applications' own types, nearly all there is, are told by one comparison.
        guard let type = event.internedType.messageType else {
            sequence(event, now: now)
            return
        }
        if let control = ControlMessage.table[event.internedType] {
            received(control, event, from: attempt, now: now)
        } else if type.handling != .handled {
            sequence(event, now: now)
        }
    }

    private mutating func received(
        _ control: ControlMessage, _ event: WSEEvent, from attempt: AttemptID, now: Moment
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
            server.update(serverHello: event.payload.value)
            becameReady(attempt, now: now)
        case .subscriptionUpdate:
            answered(
                SubscriptionAnswer(event.payload.value, correlationID: event.correlationID), now: now)
        case .ping:
            transmit(
                messages.pong(
                    clientTimestamp: now.unixMilliseconds,
                    serverTimestamp: event.payload["server_time"] ?? event.payload["timestamp"] ?? .null))
        case .pong:
            gotPong(event.payload["client_timestamp"]?.uintValue, now: now)
        case .error:
            gotError(event, from: attempt, now: now)
        }
    }

    private mutating func gotPong(_ clientTimestamp: UInt64?, now: Moment) {
        if let roundTrip = heartbeat.receivedPong(clientTimestamp: clientTimestamp, now.instant) {
            lastRoundTrip = roundTrip
        }
    }

    private mutating func gotError(_ event: WSEEvent, from attempt: AttemptID, now: Moment) {
        let error = WSEError(serverError: event.payload.value)
        if error.code == .auth, phase == .handshaking(attempt) {
            refused(error, now: now)
            return
        }
        emit(.signal(.serverError(error)))
        deliver(event)
    }

    @inline(__always)
    mutating func deliver(_ event: WSEEvent) {
        counters.eventsDelivered += 1
        deliveries.append(event)
    }
}

/// The messages that the session acts on; see protocol section 7.
enum ControlMessage {
    case serverReady, serverHello, subscriptionUpdate, ping, pong, error

    static let table: [InternedString: ControlMessage] = [
        "server_ready": .serverReady,
        "server_hello": .serverHello,
        "subscription_update": .subscriptionUpdate,
        "ping": .ping,
        "PING": .ping,
        "pong": .pong,
        "PONG": .pong,
        "error": .error,
    ]
}
