import WSETransport
import WSEWire

@testable import WSEClient

/// What users do, and what goes wrong.
extension Simulation {
    /// Does something of the user's now.
    func user(_ act: (Simulation, Moment) -> Void) {
        act(self, now.moment)
        drainUnlessDraining()
    }

    func connect(_ moment: Moment) {
        note(70, 0, "user connects")
        openConnects += 1
        hasEnded = false
        machine.connect(now: moment)
    }

    func scheduleTrouble() {
        user { $0.connect($1) }
        subscribe(scenario.topics)
        for _ in 0..<scenario.userActions { at(random.time(.zero...scenario.trouble)) { self.act() } }
        for fault in scenario.faults {
            at(random.time(.zero...scenario.trouble)) { self.strike(fault) }
        }
        var left = scenario.publications
        while left > 0 {
            let burst = random.chance(0.2) ? random.within(1...40) : 1
            let topic = random.below(scenario.topics.count)
            let server = servers[random.below(servers.count)]
            left -= burst
            at(random.time(.zero...scenario.trouble)) {
                for _ in 0..<burst { server.publish(topic) }
            }
        }
        for number in 0..<random.below(10) {
            at(random.time(.zero...scenario.trouble)) { self.servers[self.node].broadcast(number) }
        }
    }

    private func at(_ time: VirtualTime, _ work: @escaping () -> Void) {
        agenda.add(at: time, work)
    }

    // MARK: The user

    private func act() {
        if hasEnded { return user { $0.connect($1) } }
        switch random.below(20) {
        case 0...4: subscribe(random.some(of: scenario.topics))
        case 5...6: unsubscribe(random.some(of: scenario.topics))
        case 7...15:
            let priority = random.chance(0.3) ? MessagePriority.normal : nil
            for _ in 0..<random.within(1...8) { send(priority) }
        case 16:
            guard let caller = openSends.last else { return }
            note(71, caller.rawValue, "user cancels send \(caller.rawValue)")
            user { world, _ in world.machine.cancelSend(caller) }
        case 17:
            note(72, 0, "user forces a reconnect")
            count("forced reconnects")
            user { $0.machine.forceReconnect(now: $1) }
        case 18: moveOrStopWaiting()
        default:
            note(73, 0, "user disconnects")
            count("disconnects")
            openDisconnects += 1
            user { $0.machine.disconnect(now: $1) }
        }
    }

    private func moveOrStopWaiting() {
        if let request = openSubscriptions.min(), random.chance(0.5) {
            note(74, request, "user stops waiting for \(request)")
            return user { world, _ in world.machine.stopWaiting(RequestID(rawValue: request)) }
        }
        guard scenario.nodes > 1, let url = try? WebSocketURL("ws://node-\(1 - node):1/wse") else { return }
        node = 1 - node
        ledger.hasMoved = true
        note(75, UInt64(node), "user moves to \(node)")
        count("moves")
        user { $0.machine.changeEndpoint(url, now: $1) }
    }

    private func subscribe(_ topics: [String]) {
        lastRequest += 1
        let request = RequestID(rawValue: lastRequest)
        openSubscriptions.insert(lastRequest)
        note(76, lastRequest, "user subscribes \(topics), \(lastRequest)")
        user { world, now in
            world.ledger.want(topics, sent: world.sentCount)
            world.machine.subscribe(topics, request: request, now: now)
        }
    }

    private func unsubscribe(_ topics: [String]) {
        // What the client has given out already was given out before.
        if isDraining { return after(.zero) { self.unsubscribe(topics) } }
        lastRequest += 1
        let request = RequestID(rawValue: lastRequest)
        openSubscriptions.insert(lastRequest)
        note(77, lastRequest, "user unsubscribes \(topics), \(lastRequest)")
        user { world, now in
            world.ledger.forget(topics)
            world.machine.unsubscribe(topics, request: request, now: now)
        }
    }

