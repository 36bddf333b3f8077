import WSECrypto
import WSETransport
import WSEWire

extension SessionMachine {
    // MARK: What the user asks for

    mutating func connect(now: Moment) {
        switch phase {
        case .ready:
            emit(.resolveConnect(nil, run: run))
        case .idle, .failed:
            run += 1
            hasBeenReady = false
            backoff.reset()
            backoff.quality = .unknown
            forgetRefusal()
            presence.forgetMembers()
            emit(.reopen)
            setState(.connecting)
            beginAttempt(now: now)
        case .closing:
            // The old connection is given up; its handler's last call will find another attempt current.
            if let attempt = currentAttempt {
                emit(.abort(attempt))
                emit(.reportEndpoint(attempt, .ended(failed: false)))
            }
            phase = .idle
            emit(.resolveDisconnect)
            connect(now: now)
        case .token, .connecting, .handshaking, .waiting:
            break
        }
    }

    mutating func disconnect(now: Moment) {
        stopTimers()
        let attempt = currentAttempt
        let wasOpen = isConnected
        switch phase {
        case .closing:
            return
        case .token, .connecting, .handshaking, .ready, .waiting, .idle, .failed:
            break
        }
        endOfConnection(WSEError(.closed, "the client was disconnected"), keepsMessages: false, now: now)
        setState(.disconnected)
        emit(.resolveConnect(WSEError(.closed, "disconnected while connecting"), run: run))
        giveUpSubscriptions()
        emit(.finish(nil))
        if let attempt, wasOpen {
            phase = .closing(attempt)
            emit(.close(attempt, .normal, "client disconnect"))
        } else {
            if let attempt {
                emit(.abort(attempt))
                emit(.reportEndpoint(attempt, .ended(failed: false)))
            }
            phase = .idle
            emit(.resolveDisconnect)
        }
    }

    /// Drops the connection, if any, and connects anew without waiting.
    mutating func forceReconnect(now: Moment) {
        switch phase {
        case .idle, .failed, .closing: return
        case .token, .connecting, .handshaking, .ready, .waiting: break
        }
        if let attempt = currentAttempt {
            emit(.abort(attempt))
            emit(.reportEndpoint(attempt, .ended(failed: false)))
        }
        stopTimers()
        endOfConnection(WSEError(.connection, "the connection was given up to make a new one"), now: now)
        setState(hasBeenReady ? .reconnecting : .connecting)
        beginAttempt(now: now)
    }

    mutating func changeEndpoint(_ url: WebSocketURL, now: Moment) {
        self.url = url
        forceReconnect(now: now)
    }

    // MARK: Attempts

    mutating func beginAttempt(now: Moment) {
        lastAttempt.rawValue += 1
        let attempt = lastAttempt
        counters.connects += 1
        attemptBegan = now.instant
        if case .admitted(let permit)? = breaker?.admit(now: now.instant) { self.permit = permit }
        if settings.asksForToken {
            phase = .token(attempt)
            emit(.startTimer(.handshake, after: settings.connectTimeout))
            emit(
                .requestToken(
                    attempt,
                    TokenRequest(reason: tokenReason, refused: tokenReason == .rejected ? refusedToken : nil))
            )
        } else {
            phase = .connecting(attempt)
            emit(.connect(attempt, ConnectionTarget(url: url, token: nil)))
            emit(.startTimer(.handshake, after: settings.connectTimeout))
        }
    }

    mutating func tokenArrived(_ attempt: AttemptID, token: String?, now: Moment) {
        guard phase == .token(attempt) else { return }
        if let refusedToken, token == refusedToken {
            // The provider has no other.
            fail(refusal ?? WSEError(.auth, "the token was refused"), now: now)
            return
        }
        lastToken = token
        phase = .connecting(attempt)
        emit(.connect(attempt, ConnectionTarget(url: url, token: token)))
    }

    mutating func tokenFailed(_ attempt: AttemptID, error: any Error, now: Moment) {
        guard phase == .token(attempt) else { return }
        attemptFailed(
            WSEError(.auth, "the token provider failed", underlying: error), isTerminal: false, now: now)
    }

    /// A selector has chosen where the current attempt goes.
    mutating func endpointChosen(_ attempt: AttemptID, _ url: WebSocketURL) {
        if currentAttempt == attempt { self.url = url }
    }

