internal import ArgumentParser
internal import WSEToolKit

struct Request: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends a message and shows the answer.",
        usage: "wse request [URL] TYPE [PAYLOAD] [options]",
        discussion: """
            The answer is the first event with the correlation id of the request. An answer that is an error ends the \
            command with exit code 1.

            EXAMPLES:
              wse request ws://127.0.0.1:8765/wse echo '{"text":"hello"}'
              wse request balance --answer-timeout 5 | jq .payload
            """)

    @Argument(
        help: ArgumentHelp(
            "The server, unless WSE_URL names it, type and payload.", valueName: "url-type-payload"))
    var words: [String] = []

    @Option(help: ArgumentHelp("To wait for the answer.", valueName: "seconds"))
    var answerTimeout = 30.0

    @Option(help: ArgumentHelp("Subscribe to this topic first. May be given again.", valueName: "topic"))
    var topic: [String] = []

    @Option(
        help: ArgumentHelp("critical, high, normal, low, background, or a number.", valueName: "priority"))
    var priority: String?

    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        var requesting = Requesting()
        requesting.connection = connection.settings
        requesting.priority = priority
        requesting.answerTimeout = answerTimeout
        requesting.topics = topic
        let ready = requesting
        try await perform { (console, interruption) throws(ToolError) in
            try await ready.run(words, console, interruption)
        }
    }
}
