internal import ArgumentParser
internal import WSEToolKit

struct Listen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows events as they come.",
        usage: "wse listen [URL] [TOPIC ...] [options]",
        discussion: """
            Subscribes to the topics and shows every event, each once and in order, through lost connections. What is \
            missing for good is told on standard error. Without topics it shows what the server sends by itself.

            With --save and --resume it goes on where it ended, and the server is asked for what was published meanwhile. \
            What came in the last second before it was killed is shown once more. The file is replaced as a whole, and \
            one that holds anything else is left alone.

            Without --count it ends with Ctrl-C, and that is no failure once there was a connection.

            EXAMPLES:
              wse listen ws://127.0.0.1:8765/wse market.BTC-USD
              wse listen wss://example.com/wse prices --token-file token | jq .payload
              wse listen market.BTC-USD --where 'price>64000' --where side=buy --count 10
              wse listen market.BTC-USD load.web-1 --counts
              wse listen prices --save positions.json --resume >> prices.jsonl
            """)

    @Argument(
        help: ArgumentHelp("The server, unless WSE_URL names it, and topics.", valueName: "url-and-topics"))
    var words: [String] = []

    @Option(help: "How to show events; auto is pretty on a terminal and json elsewhere.")
    var format = Listening.Format.auto

    @OptionGroup(title: "Which events") var filter: FilterOptions

    @Option(help: ArgumentHelp("End after so many events.", valueName: "number"))
    var count: Int?

    @Flag(help: "Show no events, but at the end how many of each topic and type there were.")
    var counts = false

    @Flag(help: "Ask for the present state of the topics first.")
    var snapshot = false

    @Option(
        help: ArgumentHelp("Write to this file up to where the topics were shown.", valueName: "file"),
        completion: .file())
    var save: String?

    @Flag(help: "Go on where the file of --save says; without topics, with those in it.")
    var resume = false

    @Flag(help: "Show payloads whole, however long the line gets.")
    var full = false

    @Flag(help: "End when the connection is lost.")
    var noReconnect = false

    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        var listening = Listening()
        listening.connection = connection.settings
        listening.connection.reconnects = !noReconnect
        listening.format = format
        listening.count = count
        listening.isCounting = counts
        listening.wantsSnapshot = snapshot
        listening.positionsFile = save
        listening.resumes = resume
        listening.isFull = full
        let ready = listening
        try await perform { (console, interruption) throws(ToolError) in
            var listening = ready
            listening.filter = try filter.filter()
            return try await listening.run(words, console, interruption)
        }
    }
}
