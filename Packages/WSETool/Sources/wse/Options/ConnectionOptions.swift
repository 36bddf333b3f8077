internal import ArgumentParser
internal import WSEToolKit

/// What all commands that connect have in common.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "File with the token; - for standard input. Without it, WSE_TOKEN is used.", valueName: "file"),
        completion: .file())
    var tokenFile: String?

    @OptionGroup var refused: RefusedTokenOption

    @Option(
        help: ArgumentHelp(
            "A header field, “Name: value”; @FILE for those of a file. May be given again.",
            valueName: "field"))
    var header: [String] = []

    @Option(
        name: .customLong("ca"),
        help: ArgumentHelp(
            "PEM file with the authorities to trust instead of the system's.", valueName: "file"),
        completion: .file(extensions: ["pem", "crt"]))
    var authorities: String?

    @Option(
        help: ArgumentHelp("HTTP proxy; env for that of http_proxy and its kin.", valueName: "host:port|env"))
    var proxy: String?

    @Flag(help: "Insist on end-to-end encryption.")
    var encrypt = false

    @Option(help: ArgumentHelp("For an attempt to connect.", valueName: "seconds"))
    var timeout = 10.0

    @Flag(help: "Tell what the client does, on standard error.")
    var verbose = false

    var settings: ConnectionSettings {
        var settings = ConnectionSettings()
        settings.tokenFile = tokenFile
        settings.headers = header
        settings.authorities = authorities
        settings.proxy = proxy
        settings.encrypts = encrypt
        settings.timeout = timeout
        settings.isVerbose = verbose
        return settings
    }
}
