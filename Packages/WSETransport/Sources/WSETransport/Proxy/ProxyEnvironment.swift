import WSECrypto

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// Finds the proxy for a URL in environment variables.
struct ProxyEnvironment: Sendable {
    /// Reads one variable.
    let variable: @Sendable (String) -> String?

    /// The process's own environment.
    static let process = ProxyEnvironment { name in
        getenv(name).map { String(cString: $0) }
    }

    /// - Returns: `nil` if the URL's host is to be reached directly.
    /// - Throws: ``WebSocketError`` with code `invalidArgument` if a variable cannot be understood.
    func proxy(for url: WebSocketURL) throws(WebSocketError) -> ProxyServer? {
        let names =
            (url.isSecure ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]) + ["all_proxy", "ALL_PROXY"]
        for name in names {
            guard let value = variable(name), !value.isEmpty else { continue }
            return isExempt(url) ? nil : try Self.parse(value, from: name)
        }
        return nil
    }

    private func isExempt(_ url: WebSocketURL) -> Bool {
        guard let list = variable("no_proxy") ?? variable("NO_PROXY") else { return false }
        return list.split(whereSeparator: { $0 == "," || $0 == " " }).contains {
            Self.covers($0.lowercased(), url)
        }
    }

    private static func covers(_ entry: String, _ url: WebSocketURL) -> Bool {
        if entry == "*" { return true }
        var name = Substring(entry)
        if name.hasPrefix("["), let close = name.firstIndex(of: "]") {
            let rest = name[name.index(after: close)...]
            name = name[name.index(after: name.startIndex)..<close]
            return name == url.host && (rest.isEmpty || rest == ":\(url.port)")
        }
        // One colon is a port; several are an IPv6 address.
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard parts[1] == "\(url.port)" else { return false }
            name = parts[0]
        }
        if name.hasPrefix(".") { name = name.dropFirst() }
        guard !name.isEmpty else { return false }
        return url.host == name || url.host.hasSuffix(".\(name)")
    }

    private static func parse(_ value: String, from name: String) throws(WebSocketError) -> ProxyServer {
        var rest = Substring(value)
        if let separator = rest.firstRange(of: "://") {
            guard rest[..<separator.lowerBound].lowercased() == "http" else {
                throw WebSocketError(.invalidArgument, "\(name) names a proxy that is not an HTTP proxy.")
            }
            rest = rest[separator.upperBound...]
        }
        rest = rest.prefix { $0 != "/" }
        var headers: [WebSocketHeader] = []
        if let at = rest.lastIndex(of: "@") {
            guard WebSocketURL.isPercentEncoded(rest[..<at].utf8) else {
                throw WebSocketError(
                    .invalidArgument,
                    "\(name) has a % in the user or password that two hexadecimal digits do not follow; write it as %25."
                )
            }
            let credentials = WebSocketURL.percentDecoded(rest[..<at].utf8)
            headers.append(
                WebSocketHeader("Proxy-Authorization", "Basic \(Base64.encode(Array(credentials.utf8)))"))
            rest = rest[rest.index(after: at)...]
        }
        do {
            // An authority with scheme, host and port is what a WebSocket URL has too.
            let url = try WebSocketURL("ws://\(rest)")
            return ProxyServer(host: url.host, port: url.port, headers: headers)
        } catch {
            throw WebSocketError(.invalidArgument, "\(name) does not name a proxy's host and port.")
        }
    }
}
