internal import WSEClient

/// What went wrong with TLS, in words on which a person can act.
struct TLSTrouble {
    let text: String
    let advice: String

    /// - Returns: `nil` for what is not about TLS.
    init?(_ error: WebSocketError) {
        guard error.code == .tlsFailed else { return nil }
        let advice: String
        switch error.tlsFailure {
        case .certificateExpired?: advice = "the server's certificate wants to be renewed"
        case .certificateNotYetValid?: advice = "is the time of this machine right?"
        case .hostNameMismatch?: advice = "use the name that stands in the certificate"
        case .unknownAuthority?: advice = "give the authority's certificate with --ca"
        case .clientCertificateRefused?: advice = "the server wants a client certificate"
        case .protocolVersion?: advice = "the server is too old: it wants to learn TLS 1.2"
        default:
            let words = error.underlying.map { "\($0)" } ?? ""
            let known = Self.known.first { known in known.words.contains { words.contains($0) } }
            text = known?.text ?? error.message
            self.advice = known?.advice ?? "is there TLS on this port?"
            return
        }
        (text, self.advice) = (error.message, advice)
    }

    /// What the library's words mean, where nothing else tells.
    private static let known: [(words: [String], text: String, advice: String)] = [
        (
            ["WRONG_VERSION_NUMBER", "HTTP_REQUEST", "INVALID_RECORD_TYPE", "RECORD_OVERFLOW"],
            "What answers there is not TLS.", "does the server want ws:// instead of wss:// on this port?"
        ),
        (
            ["UNRECOGNIZED_NAME"], "The server has no certificate for this name.",
            "is the host's name right?"
        ),
        (
            ["HANDSHAKE_FAILURE", "NO_SHARED_CIPHER", "INSUFFICIENT_SECURITY"],
            "The server and this client share no way to encrypt.",
            "the server's settings for TLS are too old or too narrow, or it wants a client certificate"
        ),
        (
            ["eofDuringHandshake", "uncleanShutdown", "UNEXPECTED_EOF"],
            "The server hung up during the TLS handshake.", "is there TLS on this port?"
        ),
    ]
}
