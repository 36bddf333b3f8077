extension WebSocketError {
    /// The kind of a ``WebSocketError``. New kinds may appear; its `description` is a stable word, fit for metric labels.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case invalidURL, invalidArgument
            case nameResolutionFailed, connectFailed, connectTimeout, proxyFailed, tlsFailed
            case upgradeRefused, upgradeTimeout, redirected
            case protocolViolation, invalidUTF8, frameTooLarge, messageTooLarge
            case notOpen, outputBufferFull
            case connectionReset, closeTimeout, cancelled
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        public var description: String { kind.rawValue }

        /// A URL that cannot name a WebSocket server.
        public static let invalidURL = Code(.invalidURL)
        /// A configuration, header or argument that cannot be used; the message names it.
        public static let invalidArgument = Code(.invalidArgument)
        /// The host name has no address, or no resolver answered.
        public static let nameResolutionFailed = Code(.nameResolutionFailed)
        /// No address of the host took the TCP connection.
        public static let connectFailed = Code(.connectFailed)
        /// Resolving the name and connecting took longer than ``WebSocketConfiguration/Timeouts/connect``.
        public static let connectTimeout = Code(.connectTimeout)
        /// The HTTP proxy could not be reached or did not open the tunnel.
        public static let proxyFailed = Code(.proxyFailed)
        /// The TLS handshake failed; see ``WebSocketError/tlsFailure``.
        public static let tlsFailed = Code(.tlsFailed)
        /// The server answered the upgrade request with something else than a valid `101`;
        /// see ``WebSocketError/httpStatus`` and ``WebSocketError/httpBodyStart``.
        public static let upgradeRefused = Code(.upgradeRefused)
        /// TLS handshake and HTTP upgrade took longer than ``WebSocketConfiguration/Timeouts/handshake``.
        public static let upgradeTimeout = Code(.upgradeTimeout)
        /// The server answered with a redirect, which is not followed.
        public static let redirected = Code(.redirected)
        /// The peer broke RFC 6455.
        public static let protocolViolation = Code(.protocolViolation)
        /// A text message or close reason from the peer is not UTF-8.
        public static let invalidUTF8 = Code(.invalidUTF8)
        /// A frame from the peer exceeds ``WebSocketConfiguration/Limits/inboundFrame``.
        public static let frameTooLarge = Code(.frameTooLarge)
        /// A message exceeds ``WebSocketConfiguration/Limits/inboundMessage``,
        /// ``WebSocketConfiguration/Limits/outboundMessage``, or ``WebSocketConfiguration/Output/limit`` by itself.
        public static let messageTooLarge = Code(.messageTooLarge)
        /// The connection is not open yet, is closing, or is closed.
        public static let notOpen = Code(.notOpen)
        /// With this message, unsent bytes would pass ``WebSocketConfiguration/Output/limit``; it may fit later.
        public static let outputBufferFull = Code(.outputBufferFull)
        /// The TCP connection ended without a close handshake.
        public static let connectionReset = Code(.connectionReset)
        /// The peer did not finish the close handshake within ``WebSocketConfiguration/Timeouts/close``.
        public static let closeTimeout = Code(.closeTimeout)
        /// The caller gave up: `abort()` or task cancellation.
        public static let cancelled = Code(.cancelled)
    }

    /// Which check of the TLS handshake failed. New kinds may appear.
    public struct TLSFailure: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case certificateExpired, certificateNotYetValid, hostNameMismatch, unknownAuthority
            case publicKeyMismatch, protocolVersion, clientCertificateRefused, other
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        public var description: String { kind.rawValue }

        /// The server's certificate is past its validity.
        public static let certificateExpired = TLSFailure(.certificateExpired)
        /// The server's certificate is not valid yet.
        public static let certificateNotYetValid = TLSFailure(.certificateNotYetValid)
        /// The server's certificate is for another name.
        public static let hostNameMismatch = TLSFailure(.hostNameMismatch)
        /// No trusted authority vouches for the server's certificate, or its chain is broken in another way.
        public static let unknownAuthority = TLSFailure(.unknownAuthority)
        /// The server's certificate does not have a pinned public key.
        public static let publicKeyMismatch = TLSFailure(.publicKeyMismatch)
        /// Client and server share no protocol version.
        public static let protocolVersion = TLSFailure(.protocolVersion)
        /// The server wants a client certificate, or refused the one it got.
        public static let clientCertificateRefused = TLSFailure(.clientCertificateRefused)
        /// Anything else; the message tells.
        public static let other = TLSFailure(.other)
    }
}
