import NIOSSL

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

extension WebSocketError {
    /// What NIOSSL reported; `nil` if the error is not about TLS.
    ///
    /// - Parameter certificate: The server's, verified or not.
    init?(tls error: any Error, certificate: NIOSSLCertificate?) {
        let failure: TLSFailure
        switch error {
        case NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate:
            failure = .unknownAuthority
        case NIOSSLError.handshakeFailed(let error): failure = Self.failure(of: error, certificate)
        case let error as BoringSSLError: failure = Self.failure(of: error, certificate)
        case is NIOSSLExtraError: failure = .other
        default: return nil
        }
        self.init(tlsFailure: failure, underlying: error)
    }

    init(tlsFailure failure: TLSFailure, underlying: (any Error)? = nil) {
        var sentence = failure.sentence
        if failure == .other, let underlying { sentence += " \(underlying)" }
        self.init(.tlsFailed, sentence, tlsFailure: failure, underlying: underlying)
    }

    private static func failure(of error: BoringSSLError, _ certificate: NIOSSLCertificate?) -> TLSFailure {
        // The error stack's words are the only thing that tells one failure from another.
        let text = String(describing: error)
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            // The library does not say why; the likeliest reasons can be seen in the certificate itself.
            guard let certificate else { return .unknownAuthority }
            let now = time(nil)
            if certificate.notValidAfter < now { return .certificateExpired }
            if certificate.notValidBefore > now { return .certificateNotYetValid }
            return .unknownAuthority
        }
        if text.contains("ALERT_PROTOCOL_VERSION") || text.contains("UNSUPPORTED_PROTOCOL") {
            return .protocolVersion
        }
        if text.contains("CERTIFICATE_REQUIRED") || text.contains("ALERT_BAD_CERTIFICATE")
            || text.contains("ALERT_UNKNOWN_CA") || text.contains("ALERT_CERTIFICATE_")
            || text.contains("ALERT_UNSUPPORTED_CERTIFICATE")
        {
            return .clientCertificateRefused
        }
        return .other
    }
}

extension WebSocketError.TLSFailure {
    fileprivate var sentence: String {
        switch self {
        case .certificateExpired: "The server's certificate has expired."
        case .certificateNotYetValid: "The server's certificate is not valid yet."
        case .hostNameMismatch: "The server's certificate is for another name."
        case .unknownAuthority: "No trusted authority vouches for the server's certificate."
        case .protocolVersion: "The server offers no TLS version from 1.2 on."
        case .clientCertificateRefused: "The server wants a client certificate, or refused ours."
        default: "The TLS handshake failed."
        }
    }
}
