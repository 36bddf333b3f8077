import Testing
import WSETestServer

/// The examples of the article "How to test your app", word for word.
@Suite struct TestingYourAppTests {
    @Test func pricesAreShown() async throws {
        try await withWSETestServer { server in
            let app = try await TickerApp.launch(server: server.url)
            try await server.waitForSubscription(to: "prices")
            try server.publish("price", ["symbol": "BTC", "value": 64_000], to: "prices")
            #expect(try await app.nextPrice() == 64_000)
        }
    }

    @Test func ordersAreConfirmed() async throws {
        try await withWSETestServer { server in
            server.on("order") { message in
                try? message.connection.reply(to: message, "order_accepted", ["id": 7])
            }
            let app = try await TickerApp.launch(server: server.url)
            let confirmation = Task { try await app.buy("BTC") }
            let order = try await server.nextMessage(ofType: "order")
            #expect(order.payload?["symbol"] == "BTC")
            #expect(try await confirmation.value == 7)
        }
    }

    @Test func nothingIsOrderedByItself() async throws {
        try await withWSETestServer { server in
            let app = try await TickerApp.launch(server: server.url)
            let connection = try await server.waitForSubscription(to: "prices")
            try server.publish("price", ["symbol": "BTC", "value": 1], to: "prices")
            #expect(try await app.nextPrice() == 1)
            try await connection.roundTrip()
            #expect(connection.messages(ofType: "order").isEmpty)
        }
    }

    @Test func aTokenThatHasExpiredIsReported() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.authentication = .token(secret: "not so secret")
        try await withWSETestServer(configuration: configuration) { server in
            let old = JSONWebToken.make(subject: "ada", secret: "not so secret", lifetime: .seconds(-60))
            await #expect(throws: TickerApp.LoginFailed.self) {
                try await TickerApp.launch(server: server.url, token: old)
            }
            #expect(server.rejectedTokenCount == 1)
        }
    }

    @Test func nothingIsLostInACut() async throws {
        try await withWSETestServer { server in
            let app = try await TickerApp.launch(server: server.url)
            let connection = try await server.waitForSubscription(to: "prices")
            try server.publish("price", ["symbol": "BTC", "value": 1], to: "prices")
            #expect(try await app.nextPrice() == 1)
            connection.cut()
            _ = try await connection.ended()
            try server.publish("price", ["symbol": "BTC", "value": 2], to: "prices")
            #expect(try await app.nextPrice() == 2)
            #expect(server.connectionCount == 2)
        }
    }

    @Test func everyPriceIsShownOnceInABadNetwork() async throws {
        try await withWSETestServer { server in
            let app = try await TickerApp.launch(server: server.url)
            let connection = try await server.waitForSubscription(to: "prices")
            connection.inject(
                FaultScript(seed: 42)
                    .on(.frame(50), .cut())
                    .on(.chance(0.1), .duplicate())
                    .on(.chance(0.1), .reorder(by: 3)))
            for value in 1...100 {
                try server.publish("price", ["symbol": "BTC", "value": .int(Int64(value))], to: "prices")
            }
            for value in 1...100 {
                #expect(try await app.nextPrice() == value)
            }
        }
    }

    @Test func theAppKeepsToTheRate() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.limits.rateLimitCapacity = 100
        try await withWSETestServer(configuration: configuration) { server in
            let app = try await TickerApp.launch(server: server.url)
            let connection = try await server.waitForSubscription(to: "prices")
            server.on("order") { try? $0.connection.reply(to: $0, "order_accepted", ["id": 1]) }
            for _ in 0..<10 { _ = try await app.buy("BTC") }
            #expect(!connection.wasRateLimited)
        }
    }

    @Test func whoLooksAtPricesIsShown() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.authentication = .token(secret: "not so secret")
        try await withWSETestServer(configuration: configuration) { server in
            let ada = JSONWebToken.make(subject: "ada", secret: "not so secret")
            let app = try await TickerApp.launch(server: server.url, token: ada)
            let connection = try await server.waitForSubscription(to: "prices")
            #expect(connection.userID == "ada")
            #expect(server.presence(on: "prices") == ["ada": ["name": "Ada"]])
            withExtendedLifetime(app) {}
        }
    }
}
