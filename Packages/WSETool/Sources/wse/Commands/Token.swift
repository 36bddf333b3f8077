internal import ArgumentParser

struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes and inspects HS256 tokens for tests.",
        subcommands: [TokenMake.self, TokenInspect.self])
}
