internal import WSEClient

/// The server of a command, and what else stood on the command line beside it.
///
/// The first word is the URL if it looks like one; otherwise the URL is that of the environment's `WSE_URL`, and all
/// words are for the command.
public struct Target: Sendable, Hashable {
    /// The server's URL, as given.
    public var url: String
    /// The other words, in order.
    public var words: [String]

    /// - Throws: ``ToolError`` with status `usage` if there is no URL, or none of a WebSocket, or if it stands on the command
    ///   line with a secret in its query.
    init(_ words: [String], _ console: Console) throws(ToolError) {
        try self.init(words, environment: console.environment)
        guard words.first == url, let name = secretItem else { return }
        throw ToolError(
            .usage,
            "\(name.shown) in the URL on the command line can be read by every user of this machine",
            advice: "put the whole URL into WSE_URL, or a token into WSE_TOKEN; this one should be replaced")
    }

    /// - Throws: ``ToolError`` with status `usage` if there is no URL, or none of a WebSocket.
    public init(_ words: [String], environment: [String: String]) throws(ToolError) {
        if let first = words.first, first.contains("://") {
            url = first
            self.words = Array(words.dropFirst())
        } else if let url = environment["WSE_URL"], !url.isEmpty {
            self.url = url
            self.words = words
        } else {
            throw ToolError(
                .usage, "which server? There is no URL on the command line and none in WSE_URL",
                advice: "such as ws://127.0.0.1:8765/wse")
        }
        do {
            _ = try WebSocketURL(url)
        } catch {
            throw ToolError(.usage, error.message)
        }
    }

    /// The URL with the values of its query hidden, as they often are secrets.
    var shown: String { (try? WebSocketURL(url))?.description ?? "?" }

    /// The first item of the URL's query that by its name holds a secret.
    private var secretItem: String? {
        guard let query = (try? WebSocketURL(url))?.query else { return nil }
        let names = query.split(separator: "&").map { String($0.prefix { $0 != "=" }) }
        return names.first(where: SecretName.holds)
    }

    /// Whether what goes to the server can be read on the way: no TLS, and not to this machine.
    var isExposed: Bool {
        guard let url = try? WebSocketURL(url), !url.isSecure else { return false }
        return !(url.host == "localhost" || url.host == "::1" || url.host.hasPrefix("127."))
    }
}
