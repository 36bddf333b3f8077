import WSEWire

/// What a server says of itself in `server_hello`, or, before that, in `server_ready`.
struct ServerDescription: Sendable, Hashable {
    var version: String?
    var connectionID: String?
    var userID: String?
    var features: Set<String> = []
    var maximumMessageSize: Int?
    var encryptionPublicKey: String?

    init() {}

    /// Whether it takes compressed messages.
    var inflates: Bool { features.contains("client_compression") }

    /// Whether publications carry their position. 2.0.1 never stamps them; later ones do where they can recover.
    var stampsPublications: Bool {
        let numbers = (version ?? "").split(separator: ".").prefix(2).map { Int($0) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return true }
        return (major, minor) > (2, 0)
    }

    init(serverReady payload: WSEValue) {
        let details = payload["details"] ?? .null
        connectionID = details["connection_id"]?.stringValue
        userID = details["user_id"]?.stringValue
        features = ServerDescription.features(details["features"])
    }

    mutating func update(serverHello payload: WSEValue) {
        version = payload["server_version"]?.stringValue
        connectionID = payload["connection_id"]?.stringValue ?? connectionID
        features = ServerDescription.features(payload["features"])
        maximumMessageSize = payload["limits", "max_message_size"]?.intValue
        encryptionPublicKey = payload["encryption_public_key"]?.stringValue
    }

    private static func features(_ value: WSEValue?) -> Set<String> {
        Set((value?.objectValue ?? [:]).filter { $0.value == true }.keys)
    }
}

/// The server application's answer to a `subscription_update`.
struct SubscriptionAnswer: Sendable, Hashable {
    struct Recovery: Sendable, Hashable {
        var epoch: String?
        var offset: UInt64?
        var recovered: Bool
        /// Whether the server keeps publications of the topic at all.
        var recoverable: Bool
    }

    var action: String?
    /// The request's, where the server application sends it back.
    var correlationID: String?
    var accepted: [String]
    var refused: [String]
    var recovery: [String: Recovery]

    init(_ payload: WSEValue, correlationID: String?) {
        self.correlationID = correlationID
        action = payload["action"]?.stringValue
        accepted = SubscriptionAnswer.topics(payload["success_topics"])
        refused = SubscriptionAnswer.topics(payload["failed_topics"])
        recovery = (payload["recovery"]?.objectValue ?? [:]).mapValues { entry in
            Recovery(
                epoch: entry["epoch"]?.stringValue, offset: entry["offset"]?.uintValue,
                recovered: entry["recovered"]?.boolValue ?? false,
                recoverable: entry["recoverable"]?.boolValue ?? false)
        }
    }

    /// Servers list names, or objects with the name and a reason.
    private static func topics(_ value: WSEValue?) -> [String] {
        (value?.arrayValue ?? []).compactMap { $0.stringValue ?? $0["topic"]?.stringValue }
    }
}

extension WSEError {
    /// The `error` message of a server.
    init(serverError payload: WSEValue) {
        let serverCode = payload["code"]?.stringValue ?? "SERVER_ERROR"
        let code: Code =
            switch serverCode {
            case "AUTH_REQUIRED", "AUTH_FAILED": .auth
            case "RATE_LIMITED": .rateLimit
            case "CIRCUIT_BREAKER_OPEN": .circuitBreaker
            case "ENCRYPTION_REQUIRED", "KEY_EXCHANGE_FAILED": .encryption
            case "PROTOCOL_ERROR": .protocol
            default: .server
            }
        self.init(
            code, payload["message"]?.stringValue ?? "the server reported an error",
            retryAfter: payload["retry_after"]?.doubleValue.flatMap(WSEError.delay),
            serverCode: serverCode)
    }

    /// A delay that a server asks for, in seconds. A day is the most that is believed; a duration has a limit, too.
    static func delay(seconds: Double) -> Duration? {
        seconds.isNaN ? nil : .seconds(min(max(0, seconds), 86_400))
    }
}
