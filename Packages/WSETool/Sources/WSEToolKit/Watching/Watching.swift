internal import Synchronization
internal import WSEClient

/// `wse top`: rates, latency, quality and losses, live.
public struct Watching: Sendable {
    public var connection = ConnectionSettings()
    /// Seconds between two screens, and between two pings.
    public var interval = 1.0
    /// Ends after so many screens.
    public var count: Int?
    /// Whether to write lines of JSON on a terminal, too.
    public var isJSON = false

    public init() {}

    /// - Parameter words: URL and topics; see ``Target``.
    /// - Throws: ``ToolError``.
    public func run(
        _ words: [String], _ console: Console, _ interruption: Interruption
    ) async throws(ToolError) -> ToolStatus {
        let target = try Target(words, console)
        let interval = try ConnectionSettings.duration(interval, "--interval")
        guard interval >= .milliseconds(10), count ?? 1 > 0 else {
            throw ToolError(.usage, "--interval wants 0.01 or more, --count 1 or more")
        }
        var configuration = try connection.configuration(console)
        do {
            let meter = RoundTripMeter(url: try WebSocketURL(target.url))
            configuration.endpoints = meter
            configuration.heartbeatInterval = interval
            let ready = configuration
            let (signal, isComplete) = try await interruption.watch {
                try await watch(target, ready, meter, interval, console)
            }
            return signal.map { count == nil || isComplete ? .success : .interrupted(by: $0) } ?? .success
        } catch {
            throw ToolError(error)
        }
    }

    /// - Returns: Whether all screens that were asked for came.
    private func watch(
        _ target: Target, _ configuration: WSEConfiguration, _ meter: RoundTripMeter, _ interval: Duration,
        _ console: Console
    ) async throws -> Bool {
        // Whoever interrupts before that has seen nothing.
        let hasBegun = Atomic(false)
        let model = SharedTopModel(TopModel(url: target.shown, start: .now))
        let screen = console.isOutputTerminal && !isJSON ? Screen(output: console.output) : nil
        do {
            return try await withClient(target.url, configuration) { client in
                let events = client.events
                let signals = client.signals
                try await client.connect()
                hasBegun.store(true, ordering: .relaxed)
                // What the rates of the first interval count from.
                model.withLock { $0.sample(client.statistics(), roundTrips: [], at: .now) }
                if !target.words.isEmpty { _ = try await client.subscribe(orFail: target.words) }
                try screen?.open()
                defer { screen?.close() }
                return try await withThrowingTaskGroup(of: Bool?.self) { group in
                    group.addTask {
                        for try await event in events { model.withLock { $0.record(event) } }
                        return false
                    }
                    group.addTask {
                        for await signal in signals { model.withLock { $0.note(signal) } }
                        return nil
                    }
                    group.addTask {
                        try await draw(client, meter, model, screen, interval, console)
                    }
                    defer { group.cancelAll() }
                    while let end = try await group.next() {
                        if let end { return end }
                    }
                    return false
                }
            }
        } catch let error as WSEError where error.code == .cancelled && hasBegun.load(ordering: .relaxed) {
            return false
        } catch let error as ToolError where error == .outputClosed {
            return true
        } catch let error as ToolError where error.isInterruption {
            return false
        }
    }

    private func draw(
        _ client: WSEClient, _ meter: RoundTripMeter, _ model: SharedTopModel, _ screen: Screen?,
        _ interval: Duration, _ console: Console
    ) async throws -> Bool {
        var drawn = 0
        while drawn < count ?? .max {
            do {
                try await Task.sleep(for: interval)
            } catch {
                return false
            }
            let (statistics, roundTrips) = (client.statistics(), meter.take())
            let state = model.withLock { model in
                model.sample(statistics, roundTrips: roundTrips, at: .now)
                return model
            }
            if let screen {
                let size = console.size()
                try screen.draw(TopScreen(style: console.outputStyle).lines(state, size), size)
            } else {
                try console.writeJSON(TopScreen.json(state))
            }
            drawn += 1
        }
        return true
    }
}
