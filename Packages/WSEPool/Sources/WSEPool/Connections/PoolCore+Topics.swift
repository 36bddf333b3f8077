import Synchronization
@_spi(WSEPool) import WSEClient
@_spi(WSE) import WSETransport

extension PoolCore {
    /// Members that share the topics between them, each set having all topics.
    static func groups(_ members: [PoolMember]) -> [WebSocketURL?: [PoolMember]] {
        Dictionary(grouping: members, by: \.endpoint)
    }

    /// Which member of a group has which of the topics.
    static func shares(_ topics: some Sequence<String>, of group: [PoolMember]) -> [(PoolMember, [String])] {
        let slots = group.map(\.slot)
        let bySlot = Dictionary(grouping: topics) { Rendezvous.slot(for: $0, among: slots) }
        return group.compactMap { member in bySlot[member.slot].map { (member, $0.sorted()) } }
    }

    private func shares(_ topics: [String], of members: [PoolMember]) -> [(PoolMember, [String])] {
        Self.groups(members).values.flatMap { Self.shares(topics, of: $0) }
    }

    func subscribe(_ topics: [String]) async -> SubscriptionResult {
        await turnstile.enter(alone: false)
        defer { turnstile.leave(alone: false) }
        let members = state.withLock { state in
            state.wanted.formUnion(topics)
            return state.members
        }
        let shares = shares(topics, of: members)
        let isAnyReady = !isPinned || shares.contains { $0.0.client.isReady }
        let result = await answers(shares) { member, share in
            if self.isPinned, isAnyReady, !member.client.isReady {
                let places = Dictionary(uniqueKeysWithValues: share.map { ($0, TopicPlace()) })
                return await member.client.adopt(places, awaitsAnswer: false)
            }
            return await self.answer(of: member, to: share)
        }
        state.withLock { $0.wanted.subtract(result.refused) }
        return result
    }

    private func answer(of member: PoolMember, to topics: [String]) async -> SubscriptionResult {
        // No topic is empty: that is all that it throws for.
        (try? await member.client.subscribe(topics)) ?? SubscriptionResult(pending: Set(topics))
    }

    func unsubscribe(_ topics: [String]) async -> SubscriptionResult {
        await turnstile.enter(alone: false)
        defer { turnstile.leave(alone: false) }
        let members = state.withLock { state in
            state.wanted.subtract(topics)
            return state.members
        }
        return await answers(shares(topics, of: members)) { member, share in
            (try? await member.client.unsubscribe(share)) ?? SubscriptionResult(pending: Set(share))
        }
    }

    /// Asks all members at once, and puts their answers together.
    private func answers(
        _ shares: [(PoolMember, [String])],
        _ ask: @escaping @Sendable (PoolMember, [String]) async -> SubscriptionResult
    ) async -> SubscriptionResult {
        var whole = await withTaskGroup(of: SubscriptionResult.self) { group in
            for (member, share) in shares { group.addTask { await ask(member, share) } }
            var whole = SubscriptionResult()
            for await part in group {
                whole.accepted.formUnion(part.accepted)
                whole.refused.formUnion(part.refused)
                whole.pending.formUnion(part.pending)
            }
            return whole
        }
        whole.pending.subtract(whole.accepted)
        whole.refused.subtract(whole.accepted)
        whole.refused.subtract(whole.pending)
        return whole
    }

    // MARK: Sending

    /// The client that messages about a topic go through.
    func sender(for topic: String?) -> WSEClient {
        let members = members
        let groups = Self.groups(members)
        if let topic {
            let owners = groups.values.compactMap { group in
                Rendezvous.slot(for: topic, among: group.map(\.slot)).flatMap { slot in
                    group.first { $0.slot == slot }
                }
            }.sorted { $0.number < $1.number }
            if let owner = owners.first(where: { $0.client.isReady }) ?? owners.first { return owner.client }
        }
        if let member = members.first(where: { $0.client.isReady }) ?? members.first { return member.client }
        // Only of a pool that is going away.
        return makeMember(for: nil, slot: 0).client
    }

    func senders(for topics: [String]) -> [(WSEClient, [String])] {
        var shares: [(WSEClient, [String])] = []
        for topic in topics {
            let client = sender(for: topic)
            if let index = shares.firstIndex(where: { $0.0 === client }) {
                shares[index].1.append(topic)
            } else {
                shares.append((client, [topic]))
            }
        }
        return shares
    }
}
