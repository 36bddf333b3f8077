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
            // An interruption that came too late to keep anything from being sent is none.
            _ = try await interruption.watch { [configuration] in
                try await withClient(target.url, configuration) { client in
                    try await client.connect()
                    try await send(messages, client, console)
                }
            }
            return .success
        } catch {
            throw ToolError(error)
        }
    }

    /// Prints the ids of what was sent part by part, so that they are known if a later part fails.
    private func send(_ messages: [WSEMessage], _ client: WSEClient, _ console: Console) async throws {
        for start in stride(from: 0, to: messages.count, by: 100) {
            let part = Array(messages[start..<min(start + 100, messages.count)])
            let outcomes: [SendOutcome]
            do {
                outcomes =
                    part.count == 1 ? [try await send(part[0], client)] : try await client.sendBatch(part)
            } catch {
                if messages.count > 1 {
                    console.note("\(start.grouped) of \(messages.count.grouped) events were sent")
                }
                throw error
            }
            for outcome in outcomes { try show(outcome, console) }
        }
    }

    private func show(_ outcome: SendOutcome, _ console: Console) throws(ToolError) {
        guard !console.isOutputTerminal else { return try console.print("sent \(outcome.id)") }
        var writer = JSONWriter()
        writer.add("id", outcome.id)
        try console.writeJSON(writer.line())
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
            var membersNotSent: Set<String> = []
            let lines = try console.readInput(for: "the events").split(
                separator: 0x0A, omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where !line.allSatisfy(ByteForm.isBlank) {
                let event: EventDescription
                do throws(ToolError) {
                    event = try EventDescription(json: Array(line))
                } catch {
                    throw ToolError(error.status, "line \(index + 1): \(error.message)", advice: error.advice)
                }
                membersNotSent.formUnion(event.membersNotSent)
                let envelope = event.envelope
                messages.append(
                    WSEMessage(
                        envelope.type, envelope.payload, priority: envelope.priority,
                        correlationID: envelope.correlationID))
            }
            if !membersNotSent.isEmpty {
                console.note(
                    console.diagnosticsStyle.yellow(
                        "· not sent, as a client does not say them: \(membersNotSent.sorted().joined(separator: ", "))"
                    ))
            }
            return messages
        }
        guard let type = words.first, !type.isEmpty, words.count <= 2 else {
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
