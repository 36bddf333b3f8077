internal import Logging
internal import WSEClient

/// How the commands that connect do so; what their common options say.
public struct ConnectionSettings: Sendable {
    /// A file with the token, or `-`; otherwise `WSE_TOKEN` is used, if it is set.
    public var tokenFile: String?
    /// More header fields, as `Name: value`, or `@FILE` for those in a file, one a line.
    public var headers: [String] = []
    /// A PEM file with the authorities to trust instead of the system's.
    public var authorities: String?
    /// `HOST:PORT` of an HTTP proxy, or `env` for that of the environment.
    public var proxy: String?
    /// Whether to insist on end-to-end encryption.
    public var encrypts = false
    /// Seconds for an attempt to connect.
    public var timeout = 10.0
    /// Whether a lost connection is made again.
    public var reconnects = true
    /// Whether what the client does is logged.
    public var isVerbose = false

    public init() {}

    /// The client's configuration, token included.
    ///
    /// - Throws: ``ToolError`` for what cannot be used or read.
    func configuration(_ console: Console) throws(ToolError) -> WSEConfiguration {
        try configuration(console, token: token(console))
    }

    /// - Parameter token: That of ``token(_:)``, which may have been the only one on standard input.
    func configuration(_ console: Console, token: Secret?) throws(ToolError) -> WSEConfiguration {
        var transport = WebSocketConfiguration()
        transport.limits.inboundFrame = 16 << 20
        transport.limits.inboundMessage = 16 << 20
        if let authorities { transport.tls.trustRoots = .pem(try CertificateFile(authorities).bytes) }
        transport.proxy = try proxy.map { (text) throws(ToolError) in try Self.proxy(text) }
        var configuration = WSEConfiguration(transport: NIOWebSocketTransport(configuration: transport))
        if let token { configuration.tokenProvider = StaticToken(token.value) }
        for text in headers { configuration.headers += try Self.headers(text) }
        configuration.connectTimeout = try Self.duration(timeout, "--timeout")
        configuration.reconnects = reconnects
        if encrypts { configuration.encryption = WSEEncryption() }
        if isVerbose {
            configuration.logger = Logger(label: "wse") { _ in ConsoleLog(console: console, level: .debug) }
        }
        return configuration
    }

    func token(_ console: Console) throws(ToolError) -> Secret? {
        guard let token = try Secret.find(file: tokenFile, variable: "WSE_TOKEN", in: console) else {
            return nil
        }
        guard token.value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ToolError(
                .dataError,
                "what is given as the token is none: it has blanks, line ends or other foreign characters")
        }
        return token
    }

    /// - Parameter seconds: Above 0 and not beyond a year.
    static func duration(_ seconds: Double, _ option: String) throws(ToolError) -> Duration {
        guard seconds > 0, seconds <= 31_536_000 else {
            throw ToolError(.usage, "\(option) wants seconds above 0")
        }
        return .seconds(seconds)
    }

    /// The header fields that carry secrets.
    private static let secretHeaders: Set<String> = [
        "authorization", "cookie", "proxy-authorization", "x-api-key",
    ]

    private static func headers(_ text: String) throws(ToolError) -> [WebSocketHeader] {
        guard text.hasPrefix("@") else {
            let field = try header(text)
            guard !secretHeaders.contains(field.name.lowercased()) else {
                throw ToolError(
                    .usage,
                    "\(field.name.shown) on the command line can be read by every user of this machine",
                    advice:
                        "put the field into a file and name it with --header @FILE, or a token into WSE_TOKEN; "
                        + "this one should be replaced")
            }
            return [field]
        }
        let path = String(text.dropFirst())
        let lines = String(decoding: try InputFile.path(path).read(), as: UTF8.self).split(
            whereSeparator: \.isNewline)
        return try lines.map { (line) throws(ToolError) in try header(String(line)) }
    }

    private static func header(_ text: String) throws(ToolError) -> WebSocketHeader {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw ToolError(.usage, "--header wants “Name: value” or @FILE")
        }
        return WebSocketHeader(String(parts[0]).trimmed, String(parts[1]).trimmed)
    }

    private static func proxy(_ text: String) throws(ToolError) -> WebSocketProxy {
        if text == "env" { return .environment }
        guard let address = try? WebSocketURL("ws://\(text)"), address.path == "/", address.query == nil
        else {
            throw ToolError(.usage, "--proxy wants HOST:PORT or env")
        }
        return .http(host: address.host, port: address.port)
    }
}
