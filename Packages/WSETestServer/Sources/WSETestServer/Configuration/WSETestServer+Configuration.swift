extension WSETestServer {
    /// How a test server behaves. The defaults suit a test: loopback, a free port, no token asked for.
    public struct Configuration: Sendable {
        /// The address to listen on. Default `127.0.0.1`.
        public var host = "127.0.0.1"
        /// The port to listen on; 0, the default, takes a free one.
        public var port = 0
        /// The path that ``WSETestServer/url`` names. Clients are let in on every path.
        public var path = "/wse"
        /// Which published server it behaves like. Default ``Dialect/current``.
        public var dialect = Dialect.current
        /// Who is let in. Default ``Authentication/open``.
        public var authentication = Authentication.open
        /// Certificate and key for `wss://`; `nil`, the default, for `ws://`.
        public var tls: TLS?
        /// What `server_ready` and `server_hello` claim.
        public var features = Features()
        /// What clients get that ask for end-to-end encryption. Default ``Encryption/offered``.
        public var encryption = Encryption.offered
        /// Bounds that are announced and enforced.
        public var limits = Limits()
        /// The server's own pings, and when it gives a client up.
        public var heartbeat = Heartbeat()
        /// How many publications each topic keeps for clients that resume. Default 128, as on the published servers.
        public var historyCapacity = 128
        /// How many publications a client that resumes gets per topic; with more to come it gets none, and is told so.
        /// `nil` for all that are kept. Default 500, as on the published servers.
        public var recoveryLimit: Int? = 500
        /// In which order a client that resumes gets what it missed. Default ``ReplayOrder/first``.
        public var replayOrder = ReplayOrder.first
        /// How many of the messages that clients sent, and of the connections that have ended, are kept for assertions.
        /// Default 10,000; older ones go first.
        public var recordingCapacity = 10_000
        /// How many bytes the kept messages may add up to. Default 64 MiB; older ones go first.
        public var recordingBytes = 64 << 20
        /// Decides about each topic that a client subscribes to; a refused one goes into `failed_topics`. Not asked where a
        /// client unsubscribes. Called on the server's thread, so it must not block.
        public var acceptsTopic: @Sendable (_ topic: String, _ connection: Connection) -> Bool = { _, _ in
            true
        }
        /// Seeds epochs, ids and faults; the same seed gives the same ones. Default: random.
        public var seed = UInt64.random(in: .min ... .max)
        /// The time that stamps messages and ages tokens, in milliseconds since 1970. Default: the system's. Must not
        /// call the server.
        public var unixMilliseconds: @Sendable () -> UInt64 = WallClock.unixMilliseconds

        /// A server of the newest dialect on a port that is free, with nothing that fails.
        public init() {}
    }
}
