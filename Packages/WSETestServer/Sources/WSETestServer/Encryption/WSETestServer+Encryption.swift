extension WSETestServer {
    /// What a client gets that asks for end-to-end encryption in its `client_hello`.
    public struct Encryption: Sendable, Hashable {
        enum Value: Sendable {
            case offered, refused, invalidKey
        }

        let value: Value

        /// A key of the connection. From then on all but handshake, heartbeat, the server's own errors and raw sends goes out
        /// sealed; in the dialect ``Dialect/prefixed`` replays do not either.
        public static let offered = Encryption(value: .offered)
        /// A `server_hello` that does not confirm it, as of a server without encryption: the client must fail rather
        /// than send in the clear.
        public static let refused = Encryption(value: .refused)
        /// A `server_hello` that confirms it with a key that is no point of the curve.
        public static let invalidKey = Encryption(value: .invalidKey)
    }
}
