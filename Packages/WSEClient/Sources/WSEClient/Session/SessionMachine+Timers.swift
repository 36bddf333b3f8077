import WSEWire

extension SessionMachine {
    mutating func timerFired(_ timer: SessionTimer, now: Moment) {
        switch timer {
        case .handshake: handshakeTimedOut(now: now)
        case .greeting: greet(now: now)
        case .heartbeat: heartbeatDue(now: now)
        case .reconnect:
            guard phase == .waiting else { return }
            beginAttempt(now: now)
        case .stability:
            if isReady { forgetRefusal() }
        case .subscription(let request):
            subscriptionDue(request)
        case .unanswered: unansweredDue(now: now)
        case .request(let request):
            requestDue(request)
        case .recovery: recoveryDue(now: now)
        case .replay: fenceDue(now: now)
        }
    }

    private mutating func handshakeTimedOut(now: Moment) {
        switch phase {
        case .token(let attempt), .connecting(let attempt), .handshaking(let attempt):
            emit(.abort(attempt))
            attemptFailed(
                WSEError(.timeout, "not ready within \(settings.connectTimeout)"), isTerminal: false, now: now
            )
        case .idle, .ready, .waiting, .closing, .failed:
            break
        }
    }

    private mutating func heartbeatDue(now: Moment) {
        guard isConnected, let attempt = currentAttempt else { return }
        switch heartbeat.check(now.instant) {
        case .dead(let silence):
            emit(.abort(attempt))
            attemptFailed(
                WSEError(.timeout, "the server was silent for \(silence)"), isTerminal: false, now: now)
        case .ping:
            notePongsMissed(heartbeat.takeMissed())
            heartbeat.sentPing(timestamp: now.unixMilliseconds, now.instant)
            transmit(messages.ping(timestamp: now.unixMilliseconds), isPlaintext: true)
            emit(.startTimer(.heartbeat, after: heartbeat.nextCheck(now.instant)))
            releaseMemory(all: false)
        }
    }
}
