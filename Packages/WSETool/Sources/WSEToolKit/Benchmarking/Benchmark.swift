internal import WSEClient

/// `wse bench`: measures a server and the way to it.
public struct Benchmark: Sendable {
    public var connection = ConnectionSettings()
    /// How many connections are made one after the other.
    public var connects = 5
    /// How many requests are timed, and how many are on their way at once.
    public var requests = 1_000
    public var concurrency = 1
    /// Requests before those that are timed.
    public var warmUp = 50
    /// What is asked; the server's application must answer it with the same correlation id.
    public var type = "echo"
    /// Size of the text in a request's payload, in bytes.
    public var size = 64
    /// With topics, how many of their events are timed.
    public var events = 10_000
    public var isJSON = false

    public init() {}

    /// - Parameter words: URL and topics; see ``Target``.
    /// - Throws: ``ToolError``.
    public func run(
        _ words: [String], _ console: Console, _ interruption: Interruption
    ) async throws(ToolError) -> ToolStatus {
        let target = try Target(words, console)
        for (value, option) in [
            (connects, "--connects"), (requests, "--requests"), (warmUp, "--warm-up"), (size, "--size"),
        ] where value < 0 {
            throw ToolError(.usage, "\(option) wants a number from 0 up")
        }
        guard (1...10_000).contains(concurrency), events > 0, size <= 1 << 20 else {
            throw ToolError(.usage, "--concurrency wants 1 to 10,000, --events 1 or more, --size up to 1 MiB")
        }
        var configuration = try connection.configuration(console)
        // What is measured is the server, not the client's own limit.
        configuration.sendLimit = nil
        configuration.reconnects = false
        let progress = ProgressLine(console: console)
        do {
            let (signal, report) = try await interruption.watch { [configuration] in
                defer { progress?.end() }
                var report = BenchmarkReport()
                report.connects = try await timeConnects(target.url, configuration, progress)
                if requests > 0 { try await timeRequests(target.url, configuration, progress, &report) }
                if !target.words.isEmpty { try await timeEvents(target, configuration, progress, &report) }
                return report
            }
            if let signal { return .interrupted(by: signal) }
            if isJSON || !console.isOutputTerminal {
                try console.writeJSON(report.json())
            } else {
                for line in report.lines(console.outputStyle) { try console.print(line) }
            }
            return .success
        } catch {
            throw ToolError(error)
        }
    }

    private func timeConnects(
        _ url: String, _ configuration: WSEConfiguration, _ progress: ProgressLine?
    ) async throws -> LatencySummary {
        if connects > 0 { progress?.begin("connections", of: connects) }
        var samples: [Duration] = []
        for _ in 0..<connects {
            let start = ContinuousClock.now
            samples.append(
                try await withClient(url, configuration) { client in
                    try await client.connect()
                    return start.duration(to: .now)
                })
            progress?.advance()
        }
        return LatencySummary(samples)
    }

    private func timeRequests(
        _ url: String, _ configuration: WSEConfiguration, _ progress: ProgressLine?,
        _ report: inout BenchmarkReport
    ) async throws {
        let payload: WSEValue = ["text": .string(String(repeating: "x", count: size))]
        let (type, warmUp, requests, concurrency) = (type, warmUp, requests, concurrency)
        let (samples, duration) = try await withClient(url, configuration) { client in
            try await client.connect()
            for _ in 0..<warmUp { _ = try await client.request(type, payload) }
            progress?.begin("requests", of: requests)
            let start = ContinuousClock.now
            let samples = try await withThrowingTaskGroup(of: [Duration].self) { group in
                for worker in 0..<min(concurrency, requests) {
                    // What does not divide evenly goes to the first ones.
                    let share = requests / concurrency + (worker < requests % concurrency ? 1 : 0)
                    group.addTask {
                        var samples: [Duration] = []
                        for _ in 0..<share {
                            let start = ContinuousClock.now
                            _ = try await client.request(type, payload)
                            samples.append(start.duration(to: .now))
                            progress?.advance()
                        }
                        return samples
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            return (samples, start.duration(to: .now))
        }
        report.requests = LatencySummary(samples)
        report.requestDuration = duration
        report.concurrency = concurrency
    }

    private func timeEvents(
        _ target: Target, _ configuration: WSEConfiguration, _ progress: ProgressLine?,
        _ report: inout BenchmarkReport
    ) async throws {
        let limit = events
        let topics = target.words
        report.flow = try await withClient(target.url, configuration) { client in
            let events = client.events
            try await client.connect()
            _ = try await client.subscribe(orFail: topics)
            progress?.begin("events", of: limit)
            var flow = BenchmarkReport.Flow()
            var start: ContinuousClock.Instant?
            for try await event in events {
                // The first one starts the clock: what came before it is the server's silence.
                guard let start else {
                    start = .now
                    continue
                }
                flow.events += 1
                flow.bytes += event.byteCount
                progress?.advance()
                if flow.events == limit {
                    flow.duration = start.duration(to: .now)
                    break
                }
            }
            return flow
        }
    }
}
