import Testing
import WSETestServer

/// The examples of the README, word for word but for the app's part.
@Suite struct ReadmeTests {
    @Test func theFirstExampleWorks() async throws {
        let server = try await WSETestServer.start()
        async let id = TickerApp.launch(server: server.url).buyAtNextPrice()
        try await example(server)
        #expect(try await id == 1)
        await server.stop(.crash())
    }

    private func example(_ running: WSETestServer) async throws {
        func withWSETestServer(_ body: (WSETestServer) async throws -> Void) async throws {
            try await body(running)
        }
        try await withWSETestServer { server in
            // point your app at server.url, then:
            let connection = try await server.nextConnection()
            try await server.waitForSubscription(to: "prices")
            try server.publish("price", ["symbol": "BTC", "value": 64_000], to: "prices")
            let order = try await server.nextMessage(ofType: "order")
            try connection.reply(to: order, "order_accepted", ["id": 1])
        }
    }

    @Test func theFeedRunsUntilItIsCancelled() async throws {
        let server = try await WSETestServer.start()
        let feeding = Task { await server.run(DemoFeed(), rate: 1_000) }
        // …
        feeding.cancel()
        await server.stop()
        #expect(await feeding.value >= 0)
    }
}

extension TickerApp {
    fileprivate func buyAtNextPrice() async throws -> Int {
        _ = try await nextPrice()
        return try await buy("BTC")
    }
}
