import Synchronization
@_spi(WSEPool) import WSEClient
@_spi(WSE) import WSETransport

extension PoolCore {
    /// How long the old member of a topic may take to let go of it, before the new one's events go out.
    private static let releasePatience = Duration.seconds(1)

    private struct Move: Sendable {
        let from: PoolMember
        let to: PoolMember
        var topics: [String]
    }

    func resize(to connections: Int) async throws(WSEError) {
        await turnstile.enter(alone: true)
        defer { turnstile.leave(alone: true) }
        let old = state.withLock { $0.members }
        let before = state.withLock { $0.connections }
        if connections > before {
            let keys = Self.groups(old).keys
            let new = keys.flatMap { endpoint in
                (before..<connections).map { makeMember(for: endpoint, slot: $0) }
            }
            try await join(new)
            await replace(old, with: old + new, connections: connections)
        } else if connections < before {
            let staying = old.filter { $0.slot < connections }
            await replace(old, with: staying, connections: connections)
            await retire(old.filter { $0.slot >= connections })
        }
    }

    /// Connects new members, if the pool is.
    private func join(_ new: [PoolMember]) async throws(WSEError) {
        let isRunning = state.withLock { state in
            state.others += new
            return state.isRunning
        }
        guard isRunning else { return }
        do throws(WSEError) {
            try await connect(new, all: true, goesOn: false)
        } catch {
            await retire(new)
            throw error
        }
    }

    private func retire(_ members: [PoolMember]) async {
        state.withLock { state in
            for member in members where !state.others.contains(where: { $0 === member }) {
                state.others.append(member)
            }
        }
        await disconnect(members)
        state.withLock { state in
            for member in members { state.retired.add(member.client.statistics()) }
            state.others.removeAll { other in members.contains { $0 === other } }
        }
    }

    /// Makes `new` the members that share the topics, and moves those that belong elsewhere then.
    private func replace(_ old: [PoolMember], with new: [PoolMember], connections: Int) async {
        let wanted = exchange(new, connections: connections)
        await carryOut(moves(of: wanted, from: old, to: new))
    }

    /// Those that share the topics from now on; others are that no longer until they have let go.
    ///
    /// - Returns: The wanted topics.
    private func exchange(_ new: [PoolMember], connections: Int? = nil) -> Set<String> {
        state.withLock { state in
            state.others += state.members.filter { member in !new.contains { $0 === member } }
            state.others.removeAll { other in new.contains { $0 === other } }
            state.members = new
            if let connections { state.connections = connections }
            return state.wanted
        }
    }

    private func carryOut(_ moves: [Move]) async {
        // Out of reach of a caller's cancellation: half a move would lose something.
        await Task {
            await withTaskGroup { group in
                for move in moves { group.addTask { await self.carryOut(move) } }
            }
        }.value
        state.withLock { $0.movedTopics += UInt64(moves.reduce(0) { $0 + $1.topics.count }) }
    }

    private func moves(of topics: Set<String>, from old: [PoolMember], to new: [PoolMember]) -> [Move] {
        var moves: [Move] = []
        let after = Self.groups(new)
        for (endpoint, group) in Self.groups(old) {
            guard let next = after[endpoint] else { continue }
            let newSlots = next.map(\.slot)
            for (member, share) in Self.shares(topics, of: group) {
                let bySlot = Dictionary(grouping: share) { Rendezvous.slot(for: $0, among: newSlots) }
                for (slot, topics) in bySlot.sorted(by: { ($0.key ?? 0) < ($1.key ?? 0) })
                where slot != member.slot {
                    guard let to = next.first(where: { $0.slot == slot }) else { continue }
                    moves.append(Move(from: member, to: to, topics: topics))
                }
            }
        }
        return moves
    }

