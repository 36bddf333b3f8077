internal import WSEClient

/// `wse send`: sends messages.
public struct Sending: Sendable {
    public var connection = ConnectionSettings()
    public var priority: String?
    public var correlationID: String?
    /// Whether each line of standard input is an event to send; all of them go in one frame for each hundred.
    public var isLineByLine = false

    public init() {}

    /// - Parameter words: URL, type and payload; see ``Target``.
    /// - Throws: ``ToolError``.
    public func run(
        _ words: [String], _ console: Console, _ interruption: Interruption
    ) async throws(ToolError) -> ToolStatus {
        let target = try Target(words, console)
        let messages = try messages(target.words, console)
        var configuration = try connection.configuration(console)
        // What is handed to this command is either sent or not; it does not live long enough to queue.
        configuration.offlineQueue = nil
        do {
            let (signal, outcomes) = try await interruption.watch { [configuration] in
                try await withClient(target.url, configuration) { client in
                    try await client.connect()
                    var outcomes: [SendOutcome] = []
                    for start in stride(from: 0, to: messages.count, by: 100) {
                        let part = Array(messages[start..<min(start + 100, messages.count)])
                        outcomes +=
                            part.count == 1
                            ? [try await send(part[0], client)] : try await client.sendBatch(part)
                    }
                    return outcomes
                }
            }
            if let signal { return .interrupted(by: signal) }
            for outcome in outcomes {
                var writer = JSONWriter()
                writer.add("id", outcome.id)
                if console.isOutputTerminal {
                    try console.print("sent \(outcome.id)")
                } else {
                    try console.writeJSON(writer.line())
                }
            }
            return .success
        } catch {
            throw ToolError(error)
        }
    }

    private func send(_ message: WSEMessage, _ client: WSEClient) async throws -> SendOutcome {
        try await client.sendWithRetry(
            message.type, message.payload, priority: message.priority, correlationID: message.correlationID)
    }

    private func messages(_ words: [String], _ console: Console) throws(ToolError) -> [WSEMessage] {
        if isLineByLine {
            guard words.isEmpty else {
                throw ToolError(.usage, "with --lines, events come from standard input")
            }
            guard priority == nil, correlationID == nil else {
                throw ToolError(.usage, "with --lines, each event says its own priority and correlation_id")
            }
            var messages: [WSEMessage] = []
            for line in try console.readInput(for: "the events").split(separator: 0x0A) {
                let envelope = try EventDescription(json: Array(line)).envelope
                messages.append(
                    WSEMessage(
                        envelope.type, envelope.payload, priority: envelope.priority,
                        correlationID: envelope.correlationID))
            }
            return messages
        }
        guard let type = words.first, words.count <= 2 else {
            throw ToolError(.usage, "a message wants a type and perhaps a payload")
        }
        return [
            WSEMessage(
                type, try Payload.parse(words.dropFirst().first, console),
                priority: try priority.map { (text) throws(ToolError) in try Payload.priority(text) },
                correlationID: correlationID)
        ]
    }
}
