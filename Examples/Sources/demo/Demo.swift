import Terminal
import WSEClient
import WSETestServer

/// A server publishes a live feed and cuts all connections half-way; a real client on a real socket resumes, and at the end
/// both sides compare what they have.
struct Demo {
    let options: Options
    let server: WSETestServer
    let token: String
    private let feed = DemoFeed()

    /// - Returns: Whether all came, once and in order; `nil` if the task was cancelled before.
    func run() async throws -> Bool? {
        let screen = Screen()
        try screen.begin(server.url)
        let board = Scoreboard(topics: feed.topics)
        let statistics = try await withWSEClient(url: server.url, token: token) { client in
            let signals = client.signals
            let subscription = try await client.subscribe(feed.topics)
            guard subscription.accepted == Set(feed.topics) else {
                throw Failure("the server refused topics: \(subscription)")
            }
            return try await withThrowingTaskGroup(of: WSEStatistics?.self) { group in
                group.addTask {
                    try await board.watch(client)
                    return nil
                }
                group.addTask {
                    await board.listen(to: signals)
                    return nil
                }
                group.addTask {
                    try await screen.draw(board, client)
                    return nil
                }
                group.addTask {
                    await publish(to: board)
                    let statistics = client.statistics()
                    await client.disconnect()
                    return statistics
                }
                var statistics: WSEStatistics?
                for try await result in group { statistics = result ?? statistics }
                return statistics
            }
        }
        guard let statistics, !Task.isCancelled else { return nil }
        let published = feed.topics.compactMap { server.position(of: $0) }.reduce(0) { $0 + $1.offset + 1 }
        return try await screen.summarise(board, statistics, published: published)
    }

    /// Publishes the feed, cuts half-way, and waits until all of it has come.
    private func publish(to board: Scoreboard) async {
        async let cutting: Void = {
            if (try? await Task.sleep(for: options.duration / 2)) != nil { server.cutAll() }
        }()
        await server.run(feed, rate: options.rate, count: options.count)
        await cutting
        async let _ = {
            // What has not come by then will not come; the summary says what is missing.
            try? await Task.sleep(for: .seconds(20))
            await board.giveUp()
        }()
        await board.waitUntilComplete(
            feed.topics.compactMap { topic in server.position(of: topic).map { (topic, $0.offset) } })
    }
}
