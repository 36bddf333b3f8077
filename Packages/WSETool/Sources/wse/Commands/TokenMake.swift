internal import ArgumentParser
internal import WSEToolKit

struct TokenMake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make",
        abstract: "Prints a token under the secret of --secret-file or WSE_SECRET.",
        discussion: """
            EXAMPLES:
              WSE_SECRET=… wse token make --subject ada > token
              export WSE_TOKEN=$(wse token make --secret-file secret --claim role=admin)
            """)

    @Option(help: ArgumentHelp("The user.", valueName: "name"))
    var subject = "demo"

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long it is good; below 0 for one that has expired.", valueName: "seconds"))
    var lifetime: Int64 = 3_600

    @Option(help: ArgumentHelp("Who made it.", valueName: "name"))
    var issuer: String?

    @Option(help: ArgumentHelp("Whom it is for.", valueName: "name"))
    var audience: String?

    @Option(
        help: ArgumentHelp(
            "One more claim; the value is JSON or text. May be given again.", valueName: "name=value"))
    var claim: [String] = []

    @Option(
        help: ArgumentHelp("File with the secret; - for standard input.", valueName: "file"),
        completion: .file())
    var secretFile: String?

    @OptionGroup var refused: RefusedSecretOption

    func run() async throws {
        var making = TokenMaking()
        making.subject = subject
        making.lifetime = lifetime
        making.issuer = issuer
        making.audience = audience
        making.claims = claim
        making.secretFile = secretFile
        let ready = making
        try await perform { (console, _) throws(ToolError) in
            try ready.run(console)
            return .success
        }
    }
}
