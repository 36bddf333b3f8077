internal import ArgumentParser
internal import WSEToolKit

struct Encode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turns an event into a frame.",
        usage: "wse encode [TYPE [PAYLOAD]] [options]",
        discussion: """
            Without a type, one event is read from standard input as JSON, with the names that `wse decode` writes or with \
            those of the wire. Writes the bytes into a pipe and hex on a terminal.

            EXAMPLES:
              wse encode order '{"quantity":3}'
              wse encode order '{"quantity":3}' --format messagepack --to hex
              wse decode < frame.bin | head -n 1 | wse encode --format prefixed
            """)

    @Argument(help: ArgumentHelp("The event's type.", valueName: "type"))
    var type: String?

    @Argument(
        help: ArgumentHelp(
            "JSON; - reads it from standard input. Without one it is {}.", valueName: "payload"))
    var payload: String?

    @Option(help: "What to write.")
    var format = FrameEncoding.Format.json

    @Flag(help: "Make a C: frame, where that is smaller.")
    var compress = false

    @Flag(help: "Make an E: frame under the key of --key-file or WSE_KEY.")
    var seal = false

    @Option(
        help: ArgumentHelp("File with the key to seal with, 32 bytes as hex or base64.", valueName: "file"),
        completion: .file())
    var keyFile: String?

    @Option(help: "How to write the bytes; raw into a pipe and hex on a terminal if left out.")
    var to: ByteForm?

    @Option(
        help: ArgumentHelp("critical, high, normal, low, background, or a number.", valueName: "priority"))
    var priority: String?

    @Option(help: ArgumentHelp("Links the message to another one.", valueName: "id"))
    var correlationID: String?

    func run() async throws {
        var encoding = FrameEncoding()
        encoding.format = format
        encoding.isCompressed = compress
        encoding.isSealed = seal
        encoding.keyFile = keyFile
        encoding.form = to
        encoding.type = type
        encoding.payload = payload
        encoding.priority = priority
        encoding.correlationID = correlationID
        let ready = encoding
        try await perform { (console, _) throws(ToolError) in
            try ready.run(console)
            return .success
        }
    }
}
