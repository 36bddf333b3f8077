/// An HTTP proxy that tunnels connections with `CONNECT` (RFC 9110 section 9.3.6).
///
/// Its `description` shows no header values.
public struct WebSocketProxy: Sendable, Hashable, CustomStringConvertible {
    enum Choice: Sendable, Hashable {
        case server(ProxyServer)
        case environment
    }

    let choice: Choice

    /// Always this proxy.
    ///
    /// - Parameters:
    ///   - host: A name or an IP address; IPv6 without brackets.
    ///   - port: Its TCP port.
    ///   - headers: Sent with `CONNECT`, such as `Proxy-Authorization`.
    public static func http(host: String, port: Int, headers: [WebSocketHeader] = []) -> WebSocketProxy {
        WebSocketProxy(choice: .server(ProxyServer(host: host, port: port, headers: headers)))
    }

    /// What the environment variables say when a connection starts: `https_proxy` (or `HTTPS_PROXY`) for `wss`,
    /// `http_proxy` for `ws`, else `all_proxy` (or `ALL_PROXY`), unless `no_proxy` (or `NO_PROXY`) lists the host.
    ///
    /// The upper-case `HTTP_PROXY` is ignored, as a request header can set it in CGI programs. `no_proxy` is a
    /// comma-separated list of host names, which stand for their subdomains too, IP addresses, each with an optional
    /// port, or `*`.
    public static let environment = WebSocketProxy(choice: .environment)

    public var description: String {
        switch choice {
        case .server(let server): "HTTP proxy \(server.host):\(server.port)"
        case .environment: "HTTP proxy of the environment"
        }
    }
}

/// Where a proxy is and what to tell it.
struct ProxyServer: Sendable, Hashable {
    var host: String
    var port: Int
    var headers: [WebSocketHeader]
}
