internal import Dispatch
internal import WSETestServer

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

func complain(_ message: String) {
    let line = Array("wse-test-server: \(message)\n".utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// Ends with the first SIGINT or SIGTERM.
func interruption() -> AsyncStream<Void> {
    AsyncStream { continuation in
        for number in [SIGINT, SIGTERM] {
            // The default would end the process before the source hears of it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                continuation.finish()
                source.cancel()
            }
            source.resume()
        }
    }
}

func serve(_ arguments: Arguments, secret: String?) async throws(WSETestServerError) {
    var configuration = WSETestServer.Configuration()
    configuration.host = arguments.host
    configuration.port = arguments.port
    configuration.dialect = arguments.isPrefixed ? .prefixed : .current
    if let secret { configuration.authentication = .token(secret: secret) }
    let server = try await WSETestServer.start(configuration: configuration)
    server.inject(arguments.faults)
    let feed = DemoFeed(topics: arguments.topics, seed: arguments.seed)
    print("listening on \(server.url)\(secret == nil ? "" : " (token required)")")
    print("topics: \(feed.topics.joined(separator: ", "))")
    fflush(nil)
    await withTaskGroup(of: Void.self) { group in
        group.addTask { await server.run(feed, rate: arguments.rate) }
        if let seconds = arguments.cutAfter {
            group.addTask {
                while (try? await Task.sleep(for: .seconds(seconds))) != nil { server.cutAll() }
            }
        }
        for await _ in interruption() {}
        group.cancelAll()
    }
    await server.stop()
    print("stopped after \(server.connectionCount) connections and \(server.messageCount) messages")
}

do {
    let arguments = try Arguments(CommandLine.arguments.dropFirst())
    let secret = arguments.secret ?? getenv("WSE_SECRET").map { String(cString: $0) }
    switch arguments.mode {
    case .help: print(Arguments.help)
    case .token:
        guard let secret else {
            complain("--token wants a secret: --secret or WSE_SECRET")
            exit(2)
        }
        print(JSONWebToken.make(subject: "demo", secret: secret, lifetime: .seconds(86_400)))
    case .serve: try await serve(arguments, secret: secret)
    }
} catch let failure as Arguments.Failure {
    complain("\(failure.message); --help lists the options")
    exit(2)
} catch {
    complain("\(error)")
    exit(1)
}