    /// The new member subscribes from where the old one is. Within one server, what it gets waits until the old one has
    /// let go, and goes out as far as the old one has not given it: a first event of a history, and one that the server
    /// has forgotten, may be on its way to the old one and cannot be asked for again.
    ///
    /// Between servers there is no such order, and an event that came once does not come again under its id.
    private func carryOut(_ move: Move) async {
        let (from, to) = (move.from.client, move.to.client)
        let isWithinServer = from.endpoint == to.endpoint
        let id = merge.beginMove(
            move.topics, from: move.from.number, to: move.to.number, isWithinServer: isWithinServer)
        // Behind the beginning, or what the old member gives in between would be noted by nobody.
        var places = await from.places(of: move.topics)
        merge.setPlaces(places, of: id)
        let topics = places.keys.sorted()
        var heads: [String: TopicPlace] = [:]
        if await isTakenOver(places, from, to) {
            let present = await from.places(of: topics)
            heads = await to.places(of: topics)
            merge.takenOver(id, places: present, heads: heads)
            if !isWithinServer {
                merge.switchMove(id)
                // Nodes learn of a subscription a moment later, and nothing says when. Until then the old one gets what
                // the new one does not.
                if from.isReady { await pause(configuration.relayPatience) }
            }
        }
        // What the old one has learnt since; the new one may not have been answered at all.
        places.merge(await from.places(of: topics)) { $1 }
        if isWithinServer { merge.switchMove(id, after: Self.releasePatience) }
        await from.release(topics)
        await caughtUp(to: heads, from, move: id)
        await from.finishRelease(topics)
        places.merge(merge.lastPlaces(of: id)) { $1 }
        await to.adopt(places, awaitsAnswer: false)
        merge.endMove(id, places: await to.places(of: topics))
    }

    /// Subscribes the new member. Should it not be ready, the old one keeps the topics for as long as an attempt to
    /// connect may take.
    ///
    /// - Returns: Whether the server has confirmed it.
    private func isTakenOver(_ places: [String: TopicPlace], _ from: WSEClient, _ to: WSEClient) async -> Bool
    {
        if places.isEmpty { return false }
        var waited = Duration.zero
        while true {
            if to.isReady, await to.adopt(places, awaitsAnswer: true).pending.isEmpty { return true }
            guard from.isReady, waited < configuration.client.connectTimeout else { return false }
            await pause(Self.step)
            waited += Self.step
        }
    }

    /// Waits until the old member has given what the new one's server had when that subscribed: its answer may overtake
    /// events.
    private func caughtUp(to heads: [String: TopicPlace], _ from: WSEClient, move: UInt64) async {
        while from.isReady, merge.isHolding(move), merge.isBehind(heads, in: move) { await pause(Self.step) }
    }

    /// Between two looks at something that nobody tells.
    private static let step = Duration.milliseconds(10)

    private func pause(_ duration: Duration) async {
        let clock = configuration.client.clock
        await withCheckedContinuation { continuation in
            _ = clock.schedule(after: max(duration, .zero)) { continuation.resume() }
        }
    }

    // MARK: Endpoints

    func setEndpoints(_ urls: [WebSocketURL]) async {
        await turnstile.enter(alone: true)
        defer { turnstile.leave(alone: true) }
        let gone = endpoints.replaceAll(with: urls)
        guard isPinned else {
            merge.tellStampedApartByID(endpoints.endpoints.count > 1)
            // Those too that take all servers for one.
            await replace(
                members.filter { gone.contains($0.client.endpoint) || !$0.isClustered && isClustered })
            return
        }
        let (old, connections, wanted, isRunning) = state.withLock {
            ($0.members, $0.connections, $0.wanted, $0.isRunning)
        }
        let known = Set(old.compactMap(\.endpoint))
        let shares = Dictionary(grouping: wanted) { Rendezvous.slot(for: $0, among: 0..<connections) }
        let new = endpoints.endpoints.filter { !known.contains($0) }.flatMap { endpoint in
            (0..<connections).map { slot in
                makeMember(for: endpoint, slot: slot, topics: shares[slot]?.sorted() ?? [])
            }
        }
        let leaving = old.filter { member in member.endpoint.map(gone.contains) ?? false }
        _ = exchange(old.filter { member in !leaving.contains { $0 === member } } + new)
        if isRunning { try? await connect(new, goesOn: false) }
        await retire(leaving)
    }

    /// Puts new members into the places of these, to which the strategy gives an endpoint, and moves their topics. Where
    /// no connection can be had at once, the old members make one themselves, by and by.
    private func replace(_ leaving: [PoolMember]) async {
        if leaving.isEmpty { return }
        let successors = leaving.map { makeMember(for: nil, slot: $0.slot) }
        do throws(WSEError) {
            try await join(successors)
        } catch {
            for member in leaving { member.client.forceReconnect() }
            return
        }
        let old = members
        let new = old.map { member in
            leaving.firstIndex { $0 === member }.map { successors[$0] } ?? member
        }
        let wanted = exchange(new)
        let shares = Dictionary(Self.shares(wanted, of: old).map { ($0.number, $1) }) { $1 }
        await carryOut(
            zip(leaving, successors).map { Move(from: $0, to: $1, topics: shares[$0.number] ?? []) })
        await retire(leaving)
    }
}
