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
    configuration.dialect = arguments.dialect
    if let secret { configuration.authentication = .token(secret: secret) }
    let server = try await WSETestServer.start(configuration: configuration)
    server.inject(arguments.faults)
    server.relayPublications()
    let feed = DemoFeed(topics: arguments.topics, seed: arguments.seed)
    print("listening on \(server.url)\(secret == nil ? "" : " (token required)")")
    print("topics: \(feed.topics.joined(separator: ", "))")
    fflush(nil)
    await withTaskGroup(of: Void.self) { group in
        group.addTask { await server.run(feed, rate: arguments.rate) }
        if let seconds = arguments.cutEvery {
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

/// The secret of tokens: of the file, or of the environment; `nil` if there is none.
func secret(_ arguments: Arguments) throws(Arguments.Failure) -> String? {
    var text = getenv("WSE_SECRET").map { String(cString: $0) } ?? ""
    if let path = arguments.secretFile {
        guard let file = fopen(path, "r") else {
            complain("cannot read \(path): \(String(cString: strerror(errno)))")
            exit(66)
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
        text = String(decoding: bytes, as: UTF8.self)
        if text.allSatisfy(\.isWhitespace) {
            throw Arguments.Failure(message: "there is no secret in \(path)")
        }
    }
    // A line end behind it is the editor's.
    let secret = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
    return secret.isEmpty ? nil : String(secret)
}

do {
    let arguments = try Arguments(CommandLine.arguments.dropFirst())
    let secret = try secret(arguments)
    switch arguments.mode {
    case .help: print(Arguments.help)
    case .makeToken:
        guard let secret else {
            throw Arguments.Failure(message: "--make-token wants a secret: --secret-file or WSE_SECRET")
        }
        print(JSONWebToken.make(subject: "demo", secret: secret, lifetime: .seconds(86_400)))
    case .serve: try await serve(arguments, secret: secret)
    }
} catch let failure as Arguments.Failure {
    complain("\(failure.message); --help lists the options")
    exit(64)
} catch {
    complain("\(error)")
    exit(69)
}
