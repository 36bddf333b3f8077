extension WSETestServer {
    /// The server's side of the heartbeat.
    public struct Heartbeat: Sendable, Hashable {
        /// How often each client gets a `ping`; `nil` for never. Default 25 s.
        public var pingInterval: Duration? = .seconds(25)
        /// After how long without a message from a client the server gives up on it: it reads and sends nothing any more
        /// and leaves TCP open, as the published servers do. WebSocket pings and pongs do not count. Looked at with
        /// each ``pingInterval``. `nil` for never. Default 60 s.
        public var idleTimeout: Duration? = .seconds(60)
        /// Whether a client's `ping` is answered. Default `true`.
        public var answersPings = true

        /// A heartbeat as a real server has it.
        public init() {}
    }
}
