import InteropPeer
import Testing
import WSEClient

@Suite(.timeLimit(.minutes(3))) struct ConnectTests {
    @Test(arguments: PeerVersion.allCases)
    func `connect is ready with the server's version, and echo comes back`(version: PeerVersion) async throws
    {
        try await withPublishedServer(version) { server in
            let token = try await server.token()
            try await withWSEClient(url: server.url, token: token) { client in
                #expect(client.isReady)
                #expect(client.statistics().serverVersion == version.rawValue)
                var events = client.events.makeAsyncIterator()
                try await client.send(
                    "echo", ["text": "grüezi \u{1F44B}", "n": 18_446_744_073_709_551], correlationID: "c-1")
                let echo = try #require(try await events.next())
                #expect(echo.type == "echo")
                #expect(echo.correlationID == "c-1")
                #expect(echo.payload["text"] == "grüezi \u{1F44B}")
                #expect(echo.payload["n"] == 18_446_744_073_709_551)
            }
        }
    }

    /// Against both versions `connect` throws what the server said, not that time ran out: the connect timeout is
    /// ten seconds, and the time spent is in the message of the test.
    @Test(arguments: PeerVersion.allCases, ["not.a.token", ""])
    func `a wrong token makes connect throw an auth error, not a timeout`(
        version: PeerVersion, token: String
    ) async throws {
        try await withPublishedServer(version) { server in
            let clock = ContinuousClock()
            let start = clock.now
            await #expect {
                try await WSEClient.connect(to: server.url, token: token.isEmpty ? nil : token)
            } throws: {
                ($0 as? WSEError)?.code == .auth
            }
            let elapsed = clock.now - start
            print("\(version): refused after \(elapsed)")
            // The answer takes milliseconds, on a busy machine more; no timeout is as short as this.
            #expect(elapsed < .seconds(8))
        }
    }

    @Test(arguments: PeerVersion.allCases)
    func `a server without authentication is connected to`(version: PeerVersion) async throws {
        try await withPublishedServer(version, authenticates: false) { server in
            try await withWSEClient(url: server.url) { client in
                #expect(client.isReady)
            }
        }
    }
}
