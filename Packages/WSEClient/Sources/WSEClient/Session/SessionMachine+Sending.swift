import WSEWire

extension SessionMachine {
    /// Sends a message of the user's.
    mutating func send(
        _ type: String, _ payload: WSEValue, priority: MessagePriority?, correlationID: String?, now: Moment
    ) -> Result<SendOutcome, WSEError> {
        guard isReady, let attempt = currentAttempt else {
            return .failure(WSEError(.notConnected, "there is no connection to send on"))
        }
        let envelope = messages.envelope(
            type, payload, category: .update, priority: priority, correlationID: correlationID, now: now,
            random: &random)
        do throws(WireError) {
            let bytes = try envelope.json()
            if let limit = server.maximumMessageSize, bytes.count > limit {
                return .failure(
                    WSEError(.invalidArgument, "\(bytes.count) bytes where the server takes \(limit)"))
            }
            counters.messagesSent += 1
            counters.bytesSent += UInt64(bytes.count)
            emit(.transmit(attempt, .text, bytes))
            return .success(SendOutcome(disposition: .sent, id: envelope.id ?? ""))
        } catch {
            return .failure(
                WSEError(.invalidArgument, "the payload cannot be encoded", underlying: error))
        }
    }

    /// A caller no longer waits for its subscription; the wish stands.
    mutating func stopWaiting(_ request: RequestID) {
        guard let result = subscriptions.giveUp(request) else { return }
        emit(.cancelTimer(.subscription(request)))
        emit(.resolveSubscription(request, result))
    }
}
