internal import ArgumentParser
internal import WSEToolKit

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the embedded server with a live feed, and with faults if you like.",
        usage: "wse serve [TOPIC ...] [options]",
        discussion: """
            Topics that begin with market., weather. and load. get values of their kind. With a secret it asks for tokens, \
            which `wse token make` makes. It answers echo, and publishes \
            what clients send as publish with topic, type and payload.

            FAULTS are the same for the same seed, and count events for each connection, from 1. --fault WHICH:WHAT names \
            any of them:
              which  3, 5-9, every=10, chance=0.01, type=TYPE, topic=TOPIC, all
              what   pass, drop, duplicate[=COPIES], reorder[=EVENTS], delay=SECONDS,
                     corrupt[=bytes|truncate|garbage|reserved-bit], replace=TEXT, stall,
                     cut[=finish|reset], close[=CODE], of the codes that a close frame may carry

            EXAMPLES:
              wse serve
              wse serve market.BTC-USD --rate 100 --cut-after 50 --drop 0.01 --seed 7
              wse serve --fault 100:cut=reset --fault every=10:drop --deny 'secret.*'
              WSE_SECRET=… wse serve --port 9000
              wse serve --tls --certificate-file localhost.pem
            """)

    @Argument(help: ArgumentHelp("Topics of the feed; five by default.", valueName: "topic"))
    var topics: [String] = []

    @Option(help: ArgumentHelp("Address to listen on.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("Port to listen on; 0 takes a free one.", valueName: "port"))
    var port = 8_765

    @Option(help: ArgumentHelp("Events per second, of all topics together.", valueName: "number"))
    var rate = 10.0

    @Option(help: ArgumentHelp("Events of the feed; without it there is no end.", valueName: "number"))
    var count: Int?

    @Option(help: ArgumentHelp("Events to keep for each topic.", valueName: "number"))
    var history = 1_024

    @Option(help: "The published server to behave like.")
    var dialect = DialectOption.current

    @Option(
        help: ArgumentHelp(
            "File with the secret of tokens. Without it, WSE_SECRET is used.", valueName: "file"),
        completion: .file())
    var secretFile: String?

    @OptionGroup var refused: RefusedSecretOption

    @Flag(help: "Listen with TLS, under a certificate for localhost that proves nothing.")
    var tls = false

    @Option(
        help: ArgumentHelp("Where to write that certificate, for --ca of clients.", valueName: "file"),
        completion: .file(extensions: ["pem"]))
    var certificateFile: String?

    @Flag(help: "Tell of each message from clients, without its payload.")
    var messages = false

    @OptionGroup(title: "Faults") var faults: FaultOptions

    func run() async throws {
        var serving = Serving()
        faults.apply(to: &serving.server)
        serving.server.host = host
        serving.server.port = port
        serving.server.history = history
        serving.server.isPrefixed = dialect == .prefixed
        serving.server.secretFile = secretFile
        serving.server.usesTLS = tls
        serving.topics = topics
        serving.rate = rate
        serving.count = count
        serving.certificateFile = certificateFile
        serving.tellsMessages = messages
        let ready = serving
        try await perform { (console, interruption) throws(ToolError) in
            try await ready.run(console, interruption)
        }
    }
}
