internal import ArgumentParser
internal import WSEToolKit

struct TokenInspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows what a token says, and whether it holds.",
        discussion: """
            The token comes from --token-file, WSE_TOKEN or standard input, in this order. Its signature is checked if \
            there is a secret. The exit code is 1 for a token that a server would refuse, as far as can be told.

            EXAMPLES:
              wse token inspect < token
              WSE_SECRET=… wse token inspect --token-file token | jq .claims
            """)

    @Option(
        help: ArgumentHelp("File with the token; - for standard input.", valueName: "file"),
        completion: .file())
    var tokenFile: String?

    @Option(
        help: ArgumentHelp("File with the secret. Without it, WSE_SECRET is used.", valueName: "file"),
        completion: .file())
    var secretFile: String?

    @OptionGroup var refusedToken: RefusedTokenOption
    @OptionGroup var refusedSecret: RefusedSecretOption

    func run() async throws {
        var inspection = TokenInspection()
        inspection.tokenFile = tokenFile
        inspection.secretFile = secretFile
        let ready = inspection
        try await perform { (console, _) throws(ToolError) in try ready.run(console) }
    }
}
