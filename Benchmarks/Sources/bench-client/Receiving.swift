import BenchmarkWork
import WSEClient

/// The whole path: socket, frames, decoding, order, hand-over, a consumer that looks at each event.
enum Receiving {
    static func client(_ options: Options) async throws -> WSEClient {
        var configuration = WSEConfiguration()
        configuration.sendLimit = nil
        if options.work == .encrypted { configuration.encryption = WSEEncryption() }
        let client = try WSEClient(url: options.url, configuration: configuration)
        try await client.connect()
        return client
    }

    /// Asks the sender for events.
    static func go(_ client: WSEClient, _ count: Int) async throws {
        try await client.send("bench_go", ["count": .int(Int64(count))])
    }

    @concurrent
    static func offActor(_ options: Options) async throws -> Report {
        let client = try await client(options)
        var events = client.events.makeAsyncIterator()
        var order = Order(options.work)
        try await go(client, options.warmUp)
        try await consume(&events, options.warmUp, &order)
        let stopwatch = Stopwatch()
        try await go(client, options.count)
        try await consume(&events, options.count, &order)
        return stopwatch.read(options.count)
    }

    @concurrent
    private static func consume(
        _ events: inout WSEEventSequence.Iterator, _ count: Int, _ order: inout Order
    ) async throws {
        var left = count
        while left > 0 {
            guard let event = try await events.next(isolation: nil) else { throw Broken("the stream ended") }
            try order.check(event)
            left -= 1
        }
    }

    /// The same with the consumer on the main actor.
    @MainActor
    static func onMainActor(_ options: Options) async throws -> Report {
        let client = try await client(options)
        var events = client.events.makeAsyncIterator()
        var order = Order(options.work)
        try await go(client, options.warmUp)
        try await consumeOnMainActor(&events, options.warmUp, &order)
        let stopwatch = Stopwatch()
        try await go(client, options.count)
        try await consumeOnMainActor(&events, options.count, &order)
        return stopwatch.read(options.count)
    }

    @MainActor
    private static func consumeOnMainActor(
        _ events: inout WSEEventSequence.Iterator, _ count: Int, _ order: inout Order
    ) async throws {
        var left = count
        while left > 0 {
            guard let event = try await events.next(isolation: #isolation) else {
                throw Broken("the stream ended")
            }
            try order.check(event)
            left -= 1
        }
    }

    /// The same with the payload of each event as a value, which tells its place too.
    @concurrent
    static func typed(_ options: Options) async throws -> Report {
        let client = try await client(options)
        var trades = client.events(of: Trade.self, type: "trade").makeAsyncIterator()
        var expected = Trade.firstTimestamp
        func consume(_ count: Int) async throws {
            for _ in 0..<count {
                guard let trade = try await trades.next(isolation: nil) else {
                    throw Broken("the stream ended")
                }
                guard trade.ts == expected, trade.qty == 0.5 else {
                    throw Broken("\(trade.ts) instead of \(expected)")
                }
                expected += 1
            }
        }
        try await go(client, options.warmUp)
        try await consume(options.warmUp)
        let stopwatch = Stopwatch()
        try await go(client, options.count)
        try await consume(options.count)
        return stopwatch.read(options.count)
    }

    /// As ``offActor(_:)``, in a `for` loop as an application writes it.
    @concurrent
    static func messages(_ options: Options) async throws -> Report {
        let client = try await client(options)
        let stopwatch = Stopwatch()
        try await go(client, options.count)
        var order = Order(options.work)
        var left = options.count
        for try await event in client.events {
            try order.check(event)
            left -= 1
            if left == 0 { break }
        }
        return stopwatch.read(options.count)
    }
}
