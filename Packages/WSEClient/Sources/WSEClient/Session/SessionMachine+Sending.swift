import WSECrypto
import WSETransport
import WSEWire

extension SessionMachine {
    /// Takes a message of the user's; its outcome comes as ``SessionAction/resolveSend(_:_:)``.
    ///
    /// - Returns: The message's id, or why it cannot be sent at all.
    mutating func send(_ draft: MessageDraft, caller: RequestID?, now: Moment) -> Result<String, WSEError> {
        var envelope = messages.envelope(
            draft.type, .null, category: draft.category, priority: draft.priority, id: draft.id,
            correlationID: draft.correlationID, now: now, random: &random)
        let id = envelope.id ?? ""
        let (kind, bytes): (WebSocketMessageKind, [UInt8])
        do throws(WireError) {
            (kind, bytes) = try encode(draft.payload, in: &envelope)
        } catch {
            return .failure(WSEError(.invalidArgument, "the payload cannot be encoded", underlying: error))
        }
        if isReady, let refusal = sizeRefusal(bytes.count) { return .failure(refusal) }
        var message = OutboundMessage(
            id: id, kind: kind, bytes: bytes,
            priority: (draft.priority ?? .normal).rawValue, caller: caller)
        message.needsConnection = draft.needsConnection
        guard isReady else {
            report(outbox.keep(message, now: now.instant))
            return .success(id)
        }
        if let error = outbox.refuseForRate(now: now.instant) { return .failure(error) }
        if outbox.isIdle {
            hand(consume message, now: now)
        } else if !outbox.enqueue(message) {
            return .failure(WSEError(.queueFull, "too many messages wait for the connection"))
        } else {
            flushOutbox(now: now)
        }
        return .success(id)
    }

    /// Why the present server would not take a message of `count` bytes before encryption. It closes the connection
    /// for one that is too large, which every later connection would suffer again.
    private func sizeRefusal(_ count: Int) -> WSEError? {
        let wireCount = count + (encrypts ? SealedFrame.overhead : 0)
        guard let limit = server.maximumMessageSize, wireCount > limit else { return nil }
        return WSEError(.invalidArgument, "\(wireCount) bytes where the server takes \(limit)")
    }

    private func encode(
        _ payload: MessageDraft.Payload, in envelope: inout Envelope
    ) throws(WireError) -> (WebSocketMessageKind, [UInt8]) {
        switch payload {
        case .json(let bytes, let signature):
            envelope.signature = signature
            var message: [UInt8] = []
            message.reserveCapacity(bytes.count + 192)
            bytes.withUnsafeBytes {
                envelope.encodeJSON(encodedPayload: RawSpan(_unsafeBytes: $0), into: &message)
            }
            return (.text, message)
        case .value(let value):
            envelope.payload = value
            return settings.sendsMessagePack
                ? (.binary, try envelope.messagePack()) : (.text, try envelope.json())
        }
    }

    /// The caller of a send was cancelled; a message that is not on its way yet is taken back.
    mutating func cancelSend(_ caller: RequestID) {
        guard let message = outbox.cancel(caller) else { return }
        report([(message, .failure(WSEError(.cancelled, "the task that sends was cancelled")))])
    }

    /// Hands waiting messages to the connection while that has room.
    mutating func flushOutbox(now: Moment) {
        guard isReady, !outbox.isEmpty else { return }
        report(outbox.takeExpired(now: now.instant))
        // Handing one over may end the connection.
        while isReady, let message = outbox.next(now: now.instant) { hand(message, now: now) }
    }

    private func compresses(_ count: Int) -> Bool {
        guard count > MessageEncoder.standardCompressionThreshold, !encrypts else { return false }
        return switch settings.compression.value {
        case .automatic: server.inflates
        case .always: true
        case .never: false
        }
    }

    private mutating func hand(_ message: consuming OutboundMessage, now: Moment) {
        guard let attempt = currentAttempt else { return }
        if let refusal = sizeRefusal(message.bytes.count) {
            if message.isKept { outbox.done(message.id) }
            report([(message, .failure(refusal))])
            return
        }
        if encrypts, let encryption {
            do throws(WSEError) {
                message.wire = try encryption.seal(message.bytes)
            } catch {
                unsealable(message, error, now: now)
                return
            }
        } else if message.kind == .text, compresses(message.bytes.count) {
            // Should zlib get no memory, it goes as it is.
            message.wire = try? compressor.compress(message.bytes)
        }
        let count = message.wireBytes.count
        counters.messagesSent += 1
        counters.bytesSent += UInt64(count)
        message.flushesBefore = outbox.flushCount
        outbox.emitted(count)
        emit(.transmit(attempt, consume message))
    }

    /// The key is used up, or libcrypto fails: never in the clear, and a new connection has a new key.
    private mutating func unsealable(_ message: OutboundMessage, _ error: WSEError, now: Moment) {
        if message.isKept {
            outbox.putBack(message.id)
        } else {
            report(outbox.keep(message, now: now.instant))
        }
        guard let attempt = currentAttempt else { return }
        emit(.abort(attempt))
        attemptFailed(error, isTerminal: false, now: now)
    }

    // MARK: What became of it

    /// The transport took messages.
    mutating func transmitted(_ attempt: AttemptID, count: Int, position: UInt64, now: Moment) {
        guard currentAttempt == attempt else { return }
        outbox.executed(count, position: position)
        flushOutbox(now: now)
    }

    /// The operating system took what the transport had, up to `position`.
    mutating func flushed(_ attempt: AttemptID, through position: UInt64, now: Moment) {
        guard currentAttempt == attempt else { return }
        outbox.flushed(through: position)
        flushOutbox(now: now)
    }

    /// One message was handed over, or could not be.
    mutating func handedOver(_ message: OutboundMessage, error: WSEError?, now: Moment) {
        guard let error else {
            if message.isKept { outbox.done(message.id) }
            report([(message, .success(.sent))])
            return
        }
        switch error.code {
        case .queueFull:
            outbox.blocked(since: message.flushesBefore)
            // It goes when there is room.
            if message.isKept { outbox.putBack(message.id) } else { report([(message, .failure(error))]) }
        case .connection:
            // The connection is closing. It goes with the next one, if it may wait for that.
            outbox.shut()
            if message.isKept {
                outbox.putBack(message.id)
            } else {
                report(outbox.keep(message, or: error, now: now.instant))
            }
        default:
            // No connection will take it.
            if message.isKept { outbox.done(message.id) }
            report([(message, .failure(error))])
        }
    }

    /// A message of the session's own did not fit: the server takes nothing, and without its heartbeat and its
    /// subscriptions the connection is worth nothing.
    mutating func controlMessageStuck(_ attempt: AttemptID, now: Moment) {
        guard currentAttempt == attempt, isConnected else { return }
        emit(.abort(attempt))
        attemptFailed(
            WSEError(.connection, "the server does not take what is sent to it"), isTerminal: false, now: now)
    }

    mutating func report(_ outcomes: [Outbox.Outcome]) {
        var lost: [String] = []
        for (message, result) in outcomes {
            if let caller = message.caller, requests.isOutstanding(caller) {
                if case .failure(let error) = result { resolveRequest(caller, .failure(error)) }
            } else if let caller = message.caller {
                emit(.resolveSend(caller, result))
            } else if case .failure = result {
                lost.append(message.id)
            }
        }
        if !lost.isEmpty {
            counters.discarded += UInt64(lost.count)
            emit(.signal(.discarded(messageIDs: lost)))
        }
    }
}
