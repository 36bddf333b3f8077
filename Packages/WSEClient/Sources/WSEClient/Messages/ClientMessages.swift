import WSEWire

/// Makes the messages of the client side, with ids of one series and a running sequence.
struct ClientMessages {
    private var identifiers = UUIDv7Generator()
    private var sequence: UInt64 = 0
    let clientVersion: String
    /// Told in `client_hello`.
    var signsMessages = false
    /// How the client names itself in `client_hello`.
    let connectionID: String

    init(clientVersion: String, now: Moment, random: inout SessionRandom) {
        self.clientVersion = clientVersion
        connectionID = identifiers.next(unixMilliseconds: now.unixMilliseconds, using: &random)
    }

    /// The next message id.
    mutating func nextID(now: Moment, random: inout SessionRandom) -> String {
        identifiers.next(unixMilliseconds: now.unixMilliseconds, using: &random)
    }

    /// Fills in what every envelope from this client carries.
    mutating func envelope(
        _ type: String, _ payload: WSEValue, category: MessageCategory, priority: MessagePriority? = nil,
        id: String? = nil, correlationID: String? = nil, now: Moment, random: inout SessionRandom
    ) -> Envelope {
        sequence += 1
        return Envelope(
            type: type, payload: payload, category: category, id: id ?? nextID(now: now, random: &random),
            sequence: sequence, unixMilliseconds: now.unixMilliseconds, priority: priority,
            correlationID: correlationID)
    }

    mutating func hello(encryptionPublicKey: String?, now: Moment, random: inout SessionRandom) -> Envelope {
        var payload: [String: WSEValue] = [
            "client_version": .string(clientVersion),
            "protocol_version": 1,
            "features": [
                "compression": true, "encryption": .bool(encryptionPublicKey != nil), "batching": true,
                "priority_queue": true, "circuit_breaker": true, "offline_queue": true,
                "message_signing": .bool(signsMessages),
                "rate_limiting": true, "health_check": true, "metrics": true,
            ],
            "connection_id": .string(connectionID),
        ]
        if let encryptionPublicKey { payload["encryption_public_key"] = .string(encryptionPublicKey) }
        return envelope(
            "client_hello", .object(payload), category: .system, priority: .critical, now: now,
            random: &random)
    }

    /// Heartbeats carry nothing but their time, as servers expect.
    func ping(timestamp: UInt64) -> Envelope {
        Envelope(type: "ping", payload: ["timestamp": WSEValue(timestamp)], category: .system)
    }

    func pong(clientTimestamp: UInt64, serverTimestamp: WSEValue) -> Envelope {
        Envelope(
            type: "PONG",
            payload: ["client_timestamp": WSEValue(clientTimestamp), "server_timestamp": serverTimestamp],
            category: .system)
    }

    /// - Parameters:
    ///   - positions: Where topics are to be resumed from.
    ///   - asksForPositions: Whether the answer is to say where the topics are.
    ///   - presence: What others on the topics are to see of this client.
    ///   - request: Comes back as `cid` from servers that tell what they answer to.
    mutating func subscribe(
        _ topics: [String], positions: [String: TopicPosition], asksForPositions: Bool, request: String,
        presence: WSEValue? = nil, now: Moment, random: inout SessionRandom
    ) -> Envelope {
        var payload: [String: WSEValue] = [
            "action": "subscribe", "topics": .array(topics.map(WSEValue.string)),
        ]
        if asksForPositions { payload["recover"] = true }
        var recovery: [String: WSEValue] = [:]
        for topic in topics {
            guard let position = positions[topic] else { continue }
            recovery[topic] = ["epoch": .string(position.epoch), "offset": WSEValue(position.offset)]
        }
        if !recovery.isEmpty { payload["recovery"] = .object(recovery) }
        if let presence { payload["presence"] = presence }
        return subscriptionUpdate(payload, request: request, now: now, random: &random)
    }

    mutating func unsubscribe(
        _ topics: [String], request: String, now: Moment, random: inout SessionRandom
    ) -> Envelope {
        subscriptionUpdate(
            ["action": "unsubscribe", "topics": .array(topics.map(WSEValue.string))], request: request,
            now: now, random: &random)
    }

    private mutating func subscriptionUpdate(
        _ payload: [String: WSEValue], request: String, now: Moment, random: inout SessionRandom
    ) -> Envelope {
        envelope(
            "subscription_update", .object(payload), category: .system, priority: .high, id: request,
            correlationID: request, now: now, random: &random)
    }
}
