internal import ArgumentParser

/// `--secret VALUE`: refused for the same reason as a token.
struct RefusedSecretOption: ParsableArguments {
    @Option(help: .hidden) var secret: String?

    func validate() throws {
        guard secret == nil else {
            throw ValidationError(
                "a secret on the command line can be read by every user of this machine; put it into WSE_SECRET or a file "
                    + "and name that with --secret-file. This one should be replaced.")
        }
    }
}
