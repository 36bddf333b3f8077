@_spi(WSEPool) import WSEClient
@_spi(WSE) import WSETransport

/// The members of a pool and what they share; outlives the facade only while work for it is under way.
final class PoolCore: Sendable {
    struct State {
        /// Those that share the topics, in the order in which they were made.
        var members: [PoolMember] = []
        /// Those that come or go.
        var others: [PoolMember] = []
        /// In all, or for each endpoint.
        var connections: Int
        var wanted: Set<String>
        var isRunning = false
        var lastMember = 0
        var movedTopics: UInt64 = 0
        /// Members that have ended for good.
        var ended: Set<Int> = []
        /// What members did that are gone.
        var retired = WSEPoolStatistics.Totals()
    }

    let configuration: WSEClientPool.Configuration
    let endpoints: ConnectionPool
    let merge: MergePoint
    let signals = PoolSignals()
    let state: OrderedMutex<State>
    /// Subscriptions pass together; changes of members alone.
    let turnstile = Turnstile()
    private let first: WebSocketURL
    private let reference: WeakCore

    init(first: WebSocketURL, endpoints: [WebSocketURL], configuration: WSEClientPool.Configuration) {
        self.configuration = configuration
        self.first = first
        let clock = configuration.client.clock
        self.endpoints = ConnectionPool(endpoints, configuration: configuration.selection, clock: clock)
        let isPinned = configuration.placement.value == .everyEndpoint
        var filter = MergeFilter.Configuration()
        filter.tellsStampedApartByID = isPinned || self.endpoints.endpoints.count > 1
        filter.relayPatience = isPinned ? max(configuration.relayPatience, .zero) : nil
        filter.rememberedIDs = max(configuration.rememberedIDs, 1)
        let reference = WeakCore()
        self.reference = reference
        merge = MergePoint(
            buffering: configuration.eventBuffering, filter: filter, clock: clock,
            onRoomChanged: {
                guard let core = reference.core else { return }
                for member in core.state.withLock({ $0.members + $0.others }) { member.client.roomChanged() }
            },
            onSignal: { reference.core?.signals.yield(WSEPoolSignal(signal: $0)) })
        state = OrderedMutex(
            State(
                connections: configuration.placement.connections,
                wanted: Set(configuration.client.topics.filter { !$0.isEmpty })))
    }

    /// Makes the first members.
    func start() {
        reference.core = self
        let members = isPinned ? endpoints.endpoints.map { makeMembers(for: $0) } : [makeMembers(for: nil)]
        state.withLock { $0.members = members.flatMap { $0 } }
    }

    /// Nobody can ask for anything any more.
    func shutDown() {
        let members = state.withLock { state in
            defer {
                state.members = []
                state.others = []
                state.isRunning = false
            }
            return state.members + state.others
        }
        merge.hub.finish()
        signals.finish()
        // Ends what waits for them, which would keep them.
        for member in members { Task { await member.disconnect() } }
    }

    /// Whether connections may go to servers with histories of their own.
    var isClustered: Bool { configuration.client.isClustered ?? (endpoints.endpoints.count > 1) }

    var isPinned: Bool { configuration.placement.value == .everyEndpoint }

    var members: [PoolMember] { state.withLock { $0.members } }

    var wantedTopics: Set<String> { state.withLock { $0.wanted } }

    // MARK: Members

    private func makeMembers(for endpoint: WebSocketURL?) -> [PoolMember] {
        let (connections, wanted) = state.withLock { ($0.connections, $0.wanted) }
        let shares = Dictionary(grouping: wanted) { Rendezvous.slot(for: $0, among: 0..<connections) }
        return (0..<connections).map { slot in
            makeMember(for: endpoint, slot: slot, topics: shares[slot]?.sorted() ?? [])
        }
    }

    /// - Parameter topics: To subscribe to when it connects.
    func makeMember(for endpoint: WebSocketURL?, slot: Int, topics: [String] = []) -> PoolMember {
        let number = state.withLock { state in
            state.lastMember += 1
            return state.lastMember
        }
        var configuration = configuration.client
        configuration.topics = topics
        configuration.initialConnect = .retry
        // Each would send what it holds.
        configuration.offlineStore = nil
        if let endpoint {
            configuration.endpoints = PinnedEndpoint(endpoint: endpoint, pool: endpoints)
            // Of its own publications one server has one history; others' come without a stamp.
            configuration.isClustered = configuration.isClustered ?? false
        } else {
            configuration.endpoints = endpoints
            configuration.isClustered = isClustered
        }
        let sink = MemberSink(member: number, merge: merge) { [reference] in
            reference.core?.memberEnded(number, $0)
        }
        let client = WSEClient(url: endpoint ?? first, configuration: configuration, sink: sink)
        let signals = client.signals
        Task { [weak client, reference] in
            for await signal in signals {
                guard let core = reference.core, let client else { return }
                if case .refused(let topics) = signal { core.refused(topics) }
                core.signals.yield(
                    WSEPoolSignal(connection: number, endpoint: client.endpoint, signal: signal))
            }
        }
        return PoolMember(
            number: number, endpoint: endpoint, slot: slot, isClustered: configuration.isClustered ?? false,
            client: client)
    }

    /// A server wants nobody on these topics, be it now or later.
    private func refused(_ topics: Set<String>) {
        state.withLock { state in
            let wanted = state.members.reduce(into: Set<String>()) { $0.formUnion($1.client.wantedTopics) }
            state.wanted.subtract(topics.subtracting(wanted))
        }
    }

    /// A member has ended by an error that no reconnect can mend.
    private func memberEnded(_ number: Int, _ error: WSEError) {
        let isEnd = state.withLock { state in
            // One that only comes or goes is not missed.
            guard state.isRunning, state.members.contains(where: { $0.number == number }) else {
                return false
            }
            state.ended.insert(number)
            guard !isPinned || state.members.allSatisfy({ state.ended.contains($0.number) }) else {
                return false
            }
            state.isRunning = false
            return true
        }
        guard isEnd else { return }
        merge.hub.finish(throwing: error)
        // Nobody hears the others any more.
        Task {
            await turnstile.enter(alone: true)
            let members = state.withLock { $0.isRunning ? [] : $0.members + $0.others }
            await disconnect(members)
            turnstile.leave(alone: true)
        }
    }

    // MARK: Statistics

    func statistics() -> WSEPoolStatistics {
        let (members, wanted, moved, retired) = state.withLock {
            ($0.members, $0.wanted, $0.movedTopics, $0.retired)
        }
        return WSEPoolStatistics(
            connections: members.map {
                .init(number: $0.number, endpoint: $0.client.endpoint, client: $0.client.statistics())
            },
            endpoints: endpoints.statistics, wantedTopics: wanted, queuedEvents: merge.hub.count,
            heldEvents: merge.heldCount, duplicates: merge.duplicates, movedTopics: moved, retired: retired,
            droppedHere: merge.dropped)
    }
}

/// Lets members reach the core that owns them, while it lives.
final class WeakCore: Sendable {
    private struct Reference {
        weak var core: PoolCore?
    }

    private let reference = OrderedMutex(Reference())

    var core: PoolCore? {
        get { reference.withLock { $0.core } }
        set { reference.withLock { $0.core = newValue } }
    }
}
