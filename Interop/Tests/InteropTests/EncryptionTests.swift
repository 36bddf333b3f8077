import InteropPeer
import Testing
import WSEClient

@Suite(.timeLimit(.minutes(3))) struct EncryptionTests {
    private static let secret = "attack at dawn"

    private func configuration(
        _ server: PublishedServer, _ transport: RecordingTransport
    ) async throws -> WSEConfiguration {
        var configuration = WSEConfiguration(
            tokenProvider: StaticToken(try await server.token()), transport: transport)
        configuration.encryption = WSEEncryption()
        configuration.backoff = Backoff.Configuration(base: .milliseconds(50), maximum: .milliseconds(200))
        return configuration
    }

    /// The number that the publisher gave the event; 2.0.1 does not stamp.
    private func number(_ event: WSEEvent) -> Int? { event.payload["i"]?.intValue }

    @Test(arguments: PeerVersion.allCases)
    func `echo and publications are encrypted, and nothing of the user's leaves in the clear`(
        version: PeerVersion
    ) async throws {
        try await withPublishedServer(version, arguments: version.unboundedQueue) { server in
            let transport = RecordingTransport()
            let configuration = try await configuration(server, transport)
            try await withWSEClient(url: server.url, configuration: configuration) { client in
                var events = client.events.makeAsyncIterator()
                try await client.send("echo", ["text": .string(Self.secret)], correlationID: "c-1")
                let echo = try #require(try await events.next())
                #expect(echo.payload["text"]?.stringValue == Self.secret)

                #expect(try await client.subscribe(["prices"]).accepted == ["prices"])
                try await server.command("publish", ["topic": "prices", "count": 1_000, "wait": false])
                for expected in 0..<1_000 { #expect(try await events.next().flatMap(number) == expected) }
                #expect(client.statistics().downgrades == 0)
            }
            #expect(transport.sent.contains { $0.starts(with: "E:".utf8) })
            #expect(!transport.sentInClear(Self.secret))
            #expect(!transport.sentInClear("prices"))
        }
    }

    /// 2.0.1 replays in the clear. That is refused, and told, unless the application has chosen to accept it.
    @Test(arguments: [
        (PeerVersion.v2_5_1, WSEEncryption.PlaintextPolicy.reject), (.v2_0_1, .reject), (.v2_0_1, .accept),
    ])
    func `after a dropped connection the new keys serve recovery and what was sent meanwhile`(
        version: PeerVersion, policy: WSEEncryption.PlaintextPolicy
    ) async throws {
        try await withPublishedServer(version) { server in
            let proxy = try await FaultyProxy.start(to: server.port)
            let transport = RecordingTransport()
            var configuration = try await configuration(server, transport)
            configuration.encryption?.plaintext = policy
            // 2.0.1 stamps nothing: only its answer to the subscription tells where the topic is.
            try await server.command("publish", ["topic": "prices", "count": 5])
            try await withWSEClient(url: proxy.url, configuration: configuration) { client in
                try await client.subscribe(["prices"])
                var events = client.events.makeAsyncIterator()
                var signals = client.signals.makeAsyncIterator()
                try await server.command("publish", ["topic": "prices", "count": 10])
                for expected in 5..<15 { #expect(try await events.next().flatMap(number) == expected) }

                try await proxy.setRefusing(true)
                try await proxy.cut()
                while client.isReady { await Task.yield() }
                let outcome = try await client.send("echo", ["text": .string(Self.secret)])
                #expect(outcome.disposition == .queued)
                try await server.command("publish", ["topic": "prices", "count": 10])
                try await proxy.setRefusing(false)

                let isRefused = version == .v2_0_1 && policy == .reject
                if isRefused {
                    var resynced: String?
                    while resynced == nil, let signal = await signals.next() {
                        if case .resync(let topic, _) = signal { resynced = topic }
                    }
                    #expect(resynced == "prices")
                    try await server.command("publish", ["topic": "prices", "count": 10])
                }
                let due = isRefused ? 25..<35 : 15..<25
                var numbers: [Int] = []
                var isEchoed = false
                while numbers.count < due.count || !isEchoed {
                    let event = try #require(try await events.next())
                    if event.type == "echo" {
                        #expect(event.payload["text"]?.stringValue == Self.secret)
                        isEchoed = true
                    } else if let number = number(event) {
                        numbers.append(number)
                    }
                }
                #expect(numbers == Array(due))
                let statistics = client.statistics()
                #expect(statistics.reconnects == 1)
                #expect(statistics.gaps == 0)
                // It replays from where its answer was: what had come since then comes again.
                #expect(statistics.downgrades == (version == .v2_0_1 ? 20 : 0))
            }
            #expect(transport.received(startingWith: "E:") > 10)
            #expect(!transport.sentInClear(Self.secret))
            try await proxy.stop()
        }
    }
}
