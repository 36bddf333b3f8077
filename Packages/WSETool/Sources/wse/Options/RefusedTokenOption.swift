internal import ArgumentParser

/// `--token VALUE`, which people try first: it is refused with the reason, as the list of processes would show it.
struct RefusedTokenOption: ParsableArguments {
    @Option(help: .hidden) var token: String?

    func validate() throws {
        guard token == nil else {
            throw ValidationError(
                "a token on the command line can be read by every user of this machine; put it into WSE_TOKEN or a file "
                    + "and name that with --token-file. This one should be replaced.")
        }
    }
}
