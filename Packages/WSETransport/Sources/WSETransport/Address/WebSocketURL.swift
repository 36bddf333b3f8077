/// The address of a WebSocket endpoint: scheme, host, port, path and query (RFC 6455 section 3).
///
/// ```swift
/// let url = try WebSocketURL("wss://example.com/feed?format=json")
/// let withItems = url.appending(queryItems: [("topics", "prices,news")])
/// ```
///
/// A value of this type is always valid. `description` hides the values of query items, as they often are secrets;
/// ``absoluteString`` shows everything.
public struct WebSocketURL: Sendable, Hashable {
    /// `ws` or `wss`.
    public enum Scheme: String, Sendable, Hashable {
        /// Without TLS.
        case ws
        /// With TLS.
        case wss

        /// 80 or 443.
        public var defaultPort: Int { self == .wss ? 443 : 80 }
    }

    /// Whether there is TLS.
    public let scheme: Scheme
    /// A host name in lower case, or an IP address; an IPv6 address stands here without brackets.
    public let host: String
    /// 1 … 65535.
    public let port: Int
    /// Starts with `/`; percent-encoded.
    public let path: String
    /// What follows the `?`, percent-encoded; `nil` if there is no `?`.
    public let query: String?

    init(scheme: Scheme, host: String, port: Int, path: String, query: String?) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path
        self.query = query
    }

    /// Whether the connection uses TLS.
    public var isSecure: Bool { scheme == .wss }

    /// Host and port as the HTTP `Host` header wants them: IPv6 in brackets, the scheme's own port left out.
    public var authority: String {
        port == scheme.defaultPort ? bracketedHost : "\(bracketedHost):\(port)"
    }

    /// Path and query as the HTTP request line wants them.
    public var requestTarget: String {
        guard let query else { return path }
        return "\(path)?\(query)"
    }

    /// The whole URL, secrets included.
    public var absoluteString: String { "\(scheme.rawValue)://\(authority)\(requestTarget)" }

    /// The host as it stands in a URL.
    var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }
}

extension WebSocketURL: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String {
        let base = "\(scheme.rawValue)://\(authority)\(path)"
        guard let query else { return base }
        let shown = query.split(separator: "&", omittingEmptySubsequences: false).map { item in
            guard let equals = item.firstIndex(of: "=") else { return String(item) }
            return "\(item[..<equals])=…"
        }
        return "\(base)?\(shown.joined(separator: "&"))"
    }

    public var debugDescription: String { description }
}
