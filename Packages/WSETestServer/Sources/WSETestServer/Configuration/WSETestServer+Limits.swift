extension WSETestServer {
    /// Bounds that the server announces and holds clients and itself to.
    public struct Limits: Sendable, Hashable {
        /// Largest message from a client in bytes; a larger one ends the connection. Default 1 MiB, at most 2 GiB.
        public var maximumMessageSize = 1 << 20
        /// Size in bytes above which direct sends are compressed. Default 1,024.
        public var compressionThreshold = 1_024
        /// How many messages a client may send at once before it is limited; a batch is one. Default 100,000.
        public var rateLimitCapacity = 100_000
        /// How many more it may send each second. Default 10,000.
        public var rateLimitRefill = 10_000
        /// How many bytes may wait for one slow client; what comes on top is dropped and counted in
        /// ``Connection/droppedFrames``. Default 16 MiB.
        public var outboundBytes = 16 << 20
        /// How many connections are open at once; more are closed before HTTP. Default 1,000.
        public var connections = 1_000

        /// The limits of a real server at its defaults.
        public init() {}
    }
}
