internal import ArgumentParser
internal import WSEToolKit

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Connects step by step, times each step, and says what is wrong.",
        usage: "wse doctor [URL] [options]",
        discussion: """
            The steps: dns, tcp, proxy, tls, upgrade, auth, handshake, heartbeat; those that a connection does not need are \
            skipped. The exit code is that of the first step that fails: 69 up to the upgrade, 77 for a refused token, 75 \
            where nothing comes in time, 76 where what comes is not the protocol.

            EXAMPLES:
              wse doctor wss://example.com/wse
              wse doctor wss://localhost:8443/wse --ca authority.pem --token-file token
              wse doctor | jq '.steps[] | select(.verdict == "failed")'
            """)

    @Argument(help: ArgumentHelp("The server, unless WSE_URL names it.", valueName: "url"))
    var words: [String] = []

    @Flag(help: "Write JSON on a terminal, too.")
    var json = false

    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        var doctor = WSEToolKit.Doctor()
        doctor.connection = connection.settings
        doctor.isJSON = json
        let ready = doctor
        try await perform { (console, interruption) throws(ToolError) in
            try await ready.run(words, console, interruption)
        }
    }
}
