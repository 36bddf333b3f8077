internal import ArgumentParser
internal import WSEToolKit

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures connecting, round trips, and with topics the flow of events.",
        usage: "wse bench [URL] [TOPIC ...] [options]",
        discussion: """
            Round trips need a server application that answers the requests; the embedded server of `wse serve` answers \
            echo. Only measure servers that are yours. On a terminal it tells how far it is.

            EXAMPLES:
              wse bench ws://127.0.0.1:8765/wse
              wse bench --requests 10000 --concurrency 32 --size 1024
              wse bench --requests 0 --events 100000 market.BTC-USD
            """)

    @Argument(
        help: ArgumentHelp("The server, unless WSE_URL names it, and topics.", valueName: "url-and-topics"))
    var words: [String] = []

    @Option(help: ArgumentHelp("Connections to make, one after the other.", valueName: "number"))
    var connects = 5

    @Option(help: ArgumentHelp("Requests to time.", valueName: "number"))
    var requests = 1_000

    @Option(help: ArgumentHelp("Requests on their way at once.", valueName: "number"))
    var concurrency = 1

    @Option(help: ArgumentHelp("Requests before those that are timed.", valueName: "number"))
    var warmUp = 50

    @Option(help: ArgumentHelp("The type of the requests.", valueName: "type"))
    var type = "echo"

    @Option(help: ArgumentHelp("Text in each request.", valueName: "bytes"))
    var size = 64

    @Option(help: ArgumentHelp("Events of the topics to time.", valueName: "number"))
    var events = 10_000

    @Flag(help: "Write JSON on a terminal, too.")
    var json = false

    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        var benchmark = Benchmark()
        benchmark.connection = connection.settings
        benchmark.connects = connects
        benchmark.requests = requests
        benchmark.concurrency = concurrency
        benchmark.warmUp = warmUp
        benchmark.type = type
        benchmark.size = size
        benchmark.events = events
        benchmark.isJSON = json
        let ready = benchmark
        try await perform { (console, interruption) throws(ToolError) in
            try await ready.run(words, console, interruption)
        }
    }
}
