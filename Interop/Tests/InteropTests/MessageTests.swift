import InteropPeer
import Testing
import WSEClient

/// What clients and servers tell each other besides publications.
@Suite(.timeLimit(.minutes(3))) struct MessageTests {
    private func configuration(
        _ server: PublishedServer, _ transport: RecordingTransport = RecordingTransport()
    ) async throws -> WSEConfiguration {
        var configuration = WSEConfiguration(
            tokenProvider: StaticToken(try await server.token()), transport: transport)
        configuration.backoff = Backoff.Configuration(base: .milliseconds(50), maximum: .milliseconds(200))
        return configuration
    }

    @Test(arguments: PeerVersion.allCases)
    func `what the server compresses is understood`(version: PeerVersion) async throws {
        try await withPublishedServer(version) { server in
            let transport = RecordingTransport()
            let configuration = try await configuration(server, transport)
            try await withWSEClient(url: server.url, configuration: configuration) { client in
                var events = client.events.makeAsyncIterator()
                for count in [10, 5_000, 200_000] {
                    let pad = String(repeating: "wse ", count: count)
                    try await server.command(
                        "send_event", ["event": ["t": "note", "p": ["pad": .string(pad)]]])
                    #expect(try await events.next()?.payload["pad"]?.stringValue == pad)
                }
                #expect(client.statistics().unreadable == 0)
            }
            #expect(transport.received(startingWith: "C:") == 2)
        }
    }

    @Test(arguments: PeerVersion.allCases)
    func `a request is answered, fails, or runs out of time`(version: PeerVersion) async throws {
        try await withPublishedServer(version) { server in
            try await withWSEClient(url: server.url, configuration: configuration(server)) { client in
                let answer = try await client.request("request", ["n": 1])
                #expect(answer.payload["n"] == 1)
                await #expect {
                    try await client.request("request", ["fail": true])
                } throws: { ($0 as? WSEError)?.code == .server }
                await #expect {
                    try await client.request("request", ["silent": true], timeout: .milliseconds(100))
                } throws: { ($0 as? WSEError)?.code == .timeout }
            }
        }
    }

    @Test(arguments: PeerVersion.allCases)
    func `who is in a topic is told to those who are`(version: PeerVersion) async throws {
        try await withPublishedServer(version) { server in
            let token = try await server.token(["sub": "bob"])
            try await withWSEClient(url: server.url, configuration: configuration(server)) { client in
                var changes = client.presence().makeAsyncIterator()
                try await client.subscribe(["room"], presence: ["name": "Ann"])
                let own = try #require(try await changes.next())
                #expect(own.kind == .joined)
                #expect(own.data == ["name": "Ann"])
                try await withWSEClient(url: server.url, token: token) { other in
                    try await other.subscribe(["room"], presence: ["name": "Bob"])
                    #expect(
                        try await changes.next()
                            == PresenceChange(kind: .joined, userID: "bob", data: ["name": "Bob"]))
                    #expect(client.presentMembers["bob"] == ["name": "Bob"])
                }
                let left = try #require(try await changes.next())
                #expect(left.kind == .left)
                #expect(left.userID == "bob")
                #expect(client.presentMembers["bob"] == nil)
            }
        }
    }

    @Test func `without stamps, what was missed comes once, told apart by ids`() async throws {
        try await withPublishedServer(.v2_0_1) { server in
            let proxy = try await FaultyProxy.start(to: server.port)
            // So that the answer to the subscription has a position.
            try await server.command("publish", ["topic": "prices", "count": 10])
            try await withWSEClient(url: proxy.url, configuration: configuration(server)) { client in
                var events = client.events.makeAsyncIterator()
                #expect(try await client.subscribe(["prices"]).accepted == ["prices"])
                try await server.command("publish", ["topic": "prices", "count": 40])
                for expected in 10..<50 {
                    #expect(try await events.next()?.payload["i"]?.intValue == expected)
                }
                try await proxy.setRefusing(true)
                try await proxy.cut()
                try await server.command("publish", ["topic": "prices", "count": 50])
                try await proxy.setRefusing(false)
                for expected in 50..<100 {
                    #expect(try await events.next()?.payload["i"]?.intValue == expected)
                }
                while !client.isFullyReady { await Task.yield() }
                try await server.command("publish", ["topic": "prices", "count": 1])
                #expect(try await events.next()?.payload["i"]?.intValue == 100)
                #expect(client.statistics().reconnects == 1)
                #expect(client.statistics().gaps == 0)
            }
            try await proxy.stop()
        }
    }
}
