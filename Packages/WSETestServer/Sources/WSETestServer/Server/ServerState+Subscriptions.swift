internal import NIOCore
internal import WSEWire

extension ServerState {
    /// Answers a `subscription_update`: first what the client missed, then what was accepted.
    mutating func updateSubscriptions(
        _ event: WSEEvent, refused: Set<String>, from link: ConnectionLink
    ) {
        let topics = event.payload["topics"]?.arrayValue?.compactMap(\.stringValue) ?? []
        switch event.payload["action"]?.stringValue {
        case "subscribe": subscribe(topics, except: refused, event, link)
        case "unsubscribe":
            for topic in topics { leave(topic, link) }
            answer(["success_topics": .array(topics.map { .string($0) }), "failed_topics": []], event, link)
        default:
            control(
                ControlMessages.error(
                    code: "INVALID_ACTION", message: "subscription_update wants subscribe or unsubscribe",
                    more: ["recoverable": true], now: now), to: link)
        }
    }

    private mutating func subscribe(
        _ topics: [String], except forbidden: Set<String>, _ event: WSEEvent, _ link: ConnectionLink
    ) {
        let wantsRecovery = event.payload["recover"]?.boolValue == true
        let positions = event.payload["recovery"]
        let presence = event.payload["presence"]
        var accepted: [WSEValue] = []
        var refused: [WSEValue] = []
        var recoveries: [String: WSEValue] = [:]
        var late: [OutboundItem] = []
        for topic in topics {
            guard !forbidden.contains(topic) else {
                refused.append(.string(topic))
                continue
            }
            accepted.append(.string(topic))
            join(topic, link)
            if wantsRecovery { recoveries[topic] = recover(topic, positions?[topic], link, late: &late) }
            if configuration.features.presence, let presence, case .object = presence {
                enter(topic, link, presence)
            }
        }
        var payload: [String: WSEValue] = [
            "success_topics": .array(accepted), "failed_topics": .array(refused),
        ]
        if wantsRecovery { payload["recovery"] = .object(recoveries) }
        answer(payload, event, link)
        switch configuration.replayOrder.value {
        case .first, .answerFirst: for frame in late { link.enqueue(frame) }
        case .interleaved: link.trickle(late)
        }
    }

    private mutating func answer(_ payload: [String: WSEValue], _ event: WSEEvent, _ link: ConnectionLink) {
        var envelope = Envelope(
            type: "subscription_update", payload: .object(payload), category: .system,
            correlationID: event.correlationID)
        messages.complete(&envelope)
        control(envelope, to: link)
    }

    /// Replays what follows the client's position, and tells where the topic stands.
    ///
    /// - Parameter late: Gets what is not to come before the answer.
    private mutating func recover(
        _ topic: String, _ position: WSEValue?, _ link: ConnectionLink, late: inout [OutboundItem]
    ) -> WSEValue {
        guard configuration.features.recovery, let history = topics[topic]?.history else {
            return ["epoch": nil, "offset": 0, "recovered": false, "recoverable": false, "count": 0]
        }
        var recovery = TopicHistory.Recovery.impossible
        if let epoch = position?["epoch"]?.stringValue,
            let offset = position?["offset"]?.integer(as: UInt64.self)
        {
            recovery = history.recovery(
                epoch: epoch, offset: offset, limit: configuration.recoveryLimit ?? .max)
        }
        let frames = recovery.publications.map { replay($0, topic) }
        switch configuration.replayOrder.value {
        case .first:
            for frame in frames { link.enqueue(frame) }
        case .answerFirst: late += frames
        case .interleaved:
            for frame in frames.prefix(frames.count / 2) { link.enqueue(frame) }
            late += frames.dropFirst(frames.count / 2)
        }
        return [
            "epoch": .string(history.epoch), "offset": WSEValue(history.head),
            "recovered": .bool(recovery.isRecovered), "recoverable": true,
            "count": .int(Int64(recovery.publications.count)),
        ]
    }

    /// The older server replays in the clear, whatever was agreed.
    func replay(_ publication: Publication, _ topic: String) -> OutboundItem {
        publication.frame(.replays, topic: topic, isSealed: configuration.dialect != .prefixed)
    }

    mutating func join(_ topic: String, _ link: ConnectionLink) {
        let capacity = topicCapacity
        topics[topic, default: Topic(name: topic, capacity: capacity)].subscribe(link)
        sessions[link.number]?.topics.insert(topic)
    }

    mutating func leave(_ topic: String, _ link: ConnectionLink) {
        sessions[link.number]?.topics.remove(topic)
        topics[topic]?.unsubscribe(link)
        let user = link.userID ?? link.id
        if let change = topics[topic]?.presence.leave(user: user, connection: link.number) {
            announce(change, of: user, on: topic)
        }
    }

    private mutating func enter(_ topic: String, _ link: ConnectionLink, _ data: WSEValue) {
        let user = link.userID ?? link.id
        if let change = topics[topic]?.presence.enter(user: user, connection: link.number, data: data) {
            announce(change, of: user, on: topic)
        }
    }

    private func announce(_ change: PresenceTable.Change, of user: String, on topic: String) {
        let (type, data): (String, WSEValue)
        switch change {
        case .none: return
        case .joined(let value): (type, data) = ("presence_join", value)
        case .updated(let value): (type, data) = ("presence_update", value)
        case .left(let value): (type, data) = ("presence_leave", value)
        }
        let members: [String: WSEValue] = [
            "t": .string(type), "p": ["user_id": .string(user), "data": data],
        ]
        guard let text = try? messages.text(members, category: .system) else { return }
        let frame = OutboundFrame(text: ByteBuffer(bytes: text), kind: .control, type: type)
        for link in topics[topic]?.subscribers ?? [] { link.enqueue(.frame(frame)) }
    }
}
