import WSEWire

/// What this client shows of itself on its topics, and who else was seen.
struct PresenceRoster {
    /// Members remembered at most; what a server sends is bounded in no other way.
    static let capacity = 100_000

    /// What others see of this client, by topic.
    private var own: [String: WSEValue] = [:]
    /// Others' data by their user id; the frames name no topic.
    private(set) var members: [String: WSEValue] = [:]

    subscript(topic: String) -> WSEValue? { own[topic] }

    /// Topics on which this client is to be seen.
    var topics: [String] { own.keys.sorted() }

    mutating func show(_ data: WSEValue, on topics: [String]) {
        for topic in topics { own[topic] = data }
    }

    mutating func hide(on topics: [String]) {
        for topic in topics { own[topic] = nil }
    }

    /// Topics that are asked for with the same data go into one message.
    func groups(of topics: [String]) -> [(topics: [String], data: WSEValue?)] {
        if own.isEmpty { return [(topics, nil)] }
        var groups: [(topics: [String], data: WSEValue?)] = []
        var indices: [WSEValue?: Int] = [:]
        for topic in topics {
            if let index = indices[own[topic]] {
                groups[index].topics.append(topic)
            } else {
                indices[own[topic]] = groups.count
                groups.append(([topic], own[topic]))
            }
        }
        return groups
    }

    mutating func saw(_ change: PresenceChange) {
        switch change.kind {
        case .joined, .updated:
            guard members[change.userID] != nil || members.count < Self.capacity else { return }
            members[change.userID] = change.data
        case .left:
            members[change.userID] = nil
        }
    }

    /// A new run of connecting begins.
    mutating func forgetMembers() {
        members = [:]
    }
}

extension SessionMachine {
    /// Shows others on topics what is new about this client; on those that are asked for later, with the subscription.
    mutating func updatePresence(_ data: WSEValue, on topics: [String], now: Moment) {
        presence.show(data, on: topics)
        let asked = topics.filter {
            switch subscriptions.status(of: $0) {
            case .pending, .acknowledged: true
            case .wanted, nil: false
            }
        }
        guard isReady, !asked.isEmpty else { return }
        // It asks for no position, and its answer settles nothing about the topics: their order is none of its business.
        let id = messages.nextID(now: now, random: &random)
        subscriptions.mentioned(asked, request: id)
        transmit(
            messages.subscribe(
                asked, positions: [:], asksForPositions: false, request: id, presence: data, now: now,
                random: &random))
    }
}
