import WSEWire

@testable import WSEClient

/// The application behind the server: takes clients into topics, replays, answers.
extension ModelServer {
    func asked(_ message: WSEValue, number request: Int, by link: ModelLink) {
        if isMute {
            world.ledger.excuseAll(until: world.now + .seconds(20))
            world.note(30, 0, "server \(node) does not answer")
            return
        }
        let delay = world.random.time(.zero...world.answerDelay)
        link.busyUntil = max(link.busyUntil, world.now + delay)
        world.after(link.busyUntil - world.now) {
            guard !link.isCut, !self.isDown else { return }
            self.answer(message, request: request, to: link)
        }
    }

    private func answer(_ message: WSEValue, request: Int, to link: ModelLink) {
        let payload = message["p"] ?? .null
        let action = payload["action"]?.stringValue ?? ""
        let names = (payload["topics"]?.arrayValue ?? []).compactMap(\.stringValue)
        var accepted: [String] = []
        var refused: [String] = []
        var recovery: [String] = []
        var positions: [(topic: Int, epoch: PublishedEpoch?, head: UInt64?)] = []
        for name in names {
            guard let topic = world.ledger.index(of: name) else { continue }
            guard action == "subscribe" else {
                link.subscribed[topic] = false
                accepted.append(name)
                continue
            }
            guard !world.scenario.denied.contains(name) else {
                world.ledger.excuse(topic, until: world.now + .seconds(20))
                refused.append(name)
                continue
            }
            accepted.append(name)
            link.subscribed[topic] = true
            let epoch = epochs[topic]
            guard payload["recover"] == true, world.scenario.recovers else {
                continue
            }
            positions.append((topic, epoch, epoch?.head))
            let recovered = replay(topic, from: payload["recovery"]?[name], to: link)
            recovery.append(
                epoch.map {
                    #""\#(name)":{"epoch":"\#($0.name)","offset":\#($0.head),"recovered":\#(recovered),"recoverable":true,"count":0}"#
                } ?? #""\#(name)":{"epoch":null,"offset":0,"recovered":false,"recoverable":false,"count":0}"#)
        }
        let scenario = world.scenario
        var fields = #""success_topics":\#(accepted),"failed_topics":\#(refused)"#
        if payload["recover"] == true, scenario.recovers {
            fields += #","recovery":{\#(recovery.joined(separator: ","))}"#
        }
        if scenario.answersWithAction { fields = #""action":"\#(action)","# + fields }
        let id = scenario.answersWithID ? #","cid":"\#(message["id"]?.stringValue ?? "")""# : ""
        world.note(31, UInt64(request), "server \(node) answers \(request): \(fields)")
        push(
            .direct, text(#"{"c":"WSE","t":"subscription_update","p":{\#(fields)}\#(id),"v":1}"#), to: link,
            isSealed: scenario.answersSealed
        ) { [world] in
            // An answer that the client does not take for one changes nothing for its user.
            for (topic, epoch, head) in positions
            where world.machine.subscriptions.status(of: world.scenario.topics[topic]) == .acknowledged {
                world.ledger.confirmed(topic, epoch: epoch, head: head, request: request)
            }
        }
    }

    /// - Returns: Whether it counts as recovered.
    private func replay(_ topic: Int, from position: WSEValue?, to link: ModelLink) -> Bool {
        guard let epoch = epochs[topic], let position, position["epoch"]?.stringValue == epoch.name,
            let offset = position["offset"]?.uintValue
        else { return false }
        guard offset < epoch.head else { return true }
        guard offset + 1 >= epoch.firstKept, epoch.head - offset <= UInt64(world.scenario.replayed) else {
            for missed in (offset + 1)...epoch.head { epoch.mark(missed, .refused) }
            return false
        }
        for offset in (offset + 1)...epoch.head { epoch.unmark(offset, .refused) }
        var last = epoch.head
        if !world.isCalm, world.random.chance(world.scenario.cutReplays) {
            last = offset + UInt64(world.random.below(Int(epoch.head - offset)))
            world.ledger.excuse(topic, until: world.now + .seconds(30))
        }
        world.note(
            32, last,
            "server \(node) replays \(epoch.topic) \(epoch.name) \(offset + 1)...\(epoch.head)\(last < epoch.head ? ", cut behind \(last)" : "")"
        )
        let lane: ModelLink.Lane = world.scenario.version == .v251 ? .replay : .direct
        if last > offset {
            for next in (offset + 1)...last { send(epoch, next, to: link, lane) }
        }
        return true
    }
}
