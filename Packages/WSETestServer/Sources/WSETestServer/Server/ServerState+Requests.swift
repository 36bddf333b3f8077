internal import NIOCore
internal import WSEWire

extension ServerState {
    /// What `health_check` is answered with.
    var health: WSEValue {
        [
            "status": "healthy", "server_time": .string(Timestamp.text(unixMilliseconds: now)),
            "connections": .int(Int64(sessions.count)),
        ]
    }

    /// What `metrics_request` is answered with.
    var metrics: WSEValue {
        [
            "connections": .int(Int64(sessions.count)), "connections_total": .int(Int64(log.total)),
            "messages_received": .int(Int64(recording.total)), "topics": .int(Int64(topics.count)),
        ]
    }

    mutating func answer(_ request: WSEEvent, _ type: String, _ payload: WSEValue, _ link: ConnectionLink) {
        var envelope = Envelope(
            type: type, payload: payload, category: .system, correlationID: request.correlationID)
        messages.complete(&envelope)
        control(envelope, to: link)
    }

    /// Whether what came in one message is within the client's rate; tells the client what it needs to know about that.
    mutating func admits(_ events: [WSEEvent?], from link: ConnectionLink) -> Bool {
        // Without handshake and heartbeat a client that was too fast would be lost for good.
        if events.allSatisfy({ ["client_hello", "ping", "PONG", "pong"].contains($0?.type) }) { return true }
        let limits = configuration.limits
        let now = now
        switch sessions[link.number]?.limiter.admit(now: now) {
        case nil: return false
        case .admitted: return true
        case .warned(let remaining):
            let used = limits.rateLimitCapacity - remaining
            control(
                ControlMessages.rateLimitWarning(
                    rate: used, limit: limits.rateLimitCapacity, remaining: remaining,
                    retryAfter: Double(used) / Double(max(1, limits.rateLimitRefill))), to: link)
            return true
        case .refused(let retryAfter):
            control(
                ControlMessages.error(
                    code: "RATE_LIMITED", message: "Rate limit exceeded",
                    more: ["recoverable": true, "retry_after": .double(retryAfter)], now: now), to: link,
                isSealed: false)
            return false
        }
    }
}
