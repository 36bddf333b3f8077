internal import ArgumentParser
internal import WSEToolKit

struct Decode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turns a frame on standard input into events as JSON.",
        discussion: """
            Every form of the protocol is understood: JSON in both dialects, C: and bare zlib, M: and bare MessagePack, E: \
            with its key, batches, and the heartbeat lines of old servers. What cannot be read is told on standard error \
            with the byte at which it goes wrong, counted in the text that was read: after a prefix, inflated and decrypted. \
            The exit code is 1 then, also for an E: frame whose key was not given, and 65 where there is no frame.

            EXAMPLES:
              echo '{"c":"U","t":"tick","p":{"px":1.5}}' | wse decode
              echo 55 7b2274223a227469636b227d | wse decode
              wse decode --key-file session.key < frame.bin
              wse decode --lines < frames.hex | jq .payload
            """)

    @Option(
        help: """
            How the frame is given; it is found out if left out. Only a frame of very few bytes can be mistaken.
            """)
    var from: ByteForm?

    @Flag(help: "Each line of standard input is a frame.")
    var lines = false

    @Option(
        help: ArgumentHelp(
            "File with the key of E: frames, 32 bytes as hex or base64. Without it, WSE_KEY is used.",
            valueName: "file"),
        completion: .file())
    var keyFile: String?

    func run() async throws {
        var decoding = FrameDecoding()
        decoding.form = from
        decoding.isLineByLine = lines
        decoding.keyFile = keyFile
        let ready = decoding
        try await perform { (console, _) throws(ToolError) in try ready.run(console) }
    }
}
