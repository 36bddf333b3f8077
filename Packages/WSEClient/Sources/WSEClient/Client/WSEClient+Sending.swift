import WSECrypto
public import WSEWire

extension WSEClient {
    /// Sends one message, or keeps it until there is a connection.
    ///
    /// Returns when the message is handed to the connection; while that takes nothing, the caller waits. What is handed
    /// over may still be lost with the connection: only an answer of the server's application proves that it arrived.
    ///
    /// A client that is not connected keeps messages whether it is about to connect or not: before the first
    /// ``connect()``, after ``disconnect()`` and after an error has ended it, too. They go with the next ``connect()``
    /// that succeeds within ``WSEConfiguration/offlineQueue``'s lifetime; without one they are gone with the client,
    /// unless ``WSEConfiguration/offlineStore`` has them. Look at ``state`` where that matters.
    ///
    /// - Throws: ``WSEError``: `notConnected` where there is no connection and no offline queue, `queueFull` if there is
    ///   no room in the queues, `rateLimit` with `retryAfter`, `invalidArgument` if the payload cannot be encoded or is
    ///   larger than the server takes, `connection` or `closed` if the connection ended first, `cancelled`.
    @discardableResult
    public func send(
        _ type: String, _ payload: WSEValue = [:], priority: MessagePriority? = nil,
        correlationID: String? = nil
    ) async throws(WSEError) -> SendOutcome {
        try await engine.send(draft(type, payload, priority, correlationID))
    }

    /// Sends one message with a payload that is encoded straight to the bytes on the wire; otherwise as
    /// ``send(_:_:priority:correlationID:)-(_,WSEValue,_,_)``. See ``WSEConfiguration/payloadEncoder``.
    @discardableResult
    public func send(
        _ type: String, _ payload: some Encodable, priority: MessagePriority? = nil,
        correlationID: String? = nil
    ) async throws(WSEError) -> SendOutcome {
        try await engine.send(draft(type, payload, priority, correlationID))
    }

    /// Sends one message, again and again under one id until it is taken.
    ///
    /// Waits 100 ms before the second attempt and twice as long before each further one, up to 2 s; or for as long as
    /// the refusal asks for, if that is longer. Refusals that no waiting mends end it at once.
    ///
    /// - Parameters:
    ///   - type: What kind of message it is.
    ///   - payload: What it carries.
    ///   - priority: How urgent it is; `nil` for normal.
    ///   - correlationID: Links it to an answer or a request; `nil` for none.
    ///   - maximumRetries: Attempts beside the first.
    /// - Throws: ``WSEError``: that of the last attempt, or `cancelled`.
    @discardableResult
    public func sendWithRetry(
        _ type: String, _ payload: some Encodable, priority: MessagePriority? = nil,
        correlationID: String? = nil, maximumRetries: Int = 5
    ) async throws(WSEError) -> SendOutcome {
        var draft = try draft(type, payload, priority, correlationID)
        draft.id = engine.newMessageID()
        return try await sendWithRetry(draft, maximumRetries: maximumRetries)
    }

    /// Sends one message, again and again under one id until it is taken; see
    /// ``sendWithRetry(_:_:priority:correlationID:maximumRetries:)-(_,Encodable,_,_,_)``.
    @discardableResult
    public func sendWithRetry(
        _ type: String, _ payload: WSEValue = [:], priority: MessagePriority? = nil,
        correlationID: String? = nil, maximumRetries: Int = 5
    ) async throws(WSEError) -> SendOutcome {
        var draft = try draft(type, payload, priority, correlationID)
        draft.id = engine.newMessageID()
        return try await sendWithRetry(draft, maximumRetries: maximumRetries)
    }

    private func sendWithRetry(
        _ draft: MessageDraft, maximumRetries: Int
    ) async throws(WSEError) -> SendOutcome {
        var delay = Duration.milliseconds(100)
        var retries = 0
        while true {
            do throws(WSEError) {
                return try await engine.send(draft)
            } catch {
                guard error.isMendedByWaiting, retries < maximumRetries else { throw error }
                retries += 1
                try await engine.configuration.clock.sleep(for: max(delay, error.retryAfter ?? .zero))
                delay = min(delay * 2, .seconds(2))
            }
        }
    }

    /// Sends messages in one frame, which takes one token of the rate limit. They arrive together, in order, or not at
    /// all.
    ///
    /// - Returns: The outcome of each, in order.
    /// - Throws: As ``send(_:_:priority:correlationID:)-(_,WSEValue,_,_)``; the size limit holds for the frame.
    @discardableResult
    public func sendBatch(_ messages: [WSEMessage]) async throws(WSEError) -> [SendOutcome] {
        guard !messages.isEmpty else { return [] }
        var drafts: [MessageDraft] = []
        for message in messages {
            drafts.append(
                try draft(message.type, message.payload, message.priority, message.correlationID))
        }
        return try await engine.sendBatch(drafts)
    }

