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
        defer { state.withLock { $0.others.removeAll { other in new.contains { $0 === other } } } }
        guard isRunning else { return }
        do throws(WSEError) {
            try await connect(new, all: true, goesOn: false)
        } catch {
            await disconnect(new)
            throw error
        }
    }

    private func retire(_ members: [PoolMember]) async {
        state.withLock { $0.others += members }
        await disconnect(members)
        state.withLock { $0.others.removeAll { other in members.contains { $0 === other } } }
    }

    /// Makes `new` the members that share the topics, and moves those that belong elsewhere then.
    private func replace(_ old: [PoolMember], with new: [PoolMember], connections: Int) async {
        let wanted = state.withLock { state in
            state.members = new
            // Until they have let go.
            state.others += old.filter { member in !new.contains { $0 === member } }
            state.connections = connections
            return state.wanted
        }
        let moves = moves(of: wanted, from: old, to: new)
        await withTaskGroup { group in
            for move in moves { group.addTask { await self.carryOut(move) } }
        }
        state.withLock { state in
            state.movedTopics += UInt64(moves.reduce(0) { $0 + $1.topics.count })
            state.others.removeAll { other in old.contains { $0 === other } }
        }
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
        let isWithinServer = move.from.client.endpoint == move.to.client.endpoint
        let id = merge.beginMove(
            move.topics, from: move.from.number, to: move.to.number,
            isWithinServer: isWithinServer)
        // Behind the beginning, or what the old member gives in between would be noted by nobody.
        var places = await move.from.client.places(of: move.topics)
        merge.setPlaces(places, of: id)
        let topics = places.keys.sorted()
        if move.to.client.isReady {
            let answer = await move.to.client.adopt(places, awaitsAnswer: true)
            if !isWithinServer, answer.pending.isEmpty {
                merge.switchMove(id)
                // Nodes learn of a subscription a moment later, and nothing says when. Until then the old one gets what
                // the new one does not.
                if move.from.client.isReady { await pause(configuration.relayPatience) }
            }
        }
        // What the old one has learnt since; the new one may not have been answered at all.
        places.merge(await move.from.client.places(of: topics)) { $1 }
        if isWithinServer { merge.switchMove(id, after: Self.releasePatience) }
        await move.from.client.release(topics)
        places.merge(merge.lastPlaces(of: id)) { $1 }
        await move.to.client.adopt(places, awaitsAnswer: false)
        merge.endMove(id, places: await move.to.client.places(of: topics))
    }

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
            for member in members where gone.contains(member.client.endpoint) {
                member.client.forceReconnect()
            }
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
        state.withLock { state in
            state.members.removeAll { member in leaving.contains { $0 === member } }
            state.members += new
        }
        if isRunning { try? await connect(new, goesOn: false) }
        await retire(leaving)
    }
}
