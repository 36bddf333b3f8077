import WSEResilience
import WSEWire

/// What is known of the link, and what the server says about it and about our rate.
extension SessionMachine {
    mutating func noteRoundTrip(_ roundTrip: Duration) {
        roundTrips += 1
        assessLink { $0.recordRoundTrip(roundTrip) }
        if isReady { setState(network.quality == .poor ? .degraded : .connected) }
    }

    mutating func notePongsMissed(_ count: Int) {
        guard count > 0 else { return }
        assessLink { network in
            for _ in 0..<count { network.recordLoss() }
        }
        if isReady { setState(.degraded) }
    }

    private mutating func assessLink(_ change: (inout NetworkMonitor) -> Void) {
        let before = network.quality
        change(&network)
        let quality = network.quality
        if quality != before { emit(.signal(.quality(quality))) }
    }

    // MARK: Rate

    mutating func gotRateLimitWarning(_ event: WSEEvent, now: Moment) {
        let remaining = event.payload["remaining"]?.intValue
        outbox.heed(.warning(remaining: remaining), now: now.instant)
        emit(
            .signal(
                .rateLimitWarning(
                    remaining: remaining,
                    retryAfter: event.payload["retry_after"]?.doubleValue.flatMap(WSEError.delay))))
    }

    mutating func heedRefusal(_ error: WSEError, now: Moment) {
        outbox.heed(.refusal(retryAfter: error.retryAfter ?? .seconds(1)), now: now.instant)
    }

    // MARK: Questions of the server

    /// Answers what a server asks about its client (protocol section 7).
    mutating func answer(_ question: ControlMessage, to event: WSEEvent, now: Moment) {
        guard isReady else { return }
        let (type, payload): (String, [String: WSEValue])
        var category = MessageCategory.system
        switch question {
        case .healthCheck: (type, payload) = ("health_check_response", health)
        case .metricsRequest: (type, payload) = ("metrics_response", metrics)
        case .syncRequest:
            (type, payload) = ("sync_response", synchronization)
            category = .snapshot
        default: return
        }
        transmit(
            messages.envelope(
                type, .object(payload), category: category, correlationID: event.correlationID ?? event.id,
                now: now, random: &random))
    }

    private var health: [String: WSEValue] {
        var payload: [String: WSEValue] = [
            "status": .string(state == .degraded ? "degraded" : "healthy"),
            "state": .string(state.rawValue), "quality": .string(network.quality.rawValue),
            "client_version": .string(messages.clientVersion),
            "connection_id": .string(messages.connectionID),
        ]
        if let lastRoundTrip { payload["latency_ms"] = .double(lastRoundTrip / .milliseconds(1)) }
        return payload
    }

    private var metrics: [String: WSEValue] {
        [
            "messages_received": WSEValue(counters.messagesReceived),
            "messages_sent": WSEValue(counters.messagesSent),
            "bytes_received": WSEValue(counters.bytesReceived),
            "bytes_sent": WSEValue(counters.bytesSent),
            "events_delivered": WSEValue(counters.eventsDelivered),
            "duplicates": WSEValue(counters.duplicates), "gaps": WSEValue(counters.gaps),
            "missed": WSEValue(counters.missed), "dropped": WSEValue(counters.dropped),
            "unreadable": WSEValue(counters.unreadable), "reconnects": WSEValue(counters.reconnects),
        ]
    }

    private var synchronization: [String: WSEValue] {
        [
            "client_version": .string(messages.clientVersion), "protocol_version": 1,
            "last_sequence": .int(lastSequence ?? 0),
            "subscriptions": .array(subscriptions.acknowledged.sorted().map(WSEValue.string)),
        ]
    }
}

extension SessionMachine {
    /// Topics whose past was asked for and is not complete yet.
    var recoveringTopics: Set<String> {
        Set(recoveries.map(\.string)).union(fence.topics)
    }
}
