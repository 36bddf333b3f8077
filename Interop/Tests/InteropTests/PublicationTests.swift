import InteropPeer
import Testing
import WSEClient

@Suite(.timeLimit(.minutes(3))) struct PublicationTests {
    @Test func `100,000 stamped events from 2.5.1 arrive once and in order`() async throws {
        try await receives(100_000, from: .v2_5_1) { $0.offset.map(Int.init) }
    }

    /// 2.0.1 does not stamp what it publishes, so the publisher's own number tells the order.
    @Test func `10,000 events from 2.0.1 arrive once and in order`() async throws {
        try await receives(10_000, from: .v2_0_1) { $0.payload["i"]?.intValue }
    }

    private func receives(
        _ count: Int, from version: PeerVersion, number: (WSEEvent) -> Int?
    ) async throws {
        try await withPublishedServer(version, arguments: version.unboundedQueue) { server in
            let token = try await server.token()
            try await withWSEClient(url: server.url, token: token) { client in
                let subscription = try await client.subscribe(["prices"])
                #expect(subscription.accepted == ["prices"])
                try await server.command(
                    "publish",
                    [
                        "topic": "prices", "count": .int(Int64(count)), "size": 200, "chunk": 1_000,
                        "pause": 0.01, "wait": false,
                    ])
                let clock = ContinuousClock()
                var start = clock.now
                var next = 0
                for try await event in client.events {
                    if next == 0 { start = clock.now }
                    let got = number(event)
                    guard got == next else {
                        Issue.record(
                            "expected \(next), got \(got.map(String.init) ?? "no number") in \(event)")
                        break
                    }
                    next += 1
                    if next == count { break }
                }
                let statistics = client.statistics()
                print("\(version): \(next) events in \(clock.now - start)")
                #expect(next == count)
                #expect(statistics.gaps == 0)
                #expect(statistics.dropped == 0)
                // 2.0.1 has neither a bound nor a count.
                #expect(try await server.command("stats")["dropped"]?.intValue ?? 0 == 0)
            }
        }
    }

    @Test func `after a dropped connection 2.5.1 replays what was missed`() async throws {
        try await withPublishedServer(.v2_5_1, arguments: ["--recovery-buffer-size", "4096"]) { server in
            var configuration = WSEConfiguration(tokenProvider: StaticToken(try await server.token()))
            configuration.backoff = Backoff.Configuration(
                base: .milliseconds(50), maximum: .milliseconds(200))
            try await withWSEClient(url: server.url, configuration: configuration) { client in
                try await client.subscribe(["prices"])
                try await server.command("publish", ["topic": "prices", "count": 100])
                try await server.command("disconnect")
                try await server.command("publish", ["topic": "prices", "count": 100])
                var offsets: [UInt64?] = []
                for try await event in client.events {
                    offsets.append(event.offset)
                    if offsets.count == 200 { break }
                }
                #expect(offsets == Array(0..<200))
                #expect(client.statistics().reconnects == 1)
                #expect(client.statistics().gaps == 0)
            }
        }
    }

    @Test(arguments: PeerVersion.allCases)
    func `a topic that the application refuses is reported as refused`(version: PeerVersion) async throws {
        try await withPublishedServer(version, arguments: ["--deny", "secret*"]) { server in
            let token = try await server.token()
            try await withWSEClient(url: server.url, token: token) { client in
                let result = try await client.subscribe(["open", "secret-plans"])
                #expect(result.accepted == ["open"])
                #expect(result.refused == ["secret-plans"])
            }
        }
    }

    /// 2.5.1 mixes live events into a replay and lets the answer overtake it; see decision 0005.
    @Test func `connections dropped under load cost nothing while the server still holds what was missed`()
        async throws
    {
        let arguments =
            ["--recovery-buffer-size", "131072", "--recovery-max-messages", "131072"]
            + PeerVersion.v2_5_1.unboundedQueue
        try await withPublishedServer(.v2_5_1, arguments: arguments) { server in
            var configuration = WSEConfiguration(tokenProvider: StaticToken(try await server.token()))
            configuration.backoff = Backoff.Configuration(
                base: .milliseconds(50), maximum: .milliseconds(200))
            try await withWSEClient(url: server.url, configuration: configuration) { client in
                try await client.subscribe(["prices"])
                try await server.command(
                    "publish",
                    [
                        "topic": "prices", "count": .null, "size": 200, "rate": 20_000, "wait": false,
                        "name": "feed",
                    ])
                var next: UInt64 = 0
                var last: UInt64?
                for try await event in client.events {
                    guard event.offset == next else {
                        Issue.record("expected \(next), got \(event)")
                        break
                    }
                    next += 1
                    if next.isMultiple(of: 10_000), last == nil {
                        if client.statistics().reconnects < 3 {
                            try await server.command("disconnect")
                        } else {
                            let done = try await server.command("publish_stop", ["name": "feed"])
                            last = try #require(done["published"]?.uintValue) - 1
                        }
                    }
                    if event.offset == last { break }
                }
                let statistics = client.statistics()
                #expect(next == last.map { $0 + 1 })
                #expect(statistics.reconnects >= 3)
                #expect(statistics.gaps == 0)
                print(
                    "\(next) events, \(statistics.reconnects) reconnects, \(statistics.recoveryRequests) recovery requests"
                )
            }
        }
    }

    /// See decision 0007.
    @Test func `what 2.5.1 still has is delivered, be it the newest of a long absence or of a new epoch`()
        async throws
    {
        try await withPublishedServer(.v2_5_1) { server in
            let proxy = try await FaultyProxy.start(to: server.port)
            var configuration = WSEConfiguration(tokenProvider: StaticToken(try await server.token()))
            configuration.backoff = Backoff.Configuration(
                base: .milliseconds(50), maximum: .milliseconds(200))
            try await withWSEClient(url: proxy.url, configuration: configuration) { client in
                let signals = client.signals
                let gaps = Task {
                    var gaps: [ClosedRange<UInt64>] = []
                    for await signal in signals {
                        if case .gap(let gap) = signal { gaps.append(gap.offsets) }
                        if gaps.count == 2 { break }
                    }
                    return gaps
                }
                var events = client.events.makeAsyncIterator()
                try await client.subscribe(["prices"])
                try await server.command("publish", ["topic": "prices", "count": 10])
                for expected in 0..<10 { #expect(try await events.next()?.offset == UInt64(expected)) }

                // The buffer holds 128.
                try await proxy.setRefusing(true)
                try await proxy.cut()
                try await server.command("publish", ["topic": "prices", "count": 1_000])
                try await proxy.setRefusing(false)
                for expected in 882..<1_010 { #expect(try await events.next()?.offset == UInt64(expected)) }

                try await proxy.setRefusing(true)
                try await proxy.cut()
                try await server.command("restart")
                try await server.command("publish", ["topic": "prices", "count": 100])
                try await proxy.setRefusing(false)
                for expected in 1..<100 { #expect(try await events.next()?.offset == UInt64(expected)) }
                #expect(await gaps.value == [10...881, 0...0])
            }
            try await proxy.stop()
        }
    }
}
