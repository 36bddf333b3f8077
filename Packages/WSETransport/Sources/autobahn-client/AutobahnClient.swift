import WSETransport

/// Runs every case of an Autobahn fuzzing server: echoes what it sends, then asks for the reports.
///
/// Usage: `autobahn-client <server URL> <handler | async> [<PEM file with the authority to trust>]`
///
/// `handler` echoes from inside a ``WebSocketHandler``, `async` with a ``WebSocket``; the word is also the name of the
/// agent in the reports.
@main
struct AutobahnClient {
    enum Style: String {
        case handler
        case async
    }

    let server: WebSocketURL
    let style: Style
    let configuration: WebSocketConfiguration

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count >= 2, let style = Style(rawValue: arguments[arguments.startIndex + 1]) else {
            throw WebSocketError(
                .invalidArgument,
                "usage: autobahn-client <server URL> <handler | async> [<authority PEM file>]")
        }
        var configuration = WebSocketConfiguration()
        // Group 9 sends messages of 16 MiB.
        configuration.limits.inboundFrame = 16 << 20
        configuration.limits.inboundMessage = 16 << 20
        configuration.output.limit = 64 << 20
        if let authority = arguments.dropFirst(2).first { configuration.tls.trustRoots = .file(authority) }
        let client = AutobahnClient(
            server: try WebSocketURL(arguments[arguments.startIndex]), style: style,
            configuration: configuration)
        try await client.run()
    }

    private func run() async throws {
        let count = try await caseCount()
        for number in 1...max(1, count) {
            let request = try request("/runCase", [("case", "\(number)"), ("agent", style.rawValue)])
            switch style {
            case .handler:
                await EchoHandler.run(request, over: NIOWebSocketTransport(configuration: configuration))
            case .async: await echo(request)
            }
        }
        let reports = try await connect(request("/updateReports", [("agent", style.rawValue)]))
        for try await _ in reports.messages {}
        print("ran \(count) cases as \(style.rawValue)")
    }

    private func caseCount() async throws -> Int {
        let socket = try await connect(request("/getCaseCount", []))
        var count: Int?
        for try await message in socket.messages { count = Int(message.text) }
        guard let count, count > 0 else {
            throw WebSocketError(.protocolViolation, "The server named no case count.")
        }
        return count
    }

    /// Echoes until the connection ends. Most cases make it fail on purpose; the server judges how.
    private func echo(_ request: WebSocketRequest) async {
        do {
            let socket = try await connect(request)
            for try await message in socket.messages {
                switch message.kind {
                case .text: try await socket.send(message.text)
                case .binary: try await socket.send(Array(message.bytes))
                }
            }
        } catch {
            return
        }
    }

    private func connect(_ request: WebSocketRequest) async throws -> WebSocket {
        try await WebSocket.connect(request, configuration: configuration)
    }

    private func request(
        _ path: String, _ items: [(name: String, value: String)]
    ) throws -> WebSocketRequest {
        let base = try WebSocketURL("\(server.scheme.rawValue)://\(server.authority)\(path)")
        return WebSocketRequest(url: base.appending(queryItems: items))
    }
}
