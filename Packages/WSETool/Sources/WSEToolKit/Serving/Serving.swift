internal import WSETestServer

/// `wse serve`: the embedded server with a live feed.
public struct Serving: Sendable {
    public var server = ServerSettings()
    /// Topics of the feed; without any, five.
    public var topics: [String] = []
    /// Events per second, of all topics together.
    public var rate = 10.0
    /// Events of the feed; `nil` for no end. The server goes on afterwards.
    public var count: Int?
    /// Where to write the certificate that clients must trust for `--tls`.
    public var certificateFile: String?
    /// Whether to tell of each message that clients send.
    public var tellsMessages = false

    public init() {}

    /// Serves until it is interrupted.
    ///
    /// - Throws: ``ToolError``.
    public func run(_ console: Console, _ interruption: Interruption) async throws(ToolError) -> ToolStatus {
        guard rate > 0, rate <= 1_000_000, count ?? 1 > 0 else {
            throw ToolError(.usage, "--rate wants a number up to 1,000,000, --count 1 or more")
        }
        guard !topics.contains("") else { throw ToolError(.usage, "a topic's name cannot be empty") }
        guard certificateFile == nil || server.usesTLS else {
            throw ToolError(.usage, "--certificate-file wants --tls, as there is no certificate without it")
        }
        let certificate = try certificateFile.map { (path) throws(ToolError) in try OutputFile(path) }
        let secret = try server.secret(console)
        let wantsToken = secret != nil
        let configuration = try server.configuration(secret: secret)
        let faults = try server.faults()
        let refusal = try server.requestRefusal()
        do {
            let (_, ()) = try await interruption.watch {
                try await serve(configuration, faults, refusal, certificate, wantsToken: wantsToken, console)
            }
            return .success
        } catch {
            let error = ToolError(error)
            // Ended while it started.
            if error.isInterruption { return .success }
            throw error
        }
    }

    private func serve(
        _ configuration: WSETestServer.Configuration, _ faults: FaultScript,
        _ refusal: WSETestServer.Refusal, _ certificate: OutputFile?, wantsToken: Bool, _ console: Console
    ) async throws {
        let feed = DemoFeed(topics: topics, seed: server.seed)
        if let certificate, let tls = configuration.tls {
            try certificate.write(Array(tls.certificateChain.utf8))
        }
        let server = try await WSETestServer.start(configuration: configuration)
        server.inject(faults)
        server.relayPublications()
        for _ in 0..<self.server.refuse { server.refuseNext(refusal) }
        let log = ServerLog(console: console)
        if tellsMessages { server.onMessage { log.received($0) } }
        do {
            try log.listening(on: server, feed.topics, wantsToken: wantsToken)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await server.run(feed, rate: rate, count: count) }
                group.addTask { await log.follow(server) }
                if let seconds = self.server.cutEverySeconds {
                    group.addTask {
                        while (try? await Task.sleep(for: .seconds(seconds))) != nil { server.cutAll() }
                    }
                }
                // All go on until the command is interrupted; a feed that has ended leaves a server.
                await group.waitForAll()
            }
        } catch {
            await server.stop(.shutdown)
            throw error
        }
        // In a task of its own, as this one is cancelled.
        await Task { await server.stop(.shutdown) }.value
        log.ended(server)
    }
}
