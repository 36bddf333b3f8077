import BenchmarkWork
import WSEClient

/// The same events through more of something.
enum Scale {
    /// One stream for each topic, each with a task that consumes it.
    @concurrent
    static func streams(_ options: Options) async throws -> Report {
        let client = try await Receiving.client(options)
        let width = options.width
        let (warmUp, count) = (options.warmUp / width, options.count / width)
        let streams = (0..<width).map { client.events(topic: Work.topic($0, of: width)) }
        let consumers = streams.map { Consumer($0) }
        try await Receiving.go(client, warmUp * width)
        try await consume(consumers, warmUp)
        let stopwatch = Stopwatch()
        try await Receiving.go(client, count * width)
        try await consume(consumers, count)
        return stopwatch.read(count * width)
    }

    /// One client for each share of the events.
    @concurrent
    static func connections(_ options: Options) async throws -> Report {
        let (warmUp, count) = (options.warmUp / options.width, options.count / options.width)
        var clients: [WSEClient] = []
        for _ in 0..<options.width { clients.append(try await Receiving.client(options)) }
        let consumers = clients.map { Consumer($0.events) }
        for client in clients { try await Receiving.go(client, warmUp) }
        try await consume(consumers, warmUp)
        let stopwatch = Stopwatch()
        for client in clients { try await Receiving.go(client, count) }
        try await consume(consumers, count)
        return stopwatch.read(count * options.width)
    }

    @concurrent
    private static func consume(_ consumers: [Consumer], _ count: Int) async throws {
        try await withThrowingTaskGroup { group in
            for consumer in consumers {
                group.addTask { try await consumer.consume(count) }
            }
            try await group.waitForAll()
        }
    }

    /// Takes what one stream brings, in order.
    private actor Consumer {
        private let events: WSEEventSequence
        private var order = Order(.stamped(topics: 1))

        init(_ events: WSEEventSequence) {
            self.events = events
        }

        func consume(_ count: Int) async throws {
            var left = count
            guard left > 0 else { return }
            for try await event in events {
                try order.check(event)
                left -= 1
                if left == 0 { break }
            }
            try benchCheck(left == 0)
        }

        private func benchCheck(_ isComplete: Bool) throws {
            if !isComplete { throw Broken("the stream ended") }
        }
    }
}
