public import WSEWire

/// One message that a client sent.
public struct ReceivedMessage: Sendable {
    /// Counts the messages of all clients in the order in which the server got them, from 0.
    public let index: Int
    /// Who sent it.
    public let connection: WSETestServer.Connection
    /// The kind of WebSocket message it came in.
    public let kind: FrameKind
    /// The WebSocket message as it was on the wire. Several messages share it if it was a batch.
    public let bytes: [UInt8]
    /// The envelope; `nil` for what is none, such as JSON in a binary frame. Also `nil` for an `E:` frame that cannot be opened
    /// or holds no text, such as `C:` or MessagePack: the server drops it, and no handler gets it.
    public let event: WSEEvent?
    /// Whether it came too fast, so that the server answered with `RATE_LIMITED` and did nothing else with it.
    public let wasRateLimited: Bool

    /// Whether it came in an `E:` frame that could be opened.
    public var wasEncrypted: Bool { event != nil && kind == .binary && bytes.starts(with: "E:".utf8) }

    /// The envelope's type.
    public var type: String? { event?.type }

    /// The envelope's payload.
    public var payload: WSEPayload? { event?.payload }

    /// The envelope's correlation id.
    public var correlationID: String? { event?.correlationID }

    /// The bytes as text, for what is no envelope.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether it belongs to handshake, heartbeat, subscriptions or requests of the protocol rather than to the application.
    ///
    /// Handshake and heartbeat in a binary frame are the application's, as on the published servers.
    public var isControl: Bool {
        type.map { Self.controlTypes.contains($0) || kind == .text && Self.textTypes.contains($0) } ?? false
    }

    private static let controlTypes: Set<String> = [
        "subscription_update", "sync_request", "sync_response", "health_check", "health_check_response",
        "metrics_request", "metrics_response",
    ]
    private static let textTypes: Set<String> = ["client_hello", "ping", "PING", "pong", "PONG", "heartbeat"]
}

extension ReceivedMessage: CustomStringConvertible {
    /// Number, type and size; never the payload.
    public var description: String {
        "#\(index) \(type ?? "no envelope") from connection \(connection.number), \(bytes.count) bytes"
    }
}
