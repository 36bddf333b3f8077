internal import WSEClient

/// `wse request`: sends a message and shows the answer.
public struct Requesting: Sendable {
    public var connection = ConnectionSettings()
    public var priority: String?
    /// Seconds to wait for the answer.
    public var answerTimeout = 30.0
    /// Topics to subscribe to first, for servers that answer subscribers only.
    public var topics: [String] = []

    public init() {}

    /// - Parameter words: URL, type and payload; see ``Target``.
    /// - Throws: ``ToolError``; with status `failure` where the answer is an error.
    public func run(
        _ words: [String], _ console: Console, _ interruption: Interruption
    ) async throws(ToolError) -> ToolStatus {
        let target = try Target(words, console)
        guard let type = target.words.first, !type.isEmpty, target.words.count <= 2 else {
            throw ToolError(.usage, "a request wants a type and perhaps a payload")
        }
        let payload = try Payload.parse(target.words.dropFirst().first, console)
        let priority = try priority.map { (text) throws(ToolError) in try Payload.priority(text) }
        let timeout = try ConnectionSettings.duration(answerTimeout, "--answer-timeout")
        let configuration = try connection.configuration(console)
        let topics = topics
        do {
            let (_, answer) = try await interruption.watch {
                try await withClient(target.url, configuration) { client in
                    try await client.connect()
                    if !topics.isEmpty { try await subscribe(to: topics, client, console) }
                    let start = ContinuousClock.now
                    let event = try await client.request(type, payload, priority: priority, timeout: timeout)
                    return (event: event, duration: start.duration(to: .now))
                }
            }
            try EventPrinter(console: console, isPretty: console.isOutputTerminal, isFull: true).show(
                answer.event)
            console.note(console.diagnosticsStyle.dim("answered in \(answer.duration.shown)"))
            return .success
        } catch {
            throw ToolError(error)
        }
    }

    private func subscribe(to topics: [String], _ client: WSEClient, _ console: Console) async throws {
        let result = try await client.subscribe(orFail: topics)
        guard !result.refused.isEmpty else { return }
        console.note("the server refuses \(result.refused.sorted().joined(separator: ", ").shown)")
    }
}
