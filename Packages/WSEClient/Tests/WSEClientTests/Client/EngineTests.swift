import Testing
import WSETransport
import WSETransportTesting

@testable import WSEClient

/// The engine with a transport in memory.
@Suite struct EngineTests {
    private func connected(
        _ configure: (inout WSEConfiguration) -> Void = { _ in }
    ) async throws -> (client: WSEClient, server: InMemoryServer) {
        let transport = InMemoryTransport()
        var configuration = WSEConfiguration(transport: transport)
        configure(&configuration)
        let client = try WSEClient(url: "ws://server/wse", configuration: configuration)
        async let connecting: Void = client.connect()
        let server = try await transport.nextConnection()
        server.accept()
        server.push(.text(SessionHarness.hello))
        try await connecting
        return (client, server)
    }

    @Test func `the upgrade request keeps the user's query and cookies and replaces an old token`()
        async throws
    {
        let transport = InMemoryTransport()
        var configuration = WSEConfiguration(tokenProvider: StaticToken("new"), transport: transport)
        configuration.headers = [
            WebSocketHeader("Cookie", "theme=dark; access_token=old"), WebSocketHeader("X-App", "1"),
        ]
        let client = try WSEClient(url: "ws://server/wse?room=7", configuration: configuration)
        let connecting = Task { try await client.connect() }
        let request = try await transport.nextConnection().request
        connecting.cancel()

        let query = Dictionary(
            uniqueKeysWithValues: request.url.queryItems.map { ($0.name, $0.value) })
        #expect(query["room"] == "7")
        #expect(query["protocol_version"] == "1")
        #expect(query["client_version"] == WSEClientVersion.current)
        let headers = request.headers.map { "\($0.name): \($0.value)" }
        #expect(headers.contains("Authorization: Bearer new"))
        #expect(headers.contains("Cookie: theme=dark; access_token=new"))
        #expect(headers.contains("X-App: 1"))
        await #expect { try await connecting.value } throws: { ($0 as? WSEError)?.code == .cancelled }
    }

    @Test func `a full stream pauses reading, and taking from it resumes`() async throws {
        let (client, server) = try await connected { $0.eventBuffering = StreamBuffering(capacity: 2) }
        var iterator = client.events.makeAsyncIterator()
        server.push(
            .text(SessionHarness.publication("a", 0)), .text(SessionHarness.publication("a", 1)))
        #expect(server.isReadingPaused)
        #expect(try await iterator.next()?.offset == 0)
        #expect(!server.isReadingPaused)
        #expect(try await iterator.next()?.offset == 1)
        #expect(client.statistics().dropped == 0)
    }

    @Test func `events that come before anybody iterates are kept, and the connection waits`() async throws {
        let (client, server) = try await connected { $0.eventBuffering = StreamBuffering(capacity: 2) }
        server.push(
            .text(SessionHarness.publication("a", 0)), .text(SessionHarness.publication("a", 1)))
        #expect(server.isReadingPaused)
        var iterator = client.events.makeAsyncIterator()
        #expect(try await iterator.next()?.offset == 0)
        #expect(!server.isReadingPaused)
        #expect(client.statistics().dropped == 0)
    }

    @Test func `what a stream discards is counted and announced`() async throws {
        let (client, server) = try await connected {
            $0.eventBuffering = StreamBuffering(capacity: 1, overflow: .dropOldest)
        }
        var signals = client.signals.makeAsyncIterator()
        server.push(
            .text(SessionHarness.publication("a", 0)), .text(SessionHarness.publication("a", 1)))
        guard case .dropped(let count) = await signals.next() else {
            Issue.record("no signal of the drop")
            return
        }
        #expect(count == 1)
        #expect(client.statistics().dropped == 1)
    }