    /// Sends a message and returns the answer: the first event with its correlation id, which is not among ``events``
    /// then.
    ///
    /// It is sent on the present connection or not at all. Do not ask within a loop over a stream that suspends:
    /// while that is full, the answer is not read.
    ///
    /// - Parameters:
    ///   - type: What kind of message it is.
    ///   - payload: What it carries.
    ///   - priority: How urgent it is; `nil` for normal.
    ///   - correlationID: `nil` for a new one.
    ///   - timeout: For the answer. Default 30 s.
    /// - Throws: ``WSEError``: `notConnected`, `timeout`, `connection` if the connection was lost before the answer came,
    ///   `closed`, `cancelled`; what ``send(_:_:priority:correlationID:)-(_,WSEValue,_,_)`` throws; and where the server
    ///   answers with an `error`, that.
    public func request(
        _ type: String, _ payload: some Encodable, priority: MessagePriority? = nil,
        correlationID: String? = nil, timeout: Duration = .seconds(30)
    ) async throws(WSEError) -> WSEEvent {
        try await engine.request(draft(type, payload, priority, correlationID), timeout: timeout)
    }

    /// Sends a message and returns the answer; see
    /// ``request(_:_:priority:correlationID:timeout:)-(_,Encodable,_,_,_)``.
    public func request(
        _ type: String, _ payload: WSEValue = [:], priority: MessagePriority? = nil,
        correlationID: String? = nil, timeout: Duration = .seconds(30)
    ) async throws(WSEError) -> WSEEvent {
        try await engine.request(draft(type, payload, priority, correlationID), timeout: timeout)
    }

    /// Asks the server for the present state of topics (protocol section 6). It comes as events of category `snapshot`,
    /// and `snapshot_complete` ends it.
    ///
    /// - Parameters:
    ///   - topics: Their names.
    ///   - includesHistory: Whether past events are asked for as well.
    /// - Throws: As ``send(_:_:priority:correlationID:)-(_,WSEValue,_,_)``.
    @discardableResult
    public func requestSnapshot(
        _ topics: [String], includesHistory: Bool = false
    ) async throws(WSEError) -> SendOutcome {
        let sequence = engine.read { $0.machine.lastSequence } ?? 0
        let payload: WSEValue = [
            "topics": .array(topics.map(WSEValue.string)), "include_snapshots": true,
            "include_history": .bool(includesHistory), "last_sequence": .int(sequence),
        ]
        return try await engine.send(
            MessageDraft(
                type: "sync_request", payload: try engine.jsonPayload(payload),
                category: .snapshot, priority: .high))
    }

    /// Encodes the payload here, where it holds nobody up.
    private func draft(
        _ type: String, _ payload: some Encodable, _ priority: MessagePriority?, _ correlationID: String?
    ) throws(WSEError) -> MessageDraft {
        MessageDraft(
            type: type, payload: try engine.payload(payload), priority: priority,
            correlationID: correlationID)
    }
}

/// Of the engine, as handing on its configuration would copy all of it.
extension SessionEngine {
    /// Encodes a payload for the format that messages go in.
    fileprivate func payload(_ value: some Encodable) throws(WSEError) -> MessageDraft.Payload {
        guard configuration.sendsMessagePack else { return try jsonPayload(value) }
        if let value = value as? WSEValue { return .value(value) }
        do throws(WireError) {
            return .value(try WSEValue(encoding: value, using: configuration.payloadEncoder))
        } catch {
            throw WSEError(.invalidArgument, "the payload cannot be encoded", underlying: error)
        }
    }

    /// Encodes a payload as JSON, and signs it if messages are signed.
    fileprivate func jsonPayload(_ value: some Encodable) throws(WSEError) -> MessageDraft.Payload {
        let json: [UInt8]
        do throws(WireError) {
            json = try configuration.payloadEncoder.json(value)
        } catch {
            throw WSEError(.invalidArgument, "the payload cannot be encoded", underlying: error)
        }
        guard let signer = configuration.signing?.signer else { return .json(json, signature: nil) }
        do throws(CryptoError) {
            let time = Int64(clamping: configuration.clock.unixMilliseconds() / 1_000)
            return .json(json, signature: try signer.signature(of: json, at: time))
        } catch {
            throw WSEError(.signing, "the message could not be signed", underlying: error)
        }
    }
}

extension WSEError {
    /// Whether the same message may be taken later.
    fileprivate var isMendedByWaiting: Bool {
        switch code {
        case .rateLimit, .queueFull, .notConnected, .connection, .timeout, .circuitBreaker: true
        default: false
        }
    }
}
