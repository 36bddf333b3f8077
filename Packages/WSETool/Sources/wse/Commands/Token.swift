internal import ArgumentParser

struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes and inspects HS256 tokens for tests.",
        discussion: """
            EXAMPLES:
              WSE_SECRET=… wse token make --subject ada > token
              wse token inspect < token
            """,
        subcommands: [TokenMake.self, TokenInspect.self])
}
