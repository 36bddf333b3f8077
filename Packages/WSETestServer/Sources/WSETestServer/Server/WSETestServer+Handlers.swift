internal import WSEWire

extension WSETestServer {
    /// Calls a function for each message of a type that clients send. One function per type: the latest counts.
    /// A server starts with one for `echo`, which sends the payload back under the same type and correlation id.
    ///
    /// <!-- given: server: WSETestServer -->
    /// ```swift
    /// server.on("order") { message in
    ///     try? message.connection.reply(to: message, "order_accepted", ["id": 1])
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - type: Of the messages that it is called for.
    ///   - handler: Called on the server's thread in the order of the messages, so it must not block; `nil` for none.
    ///     For a type of the protocol, such as `subscription_update`, it is called after the server has done its
    ///     part.
    public func on(_ type: String, perform handler: (@Sendable (ReceivedMessage) -> Void)?) {
        update { $0.handlers[type] = handler }
    }

    /// Calls a function for each message of the application, before that of its type. The latest counts.
    ///
    /// - Parameter handler: As for ``on(_:perform:)``. Handshake, heartbeat and subscriptions do not reach it.
    public func onMessage(perform handler: (@Sendable (ReceivedMessage) -> Void)?) {
        update { $0.handlerOfAll = handler }
    }

    /// Publishes what clients ask for with messages of type `publish`, whose payload has `topic`, `type` and `payload`.
    ///
    /// Published servers know no such message; applications behind them often do. What has no topic or no type is
    /// answered by an `error`, where the message has a correlation id.
    public func relayPublications() {
        on("publish") { [weak self] message in
            let wish = message.payload
            guard let topic = wish?["topic"]?.stringValue, let type = wish?["type"]?.stringValue else {
                // Only a client that has gone does not get it.
                try? message.connection.reply(
                    to: message, "error",
                    ["code": "INVALID_PUBLICATION", "message": "publish wants topic, type and payload"])
                return
            }
            _ = try? self?.publish(type, wish?["payload"] ?? .null, to: topic)
        }
    }

    /// What `echo` does unless a test sets another handler.
    static let echo: @Sendable (ReceivedMessage) -> Void = { message in
        // A payload that came as JSON goes back as JSON; only a client that has gone does not get it.
        try? message.connection.reply(to: message, "echo", message.payload?.value ?? .null)
    }
}