    private func send(_ fixed: MessagePriority?) {
        lastRequest += 1
        let caller = RequestID(rawValue: lastRequest)
        let priority = fixed ?? random.pick([.critical, .high, .normal, .low, .background])
        let size = scenario.largeMessages ? random.within(0...60_000) : random.below(20)
        let payload = WSEValue.string("secret " + String(repeating: "x", count: size))
        note(78, lastRequest, "user sends \(lastRequest), priority \(priority.rawValue), \(size) bytes")
        user { world, now in
            world.sends.expect(caller, priority: priority.rawValue)
            world.openSends.append(caller)
            switch world.machine.send(
                MessageDraft(type: "note", payload: payload, priority: priority), caller: caller, now: now)
            {
            case .success(let id): world.sends.accepted(caller, id: id)
            case .failure:
                world.openSends.removeAll { $0 == caller }
                world.fails(world.sends.refused(caller))
            }
        }
    }

    // MARK: Faults

    private func strike(_ fault: Scenario.Fault) {
        note(80, 0, "FAULT \(fault)")
        count("\(fault)")
        let server = servers[node]
        let span = random.time(.seconds(1) ... .seconds(30))
        switch fault {
        case .cut: connection?.cut()
        case .halfOpen:
            // Within a second nobody can know.
            ledger.excuseAll(until: now + .seconds(2))
            connection?.fallSilent()
        case .serverCloses:
            let code = random.pick([1000, 1001, 1005, 1011, 4300, 4401, 4429, 4503, 1008] as [UInt16])
            connection?.serverCloses(WebSocketCloseCode(rawValue: code))
        case .restart:
            server.restart(
                closing: random.chance(0.5) ? .goingAway : nil, down: random.time(.zero ... .seconds(20)))
        case .outage:
            server.isOutOfReach = true
            connection?.cut()
            after(span) { server.isOutOfReach = false }
        case .stalledOutput:
            // What is asked for in vain for long is given up.
            ledger.excuseAll(until: now + span + .seconds(40))
            connection?.stalledUntil = now + span
        case .latency:
            extraLatency = random.time(.zero ... .seconds(8))
            answerDelay = random.time(.zero ... .seconds(8))
            ledger.excuseAll(until: now + span + .seconds(40))
            after(span) {
                self.extraLatency = .zero; self.answerDelay = .milliseconds(5)
            }
        case .slowConsumer:
            stream.isSlow = true
            after(span) {
                self.stream.isSlow = false
                self.consume()
            }
        case .rotatedToken:
            server.firstGoodToken = lastToken + 1
            connection?.cut()
        case .forgottenTopic: server.forget(random.below(scenario.topics.count))
        case .silentServer:
            // Which answer is missing, a server that does not say what it answers leaves to be guessed.
            ledger.excuseAll(until: now + span + .seconds(60))
            server.isMute = true
            after(span) { server.isMute = false }
        case .lostPublications:
            server.losesPublications = true
            after(span) { server.losesPublications = false }
        case .nonsense: speakNonsense(server)
        case .plaintext:
            // What is refused for coming in the clear comes again in the clear.
            ledger.excuseAll(until: now + span + .seconds(40))
            server.forgetsToSeal = true
            after(span) { server.forgetsToSeal = false }
        }
    }

    private func speakNonsense(_ server: ModelServer) {
        guard let link = connection else { return }
        let text = random.pick([
            "{", "C:x", "E:short", #"{"c":"WSE","t":"server_hello","p":{"server_version":"9"},"v":1}"#,
            #"{"c":"WSE","t":"server_ready","p":{},"v":1}"#,
            #"{"c":"WSE","t":"error","p":{"code":"RATE_LIMITED","message":"slowly","retry_after":1},"v":1}"#,
            #"{"c":"WSE","t":"subscription_update","p":{"success_topics":["x"],"failed_topics":[]},"v":1}"#,
        ])
        link.push(.direct, server.text(text))
    }
}
