import Observation
import PriceBoard
import Testing
import WSETestServer

@Suite(.timeLimit(.minutes(2)))
@MainActor
struct PriceBoardTests {
    private let trade: WSEValue = ["symbol": "BTC", "price": 64_000.5]

    @Test func `a price that is published is shown`() async throws {
        try await withWSETestServer { server in
            let board = PriceBoard(url: server.url, topics: ["prices"])
            try await running(board) {
                try await server.waitForSubscription(to: "prices")
                try server.publish("trade", trade, to: "prices")
                try server.publish("trade", ["symbol": "BTC"], to: "prices")
                try server.publish("trade", ["symbol": "ETH", "price": 3_000], to: "prices")
                await until { board.prices["ETH"] != nil }
                #expect(board.prices == ["BTC": 64_000.5, "ETH": 3_000])
                #expect(board.isLive)
                #expect(board.problem == nil)
            }
            #expect(!board.isLive)
            #expect(board.problem == nil)
        }
    }

    @Test func `a view that goes says goodbye to the server`() async throws {
        try await withWSETestServer { server in
            let board = PriceBoard(url: server.url, topics: ["prices"])
            try await running(board) { try await server.waitForSubscription(to: "prices") }
            let end = try await server.nextConnection().ended()
            #expect(end.isClientClose)
            #expect(end.code == 1000)
            #expect(board.problem == nil)
        }
    }

    @Test func `while the server is away, prices are told to be old`() async throws {
        try await withWSETestServer { server in
            let board = PriceBoard(url: server.url, topics: ["prices"])
            try await running(board) {
                try await server.waitForSubscription(to: "prices")
                try server.publish("trade", trade, to: "prices")
                await until { board.prices["BTC"] != nil }
                await server.takeDown()
                await until { board.problem != nil }
                #expect(board.problem?.contains("old") == true)
                #expect(!board.isLive)
                try await server.bringUp(.keep)
                await until { board.isLive }
                #expect(board.problem == nil)
            }
        }
    }

    @Test func `a server that is away at first is waited for`() async throws {
        try await withWSETestServer { server in
            await server.takeDown()
            let board = PriceBoard(url: server.url, topics: ["prices"])
            try await running(board) {
                await until { board.problem != nil }
                #expect(board.problem == "No connection yet.")
                try await server.bringUp()
                await until { board.isLive }
                #expect(board.problem == nil)
            }
        }
    }

    @Test func `a token that is refused ends it, with words for the user`() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.authentication = .token(secret: "a secret of thirty-two bytes or so")
        try await withWSETestServer(configuration: configuration) { server in
            let board = PriceBoard(url: server.url, topics: ["prices"], token: "old")
            await board.run()
            #expect(board.problem == "Please sign in again.")
            #expect(!board.isLive)
        }
    }

    @Test func `a topic that is refused is named, and the others are shown`() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.acceptsTopic = { topic, _ in topic != "secret" }
        try await withWSETestServer(configuration: configuration) { server in
            let board = PriceBoard(url: server.url, topics: ["prices", "secret"])
            try await running(board) {
                await until { board.problem != nil }
                #expect(board.problem == "Not available: secret.")
                try server.publish("trade", trade, to: "prices")
                await until { board.prices["BTC"] != nil }
            }
        }
    }

    @Test func `a URL that is none is a problem, not a crash`() async {
        let board = PriceBoard(url: "prices", topics: ["prices"])
        await board.run()
        #expect(board.problem == "Prices are not available.")
    }

    /// Runs the board as a view does: until the function is done.
    private func running(_ board: PriceBoard, _ body: () async throws -> Void) async throws {
        let task = Task { await board.run() }
        defer { task.cancel() }
        do {
            try await body()
        } catch {
            task.cancel()
            await task.value
            throw error
        }
        task.cancel()
        await task.value
    }

    /// Waits until something that is observed holds, or the test is cancelled.
    private func until(_ condition: @MainActor () -> Bool) async {
        while !Task.isCancelled {
            let (changes, change) = AsyncStream.makeStream(of: Void.self)
            if withObservationTracking(condition, onChange: { change.finish() }) { return }
            for await _ in changes {}
        }
    }
}
