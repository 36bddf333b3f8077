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
        transport.proxy = try proxyServer()
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

    private static func headers(_ text: String) throws(ToolError) -> [WebSocketHeader] {
        guard text.hasPrefix("@") else {
            guard let field = header(text) else {
                throw ToolError(
                    .usage, "--header wants “Name: value” or @FILE; \(Self.whatHeadersAre)")
            }
            guard !SecretName.holds(field.name) else {
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
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        var fields: [WebSocketHeader] = []
        for (index, line) in lines.enumerated() where !line.isEmpty {
            guard let field = header(String(line)) else {
                throw ToolError(
                    .dataError, "line \(index + 1) of \(path) is no “Name: value”; \(Self.whatHeadersAre)")
            }
            fields.append(field)
        }
        return fields
    }

    private static let whatHeadersAre =
        "no name has blanks or other characters than letters, digits and !#$%&'*+-.^_`|~, and no value has line ends"

    /// - Returns: `nil` for what cannot be sent as a field (RFC 9110 sections 5.1 and 5.5).
    private static func header(_ text: String) -> WebSocketHeader? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        let (name, value) = (String(parts[0]), String(parts[1]))
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"):
                true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
        let isValue = value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
        return isName && isValue ? WebSocketHeader(name, value.trimmed) : nil
    }

    private func proxyServer() throws(ToolError) -> WebSocketProxy? {
        guard proxy != "env" else { return .environment }
        return try proxyAddress().map { .http(host: $0.host, port: $0.port) }
    }

    /// - Returns: `nil` without a proxy, and for that of the environment.
    func proxyAddress() throws(ToolError) -> WebSocketURL? {
        guard let proxy, proxy != "env" else { return nil }
        guard let address = try? WebSocketURL("ws://\(proxy)"), address.path == "/", address.query == nil
        else {
            throw ToolError(.usage, "--proxy wants HOST:PORT or env")
        }
        return address
    }
}
