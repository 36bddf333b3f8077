import WSEResilience
import WSEWire

/// What this client sends. Handshake and heartbeat are JSON text, whatever else a client speaks.
enum ClientMessages {
    static func hello() throws(WireError) -> String {
        try text(
            "client_hello", ["client_version": .string(version), "protocol_version": 1], priority: .critical)
    }

    static let version = "from-parts/1"

    /// Asks for a topic and, from a position on, for what was missed. The same message asks for what is missing later on.
    static func subscribe(
        _ topic: String, after position: TopicPosition<String>?
    ) throws(WireError) -> String {
        var payload: [String: WSEValue] = [
            "action": "subscribe", "topics": .array([.string(topic)]), "recover": true,
        ]
        if let position {
            payload["recovery"] = [
                topic: ["epoch": .string(position.epoch), "offset": WSEValue(position.offset)]
            ]
        }
        return try text("subscription_update", .object(payload), priority: .high)
    }

    static func ping(unixMilliseconds: Int64) throws(WireError) -> String {
        try text("ping", ["timestamp": .int(unixMilliseconds)])
    }

    /// The answer to a server's ping.
    static func pong(to ping: WSEEvent, unixMilliseconds: Int64) throws(WireError) -> String {
        let payload: WSEValue = [
            "client_timestamp": .int(unixMilliseconds),
            "server_timestamp": ping.payload["server_time"] ?? .null,
        ]
        return try text("PONG", payload)
    }

    private static func text(
        _ type: String, _ payload: WSEValue, priority: MessagePriority? = nil
    ) throws(WireError) -> String {
        let envelope = Envelope(type: type, payload: payload, category: .system, priority: priority)
        return String(decoding: try envelope.json(), as: UTF8.self)
    }
}
