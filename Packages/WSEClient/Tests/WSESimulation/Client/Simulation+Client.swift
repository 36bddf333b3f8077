import WSETransport
import WSEWire

@testable import WSEClient

/// Does what `SessionEngine` does: gives the machine its inputs, and carries out its actions in order.
extension Simulation {
    /// What the transport took of one attempt's messages.
    struct Progress {
        var attempt: AttemptID
        var count = 0
        var position: UInt64 = 0
    }

    /// An input, and what follows from it.
    func client(_ input: (inout SessionMachine, Moment) -> Void) {
        input(&machine, now.moment)
        drainUnlessDraining()
    }

    func drainUnlessDraining() {
        guard !isDraining else { return }
        isDraining = true
        drain()
        isDraining = false
        checkBounds()
    }

    private func drain() {
        var actions: [SessionAction] = []
        var progress: Progress?
        while true {
            if let progress {
                machine.transmitted(
                    progress.attempt, count: progress.count, position: progress.position, now: now.moment)
            }
            progress = nil
            machine.takeActions(into: &actions)
            if actions.isEmpty { return }
            for action in actions {
                interleave()
                carryOut(action, &progress)
            }
        }
    }

    private func carryOut(_ action: SessionAction, _ progress: inout Progress?) {
        switch action {
        case .deliver(let events): deliver(events)
        case .control(let attempt, let kind, let bytes): sendControl(attempt, kind, bytes)
        case .transmit(let attempt, let message): transmit(attempt, message, &progress)
        case .resolveSend(let caller, let result): resolve(caller, result)
        case .signal(let signal): announce(signal)
        case .requestToken(let attempt, let request): requestToken(attempt, request)
        case .connect(let attempt, let target): connect(attempt, target)
        case .close(let attempt, let code, _):
            note(40, attempt.rawValue, "client closes \(attempt.rawValue)")
            link(of: attempt)?.close(code: code)
        case .abort(let attempt):
            note(41, attempt.rawValue, "client aborts \(attempt.rawValue)")
            let link = link(of: attempt)
            if link != nil { connection = nil }
            link?.abort()
        case .startTimer(let timer, let delay): startTimer(timer, after: VirtualTime(delay))
        case .cancelTimer(let timer): timers[timer] = nil
        case .resolveConnect(let error, _):
            note(42, error == nil ? 1 : 0, "connect: \(error.map { "\($0)" } ?? "ready")")
            if error != nil { hasEnded = true }
            openConnects = 0
        case .resolveDisconnect:
            openDisconnects = 0
        case .resolveSubscription(let request, let result):
            note(
                43, request.rawValue,
                "subscription \(request.rawValue): +\(result.accepted.sorted()) -\(result.refused.sorted()) ?\(result.pending.sorted())"
            )
            if openSubscriptions.remove(request.rawValue) == nil {
                fails("4: caller \(request.rawValue) of a subscription has two outcomes")
            }
        case .resolveRequest, .resolveClose, .reportEndpoint:
            break
        case .trimMemory: break
        case .updateReading:
            updateReading()
        case .reopen:
            hasEnded = false
        case .finish(let error):
            note(44, error == nil ? 0 : 1, "the stream ends: \(error.map { "\($0)" } ?? "disconnected")")
            // A token that is refused for good, a server that wants no more of this client, or one that does not encrypt:
            // all else is mended by trying again.
            if let error, ![.auth, .protocol, .encryption].contains(error.code) {
                fails("2: the session gave up: \(error)")
            }
            hasEnded = true
        }
    }

    func link(of attempt: AttemptID) -> ModelLink? {
        connection?.attempt == attempt ? connection : nil
    }

    // MARK: The connection

    private func connect(_ attempt: AttemptID, _ target: ConnectionTarget) {
        count("connects")
        let node = target.url.host == "node-1" ? 1 : 0
        note(
            45, attempt.rawValue,
            "client connects \(attempt.rawValue) to \(node) with \(target.token ?? "no token")")
        let link = ModelLink(attempt, node: node, token: target.token, world: self)
        connection = link
        let server = servers[node]
        after(random.time(scenario.latency) + extraLatency) {
            if server.isDown || server.isOutOfReach {
                // Refused, full, in the wrong state, or not a word.
                switch self.random.below(4) {
                case 0:
                    link.end(WebSocketClosure(code: nil, error: WebSocketError(.connectFailed, "refused")))
                case 1:
                    link.end(
                        WebSocketClosure(
                            code: nil, error: WebSocketError(.upgradeRefused, "busy", httpStatus: 503)))
                case 2:
                    link.open()
                    link.end(WebSocketClosure(code: .noStatus))
                default: break
                }
                return
            }
            guard !link.isCut else { return }
            link.open()
            server.accept(link)
        }
    }

