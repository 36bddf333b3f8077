import WSEClient
import WSETestServer

/// An embedded server publishes a live feed and cuts all connections half-way; a real client on a real socket
/// resumes, and at the end both sides compare what they have.
@main
struct Demo {
    static func main() async throws {
        let options = Options(CommandLine.arguments.dropFirst())
        let secret = "demo-secret-of-at-least-32-bytes"
        var configuration = WSETestServer.Configuration()
        configuration.authentication = .token(secret: secret)
        let server = try await WSETestServer.start(configuration: configuration)
        let token = JSONWebToken.make(subject: "demo", secret: secret, lifetime: .seconds(60))
        let feed = DemoFeed()

        let client = try await WSEClient.connect(to: server.url, token: token)
        let subscription = try await client.subscribe(feed.topics)
        guard subscription.accepted == Set(feed.topics) else {
            throw WSEError(.server, "the server refused topics: \(subscription)")
        }

        let board = Scoreboard(topics: feed.topics)
        let screen = Screen(url: server.url)
        async let watching: Void = board.watch(client)
        async let listening: Void = board.listen(to: client)
        async let drawing: Void = screen.draw(board, client)
        async let cutting: Void = {
            try? await Task.sleep(for: options.duration / 2)
            server.cutAll()
        }()

        await server.run(feed, rate: options.rate, count: options.count)
        await cutting
        // What has not come by then will not come; the summary says what is missing.
        let patience = Task {
            try await Task.sleep(for: .seconds(20))
            await board.giveUp()
        }
        await board.waitUntilComplete(
            feed.topics.compactMap { topic in server.position(of: topic).map { (topic, $0.offset) } })
        patience.cancel()
        let statistics = client.statistics()
        await client.disconnect()
        await listening
        await watching
        await drawing
        await server.stop()

        let published = await server.publishedCount(feed.topics)
        let isClean = await screen.summarise(board, statistics, published: published)
        guard isClean else { exitWithFailure() }
    }
}

extension WSETestServer {
    /// Publications of these topics so far: each topic counts from 0.
    fileprivate func publishedCount(_ topics: [String]) async -> UInt64 {
        topics.compactMap { position(of: $0) }.reduce(0) { $0 + $1.offset + 1 }
    }
}
