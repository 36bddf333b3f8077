/// How `wss` connections establish trust.
///
/// TLS 1.2 is the least accepted, and there is no switch to turn verification off: to talk to a server with a
/// certificate of your own, trust its authority. The server's name or IP address must be among its certificate's
/// subject alternative names (RFC 9525); the subject's common name does not count.
///
/// Files are read once by each ``NIOWebSocketTransport``; make a new one to use renewed certificates.
public struct WebSocketTLSConfiguration: Sendable, Hashable {
    /// Authorities that may vouch for the server. The system's by default.
    public var trustRoots: TrustRoots = .system
    /// What we show when the server asks for a client certificate.
    public var clientIdentity: ClientIdentity?
    /// If not empty, the server's own certificate must have one of these public keys, on top of all other checks.
    public var pinnedPublicKeys: [PublicKeyPin] = []
    /// The name or IP address looked for in the certificate, and if it is a name, sent as SNI; the URL's host if `nil`.
    public var serverName: String?

    /// The system's authorities, no client certificate, no pins.
    public init() {}

    /// Where trusted authorities come from.
    public struct TrustRoots: Sendable, Hashable {
        enum Source: Sendable, Hashable {
            case system
            case file(String)
            case pem([UInt8])
        }

        let source: Source

        /// The operating system's authorities.
        public static let system = TrustRoots(source: .system)
        /// Only the authorities in this PEM file.
        public static func file(_ path: String) -> TrustRoots { TrustRoots(source: .file(path)) }
        /// Only the authorities in this PEM text.
        public static func pem(_ bytes: [UInt8]) -> TrustRoots { TrustRoots(source: .pem(bytes)) }
    }

    /// A certificate chain with its private key. Its `description` shows neither.
    public struct ClientIdentity: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
        enum Source: Sendable, Hashable {
            case files(certificateChain: String, privateKey: String)
            case pem(certificateChain: [UInt8], privateKey: [UInt8])
        }

        let source: Source

        /// Two PEM files: the chain, leaf first, and the unencrypted key.
        public static func files(certificateChain: String, privateKey: String) -> ClientIdentity {
            ClientIdentity(source: .files(certificateChain: certificateChain, privateKey: privateKey))
        }

        /// Two PEM texts: the chain, leaf first, and the unencrypted key.
        public static func pem(certificateChain: [UInt8], privateKey: [UInt8]) -> ClientIdentity {
            ClientIdentity(source: .pem(certificateChain: certificateChain, privateKey: privateKey))
        }

        public var description: String { "client identity (hidden)" }
        public var debugDescription: String { description }
    }

    /// The SHA-256 of a certificate's subject public key info (RFC 7469 section 2.4).
    public struct PublicKeyPin: Sendable, Hashable {
        /// 32 bytes.
        public let sha256: [UInt8]

        /// - Throws: ``WebSocketError`` with code `invalidArgument` unless there are 32 bytes.
        public init(sha256: [UInt8]) throws(WebSocketError) {
            guard sha256.count == 32 else {
                throw WebSocketError(.invalidArgument, "A public key pin is 32 bytes, not \(sha256.count).")
            }
            self.sha256 = sha256
        }
    }
}
