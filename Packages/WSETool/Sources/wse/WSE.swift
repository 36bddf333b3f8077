internal import ArgumentParser
internal import WSEToolKit

/// The command itself; what it does is in its subcommands, and what they do in WSEToolKit.
@main
struct WSE: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wse",
        abstract: "Talks to WSE servers: listens, sends, measures, examines.",
        discussion: """
            A URL may be left out where WSE_URL is set. Tokens come from --token-file or WSE_TOKEN, secrets from \
            --secret-file or WSE_SECRET, keys from --key-file or WSE_KEY; never from the command line, which every user of \
            the machine can read. NO_COLOR switches colours off.

            Results go to standard output, for people on a terminal and as lines of JSON into a pipe. Everything else goes \
            to standard error.

            EXAMPLES:
              wse serve
              wse doctor ws://127.0.0.1:8765/wse
              wse listen ws://127.0.0.1:8765/wse market.BTC-USD
              wse request ws://127.0.0.1:8765/wse echo '{"text":"hello"}'

            EXIT CODES:
              0         done; also after Ctrl-C where a command has no end of its own
              1         what was looked at is not in order, or the answer is an error
              64        the command line makes no sense
              65        the data given makes no sense, or a file holds something else
              66        a file cannot be read
              69        there is no connection
              70        an error in this program
              73        a file cannot be written
              74        reading or writing failed half-way
              75        not now: no answer in time, or too many messages
              76        the server does not speak the protocol, or not with encryption
              77        the server refuses the token, or every topic
              130, 143  interrupted by SIGINT or SIGTERM before it was done

            SHELL COMPLETION:
              wse --generate-completion-script bash > /etc/bash_completion.d/wse
              wse --generate-completion-script zsh > ~/.zsh/completions/_wse
              wse --generate-completion-script fish > ~/.config/fish/completions/wse.fish
            """,
        version: ToolVersion.current,
        groupedSubcommands: [
            CommandGroup(
                name: "With a server", subcommands: [Listen.self, Send.self, Request.self, Top.self]),
            CommandGroup(name: "About a server", subcommands: [Doctor.self, Bench.self]),
            CommandGroup(
                name: "Without one", subcommands: [Serve.self, Decode.self, Encode.self, Token.self]),
        ])
}
