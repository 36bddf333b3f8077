extension WSETestServer {
    /// What the server proves its name with.
    public struct TLS: Sendable, Hashable {
        /// The certificate and then those that vouch for it, as PEM text.
        public var certificateChain: String
        /// The certificate's private key, as PEM text.
        public var privateKey: String
        /// Certificates as PEM text; where given, a client must show one that they vouch for.
        public var clientAuthorities: String?

        /// A certificate with its key, as text and not as paths; no certificate is asked of clients unless authorities are
        /// given.
        public init(certificateChain: String, privateKey: String, clientAuthorities: String? = nil) {
            self.certificateChain = certificateChain
            self.privateKey = privateKey
            self.clientAuthorities = clientAuthorities
        }
    }
}