    @Test(.timeLimit(.minutes(1)))
    func `what the transport refuses takes no room from what follows`() async throws {
        let (client, server) = try await connected()
        server.refuseSends(with: WebSocketError(.messageTooLarge, "too large"))
        let large = WSEValue.string(String(repeating: "x", count: 300_000))
        await #expect { try await client.send("note", ["pad": large]) } throws: {
            ($0 as? WSEError)?.code == .invalidArgument
        }
        server.refuseSends(with: nil)
        #expect(try await client.send("note", ["n": 2]).disposition == .sent)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a message that waits does not hold up a connection that is closing`() async throws {
        let transport = InMemoryTransport()
        let client = try WSEClient(
            url: "ws://server/wse", configuration: WSEConfiguration(transport: transport))
        #expect(try await client.send("note", ["n": 1]).disposition == .queued)
        async let connecting: Void = client.connect()
        var server = try await transport.nextConnection()
        server.accept()
        // As a connection does that has received the peer's close frame and not yet the end of TCP.
        server.refuseSends(with: WebSocketError(.notOpen, "The connection is closing."))
        server.push(.text(SessionHarness.hello))
        try await connecting
        server.close(code: .goingAway)
        client.forceReconnect()
        server = try await transport.nextConnection()
        server.accept()
        server.push(.text(SessionHarness.hello))
        while let message = try await server.nextMessage(), message.value?["t"] != "note" {}
        #expect(client.statistics().reconnects == 1)
    }

    @Test func `holes in many topics are all announced, to who listens late as well`() async throws {
        let (client, server) = try await connected {
            $0.recovers = false
            $0.eventBuffering = StreamBuffering(capacity: 10_000)
        }
        let signals = client.signals
        for number in 0..<1_000 {
            server.push(
                .text(SessionHarness.publication("t\(number)", 0)),
                .text(SessionHarness.publication("t\(number)", 2)))
        }
        var topics: Set<String> = []
        for await case .gap(let gap) in signals {
            topics.insert(gap.topic)
            if topics.count == 1_000 { break }
        }
        #expect(client.statistics().gaps == 1_000)
    }

    @Test func `a listener who never listens is told how much is gone`() async throws {
        let broadcaster = SignalBroadcaster()
        var signals = broadcaster.subscribe().makeAsyncIterator()
        for count in 1...(SignalQueue.capacity + 10) { broadcaster.yield(.dropped(count: count)) }
        guard case .signalsDropped(10)? = await signals.next(), case .dropped(11)? = await signals.next()
        else {
            Issue.record("it was not told")
            return
        }
        broadcaster.finish()
        var rest = 0
        while await signals.next() != nil { rest += 1 }
        #expect(rest == SignalQueue.capacity - 1)
    }

    @Test func `a frame that cannot be read is skipped and reported, the connection stays`() async throws {
        let (client, server) = try await connected()
        var signals = client.signals.makeAsyncIterator()
        var events = client.events.makeAsyncIterator()
        server.push(.text("{"), .text(SessionHarness.publication("a", 0)))
        guard case .unreadable(let error) = await signals.next() else {
            Issue.record("no signal of the frame")
            return
        }
        #expect(error.code == .invalidJSON)
        #expect(try await events.next()?.offset == 0)
        #expect(client.isReady)
        #expect(client.statistics().unreadable == 1)
    }

    @Test func `a terminal error ends the events with its cause`() async throws {
        let (client, server) = try await connected()
        let ended = Task { for try await _ in client.events {} }
        server.close(code: .policyViolation)
        await #expect { try await ended.value } throws: { ($0 as? WSEError)?.code == .protocol }
        #expect(client.state == .error)
    }

    @Test func `cancelling connect gives the attempt up`() async throws {
        let transport = InMemoryTransport()
        let client = try WSEClient(
            url: "ws://server/wse", configuration: WSEConfiguration(transport: transport))
        let connecting = Task { try await client.connect() }
        let server = try await transport.nextConnection()
        connecting.cancel()
        await #expect { try await connecting.value } throws: { ($0 as? WSEError)?.code == .cancelled }
        _ = try await server.nextClose()
        #expect(client.state == .disconnected)
    }

    @Test func `cancelling subscribe ends the waiting and keeps the wish`() async throws {
        let (client, server) = try await connected()
        let subscribing = Task { try await client.subscribe(["a"]) }
        while try await server.nextMessage()?.contains("subscription_update") == false {}
        subscribing.cancel()
        #expect(try await subscribing.value == SubscriptionResult(pending: ["a"]))
        #expect(client.wantedTopics == ["a"])
    }

    @Test func `an URL that is none is refused with a reason`() {
        #expect { try WSEClient(url: "http:/nowhere") } throws: {
            ($0 as? WSEError)?.code == .invalidArgument
        }
    }
}

extension InMemoryMessage {
    fileprivate func contains(_ text: String) -> Bool {
        String(describing: self).contains(text)
    }
}
