internal import WSEWire

/// The messages that the server sends of its own accord, member by member as the published servers do.
enum ControlMessages {
    static func serverReady(
        connectionID: String, userID: String?, features: WSETestServer.Features, now: UInt64
    ) -> Envelope {
        let details: WSEValue = [
            "connection_id": .string(connectionID),
            "features": [
                "batching": true, "circuit_breaker": true, "compression": .bool(features.compression),
                "encryption": false, "priority_queue": true,
                "recovery": .bool(features.recovery), "rust_jwt": true, "rust_transport": true,
            ],
            "server_time": .string(Timestamp.text(unixMilliseconds: now)),
            "user_id": userID.map { .string($0) } ?? .null,
            "version": 1,
        ]
        return Envelope(
            type: "server_ready",
            payload: ["details": details, "message": "Connection established"], category: .system)
    }

    static func serverHello(
        connectionID: String, configuration: WSETestServer.Configuration, publicKey: String?, now: UInt64
    ) -> Envelope {
        let features = configuration.features
        let limits = configuration.limits
        let interval = configuration.heartbeat.pingInterval ?? .seconds(25)
        var payload: WSEValue = [
            "connection_id": .string(connectionID),
            "features": [
                "batching": true, "client_compression": .bool(features.clientCompression), "cluster": false,
                "compression": .bool(features.compression), "encryption": .bool(publicKey != nil),
                "msgpack": true, "priority_queue": true, "recovery": .bool(features.recovery),
            ],
            "limits": [
                "max_message_size": .int(Int64(limits.maximumMessageSize)),
                "rate_limit_capacity": .int(Int64(limits.rateLimitCapacity)),
                "rate_limit_refill": .int(Int64(limits.rateLimitRefill)),
            ],
            "ping_interval": .int(interval.milliseconds),
            "protocol_version": 1,
            "server_time": .string(Timestamp.text(unixMilliseconds: now)),
            "server_version": .string(configuration.dialect.serverVersion),
        ]
        if let publicKey { payload["encryption_public_key"] = .string(publicKey) }
        return Envelope(type: "server_hello", payload: payload, category: .system)
    }

    static func pong(clientTimestamp: Int64, now: UInt64) -> Envelope {
        let now = Int64(clamping: now)
        let (latency, overflow) = now.subtractingReportingOverflow(clientTimestamp)
        return Envelope(
            type: "PONG",
            payload: [
                "client_timestamp": .int(clientTimestamp), "server_timestamp": .int(now),
                "latency": .int(overflow ? 0 : max(0, latency)),
            ], category: .system)
    }

    /// - Parameter retryAfter: Seconds.
    static func rateLimitWarning(rate: Int, limit: Int, remaining: Int, retryAfter: Double) -> Envelope {
        Envelope(
            type: "rate_limit_warning",
            payload: [
                "current_rate": .int(Int64(rate)), "limit": .int(Int64(limit)),
                "remaining": .int(Int64(remaining)), "retry_after": .double(retryAfter),
            ], category: .system)
    }

    static func error(code: String, message: String, more: [String: WSEValue] = [:], now: UInt64) -> Envelope
    {
        let members: [String: WSEValue] = [
            "code": .string(code), "message": .string(message),
            "timestamp": .string(Timestamp.text(unixMilliseconds: now)),
        ]
        return Envelope(
            type: "error", payload: .object(members.merging(more) { _, more in more }), category: .system)
    }
}

extension Duration {
    /// Whole milliseconds, clamped to what fits.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, sumOverflow) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return sumOverflow ? .max : sum
    }
}