    /// Messages of one read.
    func received(_ frames: [ModelLink.Frame], on link: ModelLink) {
        note(46, UInt64(frames.count), "client reads \(frames.count) on \(link.attempt.rawValue)")
        let attempt = link.attempt
        var isRead = false
        client { machine, now in
            guard machine.currentAttempt == attempt else { return }
            isRead = true
            machine.heartbeat.received(now.instant)
            for frame in frames {
                machine.received(frame.bytes.span.bytes, as: frame.kind, from: attempt, now: now)
            }
            machine.finishedRead(now: now)
        }
        guard isRead else { return }
        for frame in frames { frame.whenRead?() }
    }

    func closed(_ link: ModelLink, _ closure: WebSocketClosure) {
        note(
            47, link.attempt.rawValue,
            "closed \(link.attempt.rawValue) \(closure.code.map { "\($0.rawValue)" } ?? "without a code")")
        if connection === link { connection = nil }
        client { $0.closed(link.attempt, closure, now: $1) }
    }

    private func sendControl(_ attempt: AttemptID, _ kind: WebSocketMessageKind, _ bytes: [UInt8]) {
        guard let link = link(of: attempt) else { return }
        note(48, UInt64(bytes.count), "client says \(readable(bytes))")
        do {
            _ = try link.send(kind, bytes)
        } catch  where error.code == .outputBufferFull {
            count("control messages stuck")
            client { $0.controlMessageStuck(attempt, now: $1) }
        } catch {}
    }

    private func transmit(_ attempt: AttemptID, _ message: OutboundMessage, _ progress: inout Progress?) {
        do {
            guard let link = link(of: attempt) else {
                throw WebSocketError(.notOpen, "the connection is gone")
            }
            let position = try link.send(message.wireKind, message.wireBytes)
            note(
                49, UInt64(message.wireBytes.count),
                "client sends \(message.id.suffix(6)) of priority \(message.priority)")
            if progress?.attempt != attempt { progress = Progress(attempt: attempt) }
            progress?.count += message.wireBytes.count
            progress?.position = position
            fails(sends.handOver(message))
            if !message.isKept, let caller = message.caller {
                resolve(caller, .success(.sent))
            } else {
                client { machine, now in machine.handedOver(message, error: nil, now: now) }
            }
        } catch {
            count("sends that the transport refused")
            note(50, 0, "client cannot send \(message.id.suffix(6)): \(error)")
            client { machine, now in
                machine.handedOver(message, error: WSEError(sending: error), now: now)
            }
        }
    }

    // MARK: Timers and tokens

    private func startTimer(_ timer: SessionTimer, after delay: VirtualTime) {
        lastTimer += 1
        let generation = lastTimer
        timers[timer] = generation
        after(delay) {
            guard self.timers[timer] == generation else { return }
            self.timers[timer] = nil
            self.note(51, 0, "timer \(timer)")
            self.client { $0.timerFired(timer, now: $1) }
        }
    }

    private func requestToken(_ attempt: AttemptID, _ request: TokenRequest) {
        // A provider that is told of a refusal makes a new one, unless it has none.
        if request.reason == .rejected, isCalm || random.chance(0.7) { lastToken += 1 }
        let token = "t\(max(lastToken, isCalm ? servers[node].firstGoodToken : 0))"
        if !isCalm, random.chance(0.05) { return }
        let fails = !isCalm && random.chance(0.05)
        after(random.time(.zero ... .milliseconds(500))) {
            if fails {
                self.client { $0.tokenFailed(attempt, error: SimulatedFailure(), now: $1) }
            } else {
                self.client { $0.tokenArrived(attempt, token: token, now: $1) }
            }
        }
    }

    private struct SimulatedFailure: Error {}

    // MARK: Outcomes

    private func resolve(_ caller: RequestID, _ result: Result<SendOutcome.Disposition, WSEError>) {
        note(52, caller.rawValue, "send \(caller.rawValue): \(result)")
        fails(sends.resolve(caller, result))
        openSends.removeAll { $0 == caller }
    }

    private func readable(_ bytes: [UInt8]) -> String {
        guard history.isRecorded else { return "" }
        guard bytes.first == UInt8(ascii: "E") else { return String(decoding: bytes, as: UTF8.self) }
        return "sealed " + String(decoding: bytes.dropFirst(14).dropLast(16).map { $0 ^ 0xA5 }, as: UTF8.self)
    }
}
