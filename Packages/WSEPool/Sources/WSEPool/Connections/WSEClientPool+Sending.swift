public import WSEClient
public import WSEWire

/// Messages go over the connection that their topic belongs to; without one, over the first that is ready, so that
/// messages of one priority keep their order as long as it lasts.
extension WSEClientPool {
    /// Sends one message; see `WSEClient.send(_:_:priority:correlationID:)`.
    ///
    /// - Parameters:
    ///   - type: What kind of message it is.
    ///   - payload: What it carries.
    ///   - topic: Decides over which connection; the message does not name it.
    ///   - priority: How urgent it is; `nil` for normal.
    ///   - correlationID: Links it to an answer or a request; `nil` for none.
    @discardableResult
    public func send(
        _ type: String, _ payload: WSEValue = [:], topic: String? = nil, priority: MessagePriority? = nil,
        correlationID: String? = nil
    ) async throws(WSEError) -> SendOutcome {
        try await core.sender(for: topic).send(
            type, payload, priority: priority, correlationID: correlationID)
    }

    /// Sends one message; see `WSEClient.send(_:_:priority:correlationID:)`.
    ///
    /// - Parameters:
    ///   - type: What kind of message it is.
    ///   - payload: What it carries.
    ///   - topic: Decides over which connection; the message does not name it.
    ///   - priority: How urgent it is; `nil` for normal.
    ///   - correlationID: Links it to an answer or a request; `nil` for none.
    @discardableResult
    public func send(
        _ type: String, _ payload: some Encodable, topic: String? = nil, priority: MessagePriority? = nil,
        correlationID: String? = nil
    ) async throws(WSEError) -> SendOutcome {
        try await core.sender(for: topic).send(
            type, payload, priority: priority, correlationID: correlationID)
    }

    /// Sends messages in one frame; see `WSEClient.sendBatch(_:)`.
    @discardableResult
    public func sendBatch(
        _ messages: [WSEMessage], topic: String? = nil
    ) async throws(WSEError) -> [SendOutcome] {
        try await core.sender(for: topic).sendBatch(messages)
    }

    /// Sends a message and returns the answer; see `WSEClient.request(_:_:priority:correlationID:timeout:)`.
    public func request(
        _ type: String, _ payload: WSEValue = [:], topic: String? = nil, priority: MessagePriority? = nil,
        correlationID: String? = nil, timeout: Duration = .seconds(30)
    ) async throws(WSEError) -> WSEEvent {
        try await core.sender(for: topic).request(
            type, payload, priority: priority, correlationID: correlationID, timeout: timeout)
    }

    /// Sends a message and returns the answer; see `WSEClient.request(_:_:priority:correlationID:timeout:)`.
    public func request(
        _ type: String, _ payload: some Encodable, topic: String? = nil, priority: MessagePriority? = nil,
        correlationID: String? = nil, timeout: Duration = .seconds(30)
    ) async throws(WSEError) -> WSEEvent {
        try await core.sender(for: topic).request(
            type, payload, priority: priority, correlationID: correlationID, timeout: timeout)
    }

    /// Asks for the present state of topics, each on its connection; see
    /// `WSEClient.requestSnapshot(_:includesHistory:)`.
    ///
    /// - Throws: What the first connection that could not send it says; others may have.
    public func requestSnapshot(_ topics: [String], includesHistory: Bool = false) async throws(WSEError) {
        for (client, share) in core.senders(for: topics) {
            try await client.requestSnapshot(share, includesHistory: includesHistory)
        }
    }
}