    /// No endpoint may be used now.
    mutating func endpointUnavailable(_ attempt: AttemptID, retryAfter: Duration?, now: Moment) {
        guard phase == .connecting(attempt) else { return }
        attemptFailed(
            WSEError(.circuitBreaker, "no endpoint may be used now", retryAfter: retryAfter),
            isTerminal: false, now: now)
    }

    mutating func opened(_ attempt: AttemptID, now: Moment) {
        guard phase == .connecting(attempt) else { return }
        phase = .handshaking(attempt)
        server = ServerDescription()
        heartbeat.started(now.instant)
        _ = reading.setPaused(false, now.instant)
        hasGreeted = false
        if lastToken == nil {
            greet(now: now)
        } else {
            emit(.startTimer(.greeting, after: settings.greetingDelay))
        }
        emit(.startTimer(.heartbeat, after: heartbeat.nextCheck(now.instant)))
    }

    /// Sends `client_hello`, once per connection.
    ///
    /// Without a token at once, as a server without authentication says nothing before it hears this. With one, the
    /// server speaks right behind the upgrade and is heard first: what is sent to a server that has refused the
    /// token and closed makes TCP reset, and a reset may discard the refusal before it is read.
    mutating func greet(now: Moment) {
        guard case .handshaking = phase, !hasGreeted else { return }
        hasGreeted = true
        emit(.cancelTimer(.greeting))
        var publicKey: String?
        do throws(CryptoError) {
            publicKey = try encryption?.begin()
        } catch {
            if let attempt = currentAttempt { emit(.abort(attempt)) }
            attemptFailed(
                WSEError(.encryption, "no key could be made: \(error.message)", underlying: error),
                isTerminal: false, now: now)
            return
        }
        transmit(
            messages.hello(encryptionPublicKey: publicKey, now: now, random: &random), isPlaintext: true)
    }

    mutating func becameReady(_ attempt: AttemptID, now: Moment) {
        phase = .ready(attempt)
        if hasBeenReady { counters.reconnects += 1 }
        hasBeenReady = true
        tokenReason = .connecting
        if let permit = permit.take() { breaker?.recordSuccess(permit, now: now.instant) }
        if let began = attemptBegan {
            emit(.reportEndpoint(attempt, .connected(after: now.instant - began)))
        }
        emit(.cancelTimer(.handshake))
        emit(.cancelTimer(.greeting))
        readySince = now.instant
        emit(.startTimer(.stability, after: max(settings.backoff.stableAfter, SessionSettings.shortest)))
        setState(.connected)
        // What an event before the handshake's end has shown to be missing could not be asked for. It is now.
        sequencer.connectionLost()
        hasRefusedUnstamped = false
        sequencer.setRecovery(available: recoveryIsAvailable, now: reading.now(now.instant))
        subscribeWanted(now: now)
        emit(.updateReading)
        report(outbox.connected(now: now.instant))
        flushOutbox(now: now)
        emit(.resolveConnect(nil, run: run))
    }

    // MARK: Ends

    mutating func closed(_ attempt: AttemptID, _ closure: WebSocketClosure, now: Moment) {
        guard currentAttempt == attempt else { return }
        if case .closing = phase {
            emit(.reportEndpoint(attempt, .ended(failed: false)))
            phase = .idle
            emit(.resolveDisconnect)
            return
        }
        let cause = WSEError(closure)
        if cause.code == .auth {
            refused(cause, now: now)
        } else {
            attemptFailed(cause, isTerminal: closure.code == .policyViolation, now: now)
        }
    }

    /// The token was refused: a provider is asked for a better one, at once and then, as long as no connection has
    /// lasted, only if the server had accepted the refused one, and after a delay.
    mutating func refused(_ cause: WSEError, now: Moment) {
        let wasAccepted = isReady
        let isFirst = !wasRefused
        if let attempt = currentAttempt {
            emit(.abort(attempt))
            if !wasAccepted || isFirst { emit(.reportEndpoint(attempt, .ended(failed: false))) }
        }
        guard settings.asksForToken, isFirst || wasAccepted, settings.reconnects || !hasBeenReady else {
            fail(cause, now: now)
            return
        }
        refusedToken = lastToken
        refusal = cause
        wasRefused = true
        tokenReason = .rejected
        guard isFirst else {
            attemptFailed(cause, isTerminal: false, now: now)
            return
        }
        stopTimers()
        endOfConnection(cause, now: now)
        if hasBeenReady { setState(.reconnecting) }
        beginAttempt(now: now)
    }

