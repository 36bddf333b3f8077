import WSETransport

/// Makes the upgrade request of protocol section 1.
enum UpgradeRequest {
    static func make(
        _ target: ConnectionTarget, configuration: WSEConfiguration
    ) -> WebSocketRequest {
        var items = [
            ("client_version", configuration.clientVersion),
            ("protocol_version", "1"),
            ("compression", "true"),
            ("encryption", configuration.encryption == nil ? "false" : "true"),
        ]
        if configuration.format == .messagePack { items.append(("format", "msgpack")) }
        let url = target.url.appending(queryItems: items)
        var headers = configuration.headers
        if let token = target.token {
            headers.removeAll { $0.name.lowercased() == "authorization" }
            headers.append(WebSocketHeader("Authorization", "Bearer \(token)"))
            headers = merging(cookie: configuration.cookieName, token, into: headers)
        }
        return WebSocketRequest(url: url, headers: headers)
    }

    /// Puts the token's cookie among the user's. One of the same name is replaced: servers prefer the cookie to the
    /// bearer token, so an old one left there would be what they check.
    private static func merging(
        cookie name: String, _ token: String, into headers: [WebSocketHeader]
    ) -> [WebSocketHeader] {
        let isCookie = { (header: WebSocketHeader) in header.name.lowercased() == "cookie" }
        let others = headers.filter(isCookie)
            .flatMap { $0.value.split(separator: ";") }
            .map { $0.drop { $0 == " " } }
            .filter { !$0.isEmpty && $0.prefix { $0 != "=" } != name }
        let cookies = others.map(String.init) + ["\(name)=\(token)"]
        return headers.filter { !isCookie($0) } + [
            WebSocketHeader("Cookie", cookies.joined(separator: "; "))
        ]
    }
}
