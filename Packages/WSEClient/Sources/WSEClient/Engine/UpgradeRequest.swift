import WSETransport

/// Makes the upgrade request of protocol section 1.
enum UpgradeRequest {
    static func make(
        _ target: ConnectionTarget, configuration: WSEConfiguration
    ) -> WebSocketRequest {
        let url = target.url.appending(queryItems: [
            ("client_version", configuration.clientVersion),
            ("protocol_version", "1"),
            ("compression", "true"),
            ("encryption", "false"),
        ])
        var headers = configuration.headers
        if let token = target.token {
            headers.append(WebSocketHeader("Authorization", "Bearer \(token)"))
            let cookie = "\(configuration.cookieName)=\(token)"
            if let index = headers.firstIndex(where: { $0.name.lowercased() == "cookie" }) {
                headers[index].value += "; \(cookie)"
            } else {
                headers.append(WebSocketHeader("Cookie", cookie))
            }
        }
        return WebSocketRequest(url: url, headers: headers)
    }
}