    /// What a server said about a token counts no more.
    mutating func forgetRefusal() {
        tokenReason = .connecting
        refusedToken = nil
        refusal = nil
        wasRefused = false
    }

    /// Ends the current attempt and decides what comes next.
    mutating func attemptFailed(_ cause: WSEError, isTerminal: Bool, now: Moment) {
        emit(.reportEndpoint(lastAttempt, .ended(failed: true)))
        if let permit = permit.take() { breaker?.recordFailure(permit, now: now.instant) }
        guard !isTerminal, settings.reconnects || !hasBeenReady else {
            fail(cause, now: now)
            return
        }
        stopTimers()
        endOfConnection(cause, now: now)
        if !hasBeenReady, settings.failsFast {
            phase = .idle
            setState(.disconnected)
            emit(.resolveConnect(cause, run: run))
            emit(.resolveClose(cause))
            return
        }
        guard var delay = backoff.next(using: &random) else {
            fail(
                WSEError(.connection, "gave up after the allowed number of attempts", underlying: cause),
                now: now)
            return
        }
        if cause.code == .circuitBreaker, let retryAfter = cause.retryAfter { delay = max(delay, retryAfter) }
        if let breaker { delay = max(delay, breaker.timeUntilAdmission(now: now.instant)) }
        phase = .waiting
        setState(hasBeenReady ? .reconnecting : .connecting)
        emit(.signal(.retrying(after: delay, cause: cause)))
        emit(.startTimer(.reconnect, after: delay))
    }

    /// The end that no attempt can mend.
    mutating func fail(_ cause: WSEError, now: Moment) {
        stopTimers()
        endOfConnection(cause, now: now)
        phase = .failed
        setState(.error)
        giveUpSubscriptions()
        emit(.resolveConnect(cause, run: run))
        emit(.finish(cause))
    }

    /// What is bound to one connection goes; wanted topics and positions stay.
    ///
    /// - Parameter keepsMessages: Whether messages that wait for the connection may wait for the next one.
    mutating func endOfConnection(_ cause: WSEError, keepsMessages: Bool = true, now: Moment) {
        if let permit = permit.take() { breaker?.recordCancellation(permit, now: now.instant) }
        if let since = readySince.take() {
            backoff.recordStable(for: now.instant - since)
            backoff.quality = network.quality
        }
        failRequests(cause)
        report(outbox.connectionLost(cause, keepsWaiting: keepsMessages, now: now.instant))
        network.reset()
        serverQuality = nil
        subscriptions.connectionLost()
        resolveSubscriptions()
        sequencer.connectionLost()
        fence.removeAll()
        recoveries = []
        partialRecoveries = [:]
        encryption?.end()
        setDecryptor(nil)
        // Until the next connection nothing comes that could use it.
        releaseMemory(all: true)
    }

    mutating func stopTimers() {
        emit(.cancelTimer(.handshake))
        emit(.cancelTimer(.greeting))
        emit(.cancelTimer(.heartbeat))
        emit(.cancelTimer(.reconnect))
        emit(.cancelTimer(.stability))
        emit(.cancelTimer(.unanswered))
        emit(.cancelTimer(.recovery))
        emit(.cancelTimer(.replay))
        asksUnanswered = nil
        armedRecovery = nil
        armedFence = nil
    }
}

extension WSEError {
    /// How a connection ended, in the session's terms (close codes of protocol section 1).
    init(_ closure: WebSocketClosure) {
        if let error = closure.error {
            let isRefusal = error.httpStatus == 401 || error.httpStatus == 403
            let isTimeout = error.code == .connectTimeout || error.code == .upgradeTimeout
            self.init(
                isRefusal ? .auth : isTimeout ? .timeout : .connection, error.message,
                closeCode: closure.code,
                httpStatus: error.httpStatus, underlying: error)
            return
        }
        switch closure.code?.rawValue {
        case 4401, 4403:
            self.init(.auth, "the server refused the token", closeCode: closure.code)
        case 1008:
            self.init(.protocol, "the server closed for a policy violation", closeCode: closure.code)
        case let code?:
            self.init(.connection, "the server closed the connection (\(code))", closeCode: closure.code)
        case nil:
            self.init(.connection, "the connection was lost")
        }
    }
}
