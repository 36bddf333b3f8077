internal import NIOCore
internal import WSECrypto
internal import WSEWire

extension ServerState {
    /// Lets a connection in, or tells it why not and ends it.
    mutating func open(_ link: ConnectionLink) {
        log.append(link)
        if let script { link.inject(script) }
        guard sessions.count < configuration.limits.connections else {
            link.enqueue(.close(code: nil, reason: ""))
            return
        }
        switch configuration.authentication.value {
        case .open:
            admit(link)
            sendReady(to: link)
        case .silent:
            admit(link)
        case .token(let secret, let issuer, let audience):
            do throws(TokenRejection) {
                link.userID = try TokenGate(
                    secret: secret, issuer: issuer, audience: audience, dialect: configuration.dialect
                ).admit(link.request.token, unixMilliseconds: now)
                admit(link)
                sendReady(to: link)
            } catch {
                reject(link, error)
            }
        }
    }

    private mutating func admit(_ link: ConnectionLink) {
        let limiter = ClientRateLimiter(
            capacity: configuration.limits.rateLimitCapacity, refill: configuration.limits.rateLimitRefill,
            now: now)
        sessions[link.number] = Session(link: link, lastLife: .now(), limiter: limiter)
    }

    private mutating func reject(_ link: ConnectionLink, _ rejection: TokenRejection) {
        rejectedTokens += 1
        control(
            ControlMessages.error(
                code: rejection.code, message: rejection.message(in: configuration.dialect), now: now),
            to: link)
        switch configuration.dialect.value {
        case .current: link.enqueue(.close(code: 4401, reason: "Authentication failed"))
        case .prefixed: link.enqueue(.close(code: nil, reason: ""))
        }
    }

    /// - Returns: `false` if the connection has ended, or is about to.
    @discardableResult
    mutating func sendReady(to link: ConnectionLink) -> Bool {
        var ready = ControlMessages.serverReady(
            connectionID: link.id, userID: link.userID, features: configuration.features, now: now)
        messages.complete(&ready)
        return control(ready, to: link)
    }

    /// Forgets a connection that has ended, on its topics too.
    mutating func close(_ link: ConnectionLink) {
        guard let session = sessions.removeValue(forKey: link.number) else { return }
        for timer in session.timers { timer.cancel() }
        for topic in session.topics.sorted() { leave(topic, link) }
    }

    /// Handles one message of a client as far as the protocol says how.
    ///
    /// - Parameter refused: The topics that the client may not subscribe to.
    /// - Returns: The cipher that the connection has from then on, if the message brought one about.
    mutating func receive(
        _ event: WSEEvent, as kind: FrameKind, refused: Set<String>, from link: ConnectionLink
    )
        -> (any MessageCipher)?
    {
        guard sessions[link.number] != nil else { return nil }
        // As on the published servers, handshake and heartbeat are JSON text or nothing.
        guard kind == .text || !["client_hello", "ping"].contains(event.type) else { return nil }
        switch event.type {
        case "client_hello": return greet(event, link)
        case "ping":
            guard configuration.heartbeat.answersPings else { return nil }
            let timestamp = event.payload["timestamp"]?.integer(as: Int64.self) ?? 0
            control(ControlMessages.pong(clientTimestamp: timestamp, now: now), to: link)
        case "subscription_update": updateSubscriptions(event, refused: refused, from: link)
        case "sync_request": synchronize(event, with: link)
        case "health_check": answer(event, "health_check_response", health, link)
        case "metrics_request": answer(event, "metrics_response", metrics, link)
        default: break
        }
        return nil
    }

    mutating func noteLife(_ link: ConnectionLink) {
        sessions[link.number]?.lastLife = .now()
    }

    /// The server's own heartbeat on one connection.
    func beat(_ link: ConnectionLink) {
        guard let session = sessions[link.number] else { return }
        if let timeout = configuration.heartbeat.idleTimeout, .now() - session.lastLife > TimeAmount(timeout)
        {
            link.setStalled(true)
            return
        }
        let time = WSEValue.string(Timestamp.text(unixMilliseconds: now))
        guard let text = try? messages.text(["t": "ping", "p": ["server_time": time]], category: .system)
        else { return }
        link.enqueue(
            .frame(
                OutboundFrame(text: ByteBuffer(bytes: text), kind: .control, type: "ping", isSealed: false)))
    }
}
