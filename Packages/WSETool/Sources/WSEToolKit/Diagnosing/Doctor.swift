internal import WSEClient
internal import WSETestServer

/// `wse doctor`: connects as a client does, times each step, and says what is wrong.
public struct Doctor: Sendable {
    public var connection = ConnectionSettings()
    public var isJSON = false

    public init() {}

    /// - Parameter words: The URL; see ``Target``.
    /// - Returns: What the first step that failed comes to; `success` if all went well.
    /// - Throws: ``ToolError``.
    public func run(
        _ words: [String], _ console: Console, _ interruption: Interruption
    ) async throws(ToolError) -> ToolStatus {
        let target = try Target(words, console)
        guard target.words.isEmpty else { throw ToolError(.usage, "doctor wants a URL and nothing else") }
        let token = try connection.token(console)
        var configuration = try connection.configuration(console, token: token)
        let proxy = try connection.proxyAddress()
        let watch = TimingTransport(configuration.transport, proxy: proxy)
        configuration.transport = watch
        configuration.reconnects = false
        // Soon, as the round trip is one of the steps; this server gets a handful of pings.
        configuration.heartbeatInterval = .milliseconds(50)
        configuration.livenessTimeout = .seconds(5)
        do {
            let meter = RoundTripMeter(url: try WebSocketURL(target.url))
            configuration.endpoints = meter
            let ready = configuration
            let (signal, error) = try await interruption.watch {
                try await examine(target, ready, meter, watch)
            }
            if let signal { return .interrupted(by: signal) }
            let diagnosis = Diagnosis(
                watch.current, of: target, hasProxy: connection.proxy != nil, proxyHost: proxy?.host,
                hasToken: token != nil,
                tokenClaims: token.flatMap { JSONWebToken($0.value)?.claims }, error: error,
                unixMilliseconds: SystemClock().unixMilliseconds())
            if isJSON || !console.isOutputTerminal {
                try console.writeJSON(diagnosis.json())
            } else {
                for line in diagnosis.textLines(console.outputStyle) { try console.print(line) }
            }
            return diagnosis.status
        } catch {
            throw ToolError(error)
        }
    }

    /// - Returns: What went wrong; `nil` if nothing did.
    private func examine(
        _ target: Target, _ configuration: WSEConfiguration, _ meter: RoundTripMeter, _ watch: TimingTransport
    ) async throws -> WSEError? {
        do {
            try await withClient(target.url, configuration) { client in
                try await client.connect()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for await roundTrip in meter.roundTrips {
                            watch.measured(roundTrip)
                            return
                        }
                    }
                    // A connection that is lost now ends this by its error.
                    group.addTask { for try await _ in client.events {} }
                    try await group.next()
                    group.cancelAll()
                }
            }
            return nil
        } catch let error as WSEError where error.code != .cancelled {
            return error
        }
    }
}
