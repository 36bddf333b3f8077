import InteropPeer
import Testing
import WSEClient
import WSEPool

/// Pools over a cluster of three published servers.
@Suite(.serialized, .timeLimit(.minutes(8))) struct ClusterTests {
    private static let topics = (0..<6).map { "t\($0)" }

    private func pool(
        _ cluster: Cluster, _ placement: TopicPlacement
    ) async throws -> WSEClientPool {
        var configuration = WSEConfiguration(tokenProvider: StaticToken(try await cluster.nodes[0].token()))
        configuration.backoff = Backoff.Configuration(base: .milliseconds(50), maximum: .milliseconds(500))
        configuration.connectTimeout = .seconds(3)
        configuration.heartbeatInterval = .milliseconds(500)
        configuration.livenessTimeout = .seconds(2)
        // Nodes are down for seconds here, and not for the quarter of a minute that an open breaker stands for.
        let selection = ConnectionPool.Configuration(
            strategy: .leastConnections,
            breaker: .init(failureThreshold: 3, openDuration: .milliseconds(500), successThreshold: 1))
        return try WSEClientPool(
            endpoints: cluster.urls.map { try WebSocketURL($0) },
            configuration: .init(client: configuration, placement: placement, selection: selection))
    }

    private func watch(_ pool: WSEClientPool, _ ledger: ClusterLedger) -> Task<Void, Never> {
        let events = pool.events
        return Task {
            do {
                for try await event in events { ledger.record(event) }
            } catch {
                Issue.record("the events ended: \(error)")
            }
        }
    }

    private func wait(
        _ limit: Duration, for what: String, _ condition: () async throws -> Bool
    ) async throws {
        let start = ContinuousClock.now
        while try await !condition() {
            guard ContinuousClock.now - start < limit else {
                Issue.record("\(what): not after \(limit)")
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func publish(
        _ count: Int?, of topic: String, on node: Int, in cluster: Cluster, from first: Int? = nil
    ) async throws {
        var fields: [String: WSEValue] = [
            "topic": .string(topic), "size": 200, "rate": 100, "wait": false,
            "count": count.map { .int(Int64($0)) } ?? .null,
        ]
        if let first { fields["start"] = .int(Int64(first)) }
        try await cluster.nodes[node].command("publish", fields)
    }

    /// Publishes until a publication of each node has come through for each topic: nodes learn of subscriptions a
    /// moment later, and nothing says when.
    private func warmUp(_ cluster: Cluster, _ ledger: ClusterLedger) async throws {
        for node in cluster.nodes.indices {
            for topic in Self.topics {
                var next = cluster.base(node) + 5_000_000
                try await wait(.seconds(20), for: "\(topic) from node \(node)") {
                    try await cluster.nodes[node].command(
                        "publish", ["topic": .string(topic), "start": .int(Int64(next))])
                    next += 1
                    return ledger.missing(topic, from: next - 1, count: 1).isEmpty
                        || ledger.count(of: "\(topic)-\(cluster.base(node) + 5_000_000)") > 0
                        || (cluster.base(node) + 5_000_000..<next).contains {
                            ledger.count(of: "\(topic)-\($0)") > 0
                        }
                }
            }
        }
    }

    @Test(arguments: [TopicPlacement.spread(connections: 3), .everyEndpoint()])
    func `what is published on any node arrives once, wherever its topic is`(placement: TopicPlacement)
        async throws
    {
        let cluster = try await Cluster.start(3)
        let pool = try await pool(cluster, placement)
        let ledger = ClusterLedger()
        let watching = watch(pool, ledger)
        try await pool.connect()
        #expect(try await pool.subscribe(Self.topics).accepted == Set(Self.topics))
        // One connection to each node, with either placement.
        #expect(Set(pool.statistics().connections.map(\.endpoint)).count == 3)
        try await warmUp(cluster, ledger)
        for node in 0..<3 {
            for topic in Self.topics {
                try await publish(200, of: topic, on: node, in: cluster, from: cluster.base(node))
            }
        }
        for node in 0..<3 {
            for topic in Self.topics {
                try await wait(.seconds(30), for: "\(topic) from node \(node)") {
                    ledger.missing(topic, from: cluster.base(node), count: 200).isEmpty
                }
            }
        }
        #expect(ledger.doubled == [])
        #expect(ledger.disorder == [])
        #expect(pool.statistics().heldEvents == 0)
        await pool.disconnect()
        await watching.value
        try await cluster.stop()
    }

    @Test(arguments: [1, 3])
    func `the number of connections changes under load, and each publication arrives once`(
        nodes: Int
    ) async throws {
        let cluster = try await Cluster.start(nodes)
        let pool = try await pool(cluster, .spread(connections: nodes))
        let ledger = ClusterLedger()
        let watching = watch(pool, ledger)
        let signals = pool.signals
        let listening = Task {
            var gaps: [WSEGap] = []
            for await signal in signals {
                if case .gap(let gap) = signal.signal { gaps.append(gap) }
            }
            return gaps
        }
        try await pool.connect()
        try await pool.subscribe(Self.topics)
        try await warmUp(cluster, ledger)
        for node in cluster.nodes.indices {
            for topic in Self.topics {
                try await publish(nil, of: topic, on: node, in: cluster, from: cluster.base(node))
            }
        }
        for connections in [4, 2, 7, 1, 3, 5] {
            try await pool.resize(to: connections)
            #expect(pool.connectionCount == connections)
            let before = ledger.total
            try await wait(.seconds(30), for: "events with \(connections) connections") {
                ledger.total > before + 300
            }
        }
        var published = 0
        for node in cluster.nodes.indices {
            for topic in Self.topics {
                let answer = try await cluster.nodes[node].command("publish_stop", ["name": .string(topic)])
                let count = answer["published"]?.intValue ?? 0
                let first = answer["first"]?.intValue ?? -1
                #expect(count > 0)
                published += count
                try await wait(.seconds(10), for: "\(topic) from node \(node)") {
                    ledger.missing(topic, from: first, count: count).isEmpty
                }
            }
        }
        #expect(ledger.doubled == [])
        #expect(ledger.disorder == [])
        let statistics = pool.statistics()
        #expect(statistics.movedTopics > 0)
        print("resized over \(nodes) nodes: \(published) publications, \(statistics.movedTopics) moves of topics")
        await pool.disconnect()
        await watching.value
        listening.cancel()
        let gaps = await listening.value
        // Nothing was missing. That nothing is called so does not always hold between nodes; see decision 0008.
        withKnownIssue("a gap is told of what came by way of another node", isIntermittent: true) {
            #expect(gaps == [], "\(gaps)")
        } when: {
            nodes > 1
        }
        try await cluster.stop()
    }

    @Test(arguments: [TopicPlacement.everyEndpoint(), .spread(connections: 3)])
    func `nodes are killed and restarted in turn under load`(placement: TopicPlacement) async throws {
        let isEvery = placement == .everyEndpoint()
        let cluster = try await Cluster.start(3)
        let pool = try await pool(cluster, placement)
        let ledger = ClusterLedger()
        let watching = watch(pool, ledger)
        try await pool.connect()
        try await pool.subscribe(Self.topics)
        try await warmUp(cluster, ledger)
        for node in 0..<3 {
            for topic in Self.topics {
                try await publish(nil, of: topic, on: node, in: cluster, from: cluster.base(node))
            }
        }
        var silences: [Duration] = []
        for round in 0..<6 {
            let node = round % 3
            try await Task.sleep(for: .seconds(1))
            // Those whose connection goes are the ones that have to go elsewhere.
            let killed = cluster.nodes[node].url
            let concerned = Set(
                pool.statistics().connections.filter { "\($0.endpoint)" == killed }
                    .flatMap(\.client.topics))
            try await cluster.kill(node)
            ledger.mark()
            try await wait(.seconds(30), for: "round \(round): all topics") {
                ledger.firstAfterMark.count == Self.topics.count
            }
            silences += ledger.firstAfterMark.filter { concerned.contains($0.key) }.values
            try await Task.sleep(for: .milliseconds(500))
            try await cluster.restart(node)
            for topic in Self.topics {
                try await publish(nil, of: topic, on: node, in: cluster, from: cluster.base(node))
            }
            try await wait(.seconds(30), for: "round \(round): ready") { pool.isFullyReady }
        }
        var checked = 0
        var missed = 0
        for node in 0..<3 {
            for topic in Self.topics {
                let answer = try await cluster.nodes[node].command("publish_stop", ["name": .string(topic)])
                let count = answer["published"]?.intValue ?? 0
                let first = answer["first"]?.intValue ?? -1
                #expect(count > 0)
                checked += count
                guard isEvery else {
                    missed += ledger.missing(topic, from: first, count: count).count
                    continue
                }
                // All that the node still holds: what it published since it was started.
                try await wait(.seconds(30), for: "\(topic) from node \(node)") {
                    ledger.missing(topic, from: first, count: count).isEmpty
                }
            }
        }
        #expect(ledger.doubled == [])
        #expect(ledger.disorder == [])
        let sorted = silences.sorted()
        #expect(!sorted.isEmpty)
        func percentile(_ share: Double) -> Duration {
            sorted.isEmpty ? .zero : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
        }
        print(
            "\(isEvery ? "every endpoint" : "spread"): \(ledger.total) publications, \(checked) of them still held, "
                + "\(missed) of those missed; \(cluster.incompleteJoins) of 6 restarts left nodes apart; "
                + "\(pool.statistics().reconnects) reconnects; until a topic of a killed node is heard again p50 \(percentile(0.5)), p99 \(percentile(0.99)) of \(sorted.count)")
        await pool.disconnect()
        await watching.value
        try await cluster.stop()
    }
}
