extension MessageType {
    /// Every type that the protocol names (PROTOCOL.md section 7), and last what stands for the family of types
    /// that end in `_response`.
    public static let registered: [MessageType] = [
        MessageType("server_ready", .handled, .system, answer: "client_hello"),
        MessageType("client_hello", .handled, .system, answer: "server_hello"),
        MessageType("server_hello", .handled, .system),
        MessageType("subscription_update", .handled, .system),
        MessageType("ping", .handled, .system, answer: "PONG"),
        MessageType("PING", .handled, .system, answer: "PONG"),
        MessageType("pong", .handled, .system),
        MessageType("PONG", .handled, .system),
        MessageType("heartbeat", .handled, .system),
        MessageType("health_check", .handled, .system, answer: "health_check_response"),
        MessageType("metrics_request", .handled, .system, answer: "metrics_response"),
        MessageType("sync_request", .handled, .snapshot, answer: "sync_response"),
        MessageType("config_update", .handled, .system),
        MessageType("priority_message", .handled, .system),
        MessageType("batch", .handled, .system),
        MessageType("error", .handledAndForwarded, .system),
        MessageType("rate_limit_warning", .handledAndForwarded, .system),
        MessageType("connection_quality", .handledAndForwarded, .system),
        MessageType("connection_state_change", .handledAndForwarded, .system),
        MessageType("snapshot_complete", .handledAndForwarded, .snapshot),
        MessageType("health_check_response", .handledAndForwarded, .system),
        MessageType("metrics_response", .handledAndForwarded, .system),
        MessageType("sync_response", .handledAndForwarded, .snapshot),
        MessageType("presence_join", .handledAndForwarded, .update),
        MessageType("presence_leave", .handledAndForwarded, .update),
        MessageType("presence_update", .handledAndForwarded, .update),
        MessageType("*_response", .handledAndForwarded, .system),
    ]

    /// The index of an application's own type: none.
    static let unregistered = UInt8.max

    private static let indices = Dictionary(
        uniqueKeysWithValues: registered.enumerated().map { ($1.name, UInt8($0)) })

    static func index(of name: String) -> UInt8 {
        if let index = indices[name] { return index }
        return name.hasSuffix("_response") ? UInt8(registered.count - 1) : unregistered
    }
}
