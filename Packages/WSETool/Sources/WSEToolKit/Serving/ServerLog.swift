internal import WSETestServer

/// Tells what happens at a server. Never payloads or tokens.
struct ServerLog: Sendable {
    private let console: Console
    /// What is told of messages waits here for a task that may be held up by a slow terminal, as the server may not.
    private let messages: AsyncStream<String>
    private let input: AsyncStream<String>.Continuation

    init(console: Console) {
        self.console = console
        (messages, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(10_000))
    }

    /// The first line, from which a script learns the port.
    func listening(on server: WSETestServer, _ topics: [String], wantsToken: Bool) throws(ToolError) {
        guard console.isOutputTerminal else {
            var writer = JSONWriter()
            writer.add("listening", server.url)
            writer.add("wants_token", wantsToken)
            writer.add("topics", .array(topics.map { .string($0) }))
            return try console.writeJSON(writer.line())
        }
        let style = console.outputStyle
        try console.print("listening on \(style.bold(server.url))\(wantsToken ? " (a token is wanted)" : "")")
        try console.print("topics: \(topics.joined(separator: ", ").shown)")
    }

    /// Tells of each connection and message until the task is cancelled.
    func follow(_ server: WSETestServer) async {
        await withDiscardingTaskGroup { group in
            group.addTask { for await text in messages { tell(text) } }
            while !Task.isCancelled {
                // A day: this ends by cancellation.
                guard let connection = try? await server.nextConnection(within: .seconds(86_400)) else {
                    return
                }
                tell("\(connection) comes")
                group.addTask {
                    guard let end = try? await connection.ended(within: .seconds(86_400)) else { return }
                    tell("\(connection) is gone: \(end)")
                }
            }
        }
    }

    func received(_ message: ReceivedMessage) { input.yield(message.description) }

    func ended(_ server: WSETestServer) {
        tell("stopped after \(server.connectionCount) connections and \(server.messageCount) messages")
    }

    private func tell(_ text: String) { console.note(console.diagnosticsStyle.dim("· " + text.shown)) }
}
