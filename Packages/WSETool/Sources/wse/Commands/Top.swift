internal import ArgumentParser
internal import WSEToolKit

struct Top: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rates, latency, quality and losses, live.",
        usage: "wse top [URL] [TOPIC ...] [options]",
        discussion: """
            On a terminal it fills the screen until Ctrl-C; into a pipe it writes a line of JSON for each interval. Round \
            trips are measured with a ping for each interval.

            EXAMPLES:
              wse top ws://127.0.0.1:8765/wse market.BTC-USD market.ETH-USD
              wse top prices --interval 10 | jq '[.events_per_second,.round_trip_p99_ms]'
            """)

    @Argument(
        help: ArgumentHelp("The server, unless WSE_URL names it, and topics.", valueName: "url-and-topics"))
    var words: [String] = []

    @Option(help: ArgumentHelp("Between two screens.", valueName: "seconds"))
    var interval = 1.0

    @Option(help: ArgumentHelp("End after so many screens.", valueName: "number"))
    var count: Int?

    @Flag(help: "Write lines of JSON on a terminal, too.")
    var json = false

    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        var watching = Watching()
        watching.connection = connection.settings
        watching.interval = interval
        watching.count = count
        watching.isJSON = json
        let ready = watching
        try await perform { (console, interruption) throws(ToolError) in
            try await ready.run(words, console, interruption)
        }
    }
}
