internal import ArgumentParser
internal import WSEToolKit

struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends a message, or many.",
        usage: "wse send [URL] TYPE [PAYLOAD] [options]\nwse send [URL] --lines [options]",
        discussion: """
            The payload is JSON; - reads it from standard input, and without one it is {}. With --lines each line of \
            standard input is an event as `wse listen` and `wse decode` write it, of which type, payload, priority and \
            correlation_id are sent; id and timestamp are given anew, and that the others are left out is told. All lines \
            are read before the first is sent. Prints the id of each message once it is sent, and how many were if a later one fails.

            That a message was sent does not prove that it arrived: `wse request` waits for an answer.

            EXAMPLES:
              wse send ws://127.0.0.1:8765/wse order '{"symbol":"BTC-USD","quantity":3}'
              wse send order - --priority high < order.json
              printf '%s\\n' '{"type":"a"}' '{"type":"b","payload":1}' | wse send --lines
            """)

    @Argument(
        help: ArgumentHelp(
            "The server, unless WSE_URL names it, type and payload.", valueName: "url-type-payload"))
    var words: [String] = []

    @Flag(help: "Each line of standard input is an event.")
    var lines = false

    @Option(
        help: ArgumentHelp("critical, high, normal, low, background, or a number.", valueName: "priority"))
    var priority: String?

    @Option(help: ArgumentHelp("Links the message to another one.", valueName: "id"))
    var correlationID: String?

    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        var sending = Sending()
        sending.connection = connection.settings
        sending.priority = priority
        sending.correlationID = correlationID
        sending.isLineByLine = lines
        let ready = sending
        try await perform { (console, interruption) throws(ToolError) in
            try await ready.run(words, console, interruption)
        }
    }
}
