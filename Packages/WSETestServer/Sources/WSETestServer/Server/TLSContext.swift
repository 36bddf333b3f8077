internal import NIOSSL

/// Makes NIOSSL's context of a configuration.
enum TLSContext {
    static func make(_ tls: WSETestServer.TLS) throws(WSETestServerError) -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(tls.certificateChain.utf8))
            let key = try NIOSSLPrivateKey(bytes: Array(tls.privateKey.utf8), format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            if let authorities = tls.clientAuthorities {
                configuration.certificateVerification = .noHostnameVerification
                configuration.trustRoots = .certificates(
                    try NIOSSLCertificate.fromPEMBytes(Array(authorities.utf8)))
            }
            configuration.shutdownTimeout = ConnectionLink.closeGrace
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw WSETestServerError(.tlsFailed, "certificate or key cannot be used", cause: error)
        }
    }
}
