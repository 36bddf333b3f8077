import Synchronization
import WSEClient

enum RoundTrips {
    /// The round trips that the client's own heartbeat measures, at its shortest interval of 10 ms.
    @concurrent
    static func heartbeat(_ options: Options) async throws -> Report {
        let probe = Probe(try WebSocketURL(options.url), count: options.warmUp + options.count)
        var configuration = WSEConfiguration()
        configuration.heartbeatInterval = .milliseconds(10)
        configuration.endpoints = probe
        let client = try WSEClient(url: options.url, configuration: configuration)
        try await client.connect()
        for await _ in probe.finished { break }
        await client.disconnect()
        let times = probe.times.withLock { Array($0.dropFirst(options.warmUp)) }
        try check(times.count >= options.count, "\(times.count) round trips")
        return .times(times)
    }

    /// Collects the round trips that a client reports about its endpoint.
    private final class Probe: EndpointSelector, EndpointLease {
        let times = Mutex<[Duration]>([])
        let finished: AsyncStream<Void>
        private let input: AsyncStream<Void>.Continuation
        private let url: WebSocketURL
        private let count: Int

        init(_ url: WebSocketURL, count: Int) {
            (self.url, self.count) = (url, count)
            (finished, input) = AsyncStream.makeStream()
        }

        func select(_ request: EndpointRequest) -> EndpointSelection { .endpoint(url, self) }
        func connected(after duration: Duration) {}
        func ended(failed: Bool) { input.finish() }

        func measured(_ roundTrip: Duration) {
            let isComplete = times.withLock { times in
                times.append(roundTrip)
                return times.count >= count
            }
            if isComplete { input.finish() }
        }
    }

    /// A message and its answer, one after the other, as the application sees it.
    @concurrent
    static func request(_ options: Options) async throws -> Report {
        let client = try await Receiving.client(options)
        var times: [Duration] = []
        times.reserveCapacity(options.count)
        for number in 0..<options.warmUp + options.count {
            let start = ContinuousClock.now
            let answer = try await client.request("bench_echo", Item(n: number, side: "buy", px: 42123.25))
            let time = ContinuousClock.now - start
            try check(answer.type == "bench_echo", "another answer")
            if number >= options.warmUp { times.append(time) }
        }
        return .times(times)
    }

    /// From the call to ready, one client after the other.
    @concurrent
    static func connect(_ options: Options) async throws -> Report {
        var times: [Duration] = []
        for number in 0..<options.warmUp + options.count {
            let client = try WSEClient(url: options.url)
            let start = ContinuousClock.now
            try await client.connect()
            let time = ContinuousClock.now - start
            try check(client.isReady, "not ready")
            if number >= options.warmUp { times.append(time) }
            await client.disconnect()
        }
        return .times(times)
    }
}
