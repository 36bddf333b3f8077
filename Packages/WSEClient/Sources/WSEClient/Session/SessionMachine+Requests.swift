import WSEWire

/// Messages that are answered, and batches.
extension SessionMachine {
    /// Sends a message whose answer, known by its correlation id, comes as
    /// ``SessionAction/resolveRequest(_:_:)``.
    ///
    /// - Returns: Why it cannot be sent at all.
    mutating func request(
        _ draft: MessageDraft, timeout: Duration, caller: RequestID, now: Moment
    ) -> WSEError? {
        guard isReady else { return WSEError(.notConnected, "there is no connection to ask on") }
        var draft = draft
        let correlationID = draft.correlationID ?? messages.nextID(now: now, random: &random)
        draft.correlationID = correlationID
        draft.needsConnection = true
        guard requests.expect(correlationID, by: caller) else {
            return WSEError(.invalidArgument, "another request with this correlation id waits for its answer")
        }
        if case .failure(let error) = send(draft, caller: caller, now: now) {
            _ = requests.remove(caller)
            return error
        }
        // Handing it over may have ended the connection, and the request with it.
        if requests.isOutstanding(caller) { emit(.startTimer(.request(caller), after: timeout)) }
        return nil
    }

    /// Ends the waiting of a caller that has been taken out of ``requests`` or is still there.
    mutating func resolveRequest(_ caller: RequestID, _ result: Result<WSEEvent, WSEError>) {
        _ = requests.remove(caller)
        emit(.cancelTimer(.request(caller)))
        emit(.resolveRequest(caller, result))
    }

    mutating func requestDue(_ caller: RequestID) {
        guard requests.isOutstanding(caller) else { return }
        resolveRequest(caller, .failure(WSEError(.timeout, "no answer came in time")))
        _ = outbox.cancel(caller)
    }

    mutating func cancelRequest(_ caller: RequestID) {
        guard requests.isOutstanding(caller) else { return }
        resolveRequest(caller, .failure(WSEError(.cancelled, "the task that asks was cancelled")))
        _ = outbox.cancel(caller)
    }

    /// The connection is gone, and the answers with it.
    mutating func failRequests(_ cause: WSEError) {
        let error =
            cause.code == .closed
            ? cause
            : WSEError(.connection, "the connection was lost before the answer came", underlying: cause)
        for caller in requests.takeAll() { resolveRequest(caller, .failure(error)) }
    }

    // MARK: Batches

    /// Sends messages in one frame; its outcome comes as ``SessionAction/resolveSend(_:_:)``.
    ///
    /// - Returns: The messages' ids, or why they cannot be sent at all.
    mutating func sendBatch(
        _ drafts: [MessageDraft], caller: RequestID?, now: Moment
    ) -> Result<[String], WSEError> {
        var payload = Array(#"{"messages":["#.utf8)
        var ids: [String] = []
        for draft in drafts {
            let envelope = messages.envelope(
                draft.type, .null, category: draft.category, priority: draft.priority, id: draft.id,
                correlationID: draft.correlationID, now: now, random: &random)
            if !ids.isEmpty { payload.append(UInt8(ascii: ",")) }
            ids.append(envelope.id ?? "")
            do throws(WireError) {
                try appendJSON(draft.payload, in: envelope, to: &payload)
            } catch {
                return .failure(
                    WSEError(.invalidArgument, "the payload cannot be encoded", underlying: error))
            }
        }
        payload += Array(#"],"count":\#(drafts.count)}"#.utf8)
        let batch = MessageDraft(
            type: "batch", payload: .json(payload, signature: nil), category: .system,
            priority: drafts.compactMap(\.priority).max())
        return send(batch, caller: caller, now: now).map { _ in ids }
    }

    private func appendJSON(
        _ payload: MessageDraft.Payload, in envelope: Envelope, to bytes: inout [UInt8]
    ) throws(WireError) {
        var envelope = envelope
        switch payload {
        case .json(let encoded, let signature):
            envelope.signature = signature
            encoded.withUnsafeBytes {
                envelope.encodeJSON(encodedPayload: RawSpan(_unsafeBytes: $0), into: &bytes)
            }
        case .value(let value):
            envelope.payload = value
            try envelope.encodeJSON(into: &bytes)
        }
    }
}
