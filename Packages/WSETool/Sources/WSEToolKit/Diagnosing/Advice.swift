internal import WSEClient

/// What may help against an error.
enum Advice {
    static func about(_ error: WSEError) -> String? {
        if let cause = error.underlying as? WebSocketError, let advice = about(cause) { return advice }
        switch error.code {
        case .auth:
            return error.serverCode == "AUTH_REQUIRED"
                ? "the server wants a token: set WSE_TOKEN or --token-file"
                : "look at the token: wse token inspect"
        case .encryption:
            return
                "this server does not encrypt, or not with this client; leave out --encrypt only if that is fine"
        case .rateLimit: return error.retryAfter.map { "try again in \($0.shown)" }
        default: return nil
        }
    }

    private static func about(_ error: WebSocketError) -> String? {
        switch error.code {
        case .nameResolutionFailed: "is the host's name right, and is there a network?"
        case .connectFailed: "nothing listens there: is the server running, and is the port right?"
        case .connectTimeout: "nobody answers: a firewall, or a wrong address"
        case .proxyFailed: "look at the proxy's address and at what it lets through"
        case .upgradeTimeout:
            "TCP is open but nothing comes: is this a WebSocket server, and does it want wss?"
        case .redirected: redirection(error)
        case .connectionReset: "the server hangs up: it is full, draining, or wants wss"
        case .tlsFailed: TLSTrouble(error)?.advice
        case .upgradeRefused:
            switch error.httpStatus {
            case 401?, 403?: "the way in wants a token or another one"
            case 404?: "there is no WebSocket under this path"
            case 429?, 503?: "the server is busy; try again later"
            default: "this may not be a WSE server"
            }
        default: nil
        }
    }

    /// Where to. The values of a query are hidden, as they often are secrets.
    private static func redirection(_ error: WebSocketError) -> String {
        let field = error.httpHeaders.first { $0.name.lowercased() == "location" }
        guard let location = field?.value, !location.isEmpty else {
            return "the server redirects without saying where to"
        }
        if location.contains("://"), let url = try? WebSocketURL(location) { return "connect to \(url)" }
        return "connect to where the server redirects to: \(location.prefix { $0 != "?" && $0 != "#" })"
    }
}
