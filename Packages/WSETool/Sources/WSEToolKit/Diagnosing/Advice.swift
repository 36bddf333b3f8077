internal import WSEClient

/// What may help against an error.
enum Advice {
    static func about(_ error: WSEError) -> String? {
        if let cause = error.underlying as? WebSocketError, let advice = about(cause) { return advice }
        switch error.code {
        case .auth: return "look at the token: wse token inspect"
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
        case .redirected: "connect to where the server redirects to"
        case .connectionReset: "the server hangs up: it is full, draining, or wants wss"
        case .tlsFailed: about(error.tlsFailure)
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

    private static func about(_ failure: WebSocketError.TLSFailure?) -> String {
        switch failure {
        case .certificateExpired?: "the server's certificate wants to be renewed"
        case .certificateNotYetValid?: "is the time of this machine right?"
        case .hostNameMismatch?: "use the name that stands in the certificate"
        case .unknownAuthority?: "give the authority's certificate with --ca"
        case .clientCertificateRefused?: "the server wants a client certificate"
        default: "is there TLS on this port?"
        }
    }
}
