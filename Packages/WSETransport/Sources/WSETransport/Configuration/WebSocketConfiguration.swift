/// Limits, timeouts, TLS and proxy of a connection.
///
/// The defaults suit a client on the public internet. Values that make no sense (a negative limit, a low watermark
/// above the high one) end a connection attempt with ``WebSocketError`` code `invalidArgument`.
public struct WebSocketConfiguration: Sendable {
    /// Upper bounds on what a peer may make us hold.
    public var limits = Limits()
    /// How long each stage may take.
    public var timeouts = Timeouts()
    /// The buffer of unsent bytes.
    public var output = Output()
    /// Certificates, trust and versions for `wss`.
    public var tls = WebSocketTLSConfiguration()
    /// A proxy to tunnel through; none by default.
    public var proxy: WebSocketProxy?
    /// Sends small writes at once instead of waiting for more (`TCP_NODELAY`). On by default.
    public var isNoDelay = true

    /// The defaults.
    public init() {}

    /// Sizes in bytes.
    public struct Limits: Sendable, Hashable {
        /// Largest payload of one frame from the peer. 1 MiB by default.
        public var inboundFrame = 1 << 20
        /// Largest message from the peer, all its fragments together. 1 MiB by default.
        public var inboundMessage = 1 << 20
        /// Largest message that `send` takes. 16 MiB by default.
        public var outboundMessage = 16 << 20
        /// Most bytes of HTTP status line and headers read before the upgrade is given up. 16 KiB by default.
        public var handshake = 16 << 10
        /// Most bytes of a refusal's body kept in ``WebSocketError/httpBodyStart``. 1 KiB by default.
        public var refusalBody = 1 << 10

        /// What a ``WebSocket`` holds for a slow reader before it stops reading from the socket. 256 KiB by default.
        /// One read, what the kernel holds when the server hangs up, and as much again as an iterator has taken and not
        /// handed out yet may go on top.
        public var receiveBuffer = 256 << 10

        /// The defaults.
        public init() {}
    }

    /// Durations from the start of a stage to its end; they must be positive.
    public struct Timeouts: Sendable, Hashable {
        /// Name resolution and TCP, over all addresses of the host. 10 s by default.
        public var connect = Duration.seconds(10)
        /// Proxy tunnel, TLS handshake and HTTP upgrade together. 10 s by default.
        public var handshake = Duration.seconds(10)
        /// From our close frame, or our answer to the peer's, to the end of the TCP connection. Of what waits to be sent
        /// before that frame, the peer has to take something within the same time, again and again. 5 s by default.
        public var close = Duration.seconds(5)

        /// The defaults.
        public init() {}
    }

    /// Sizes in bytes of frames accepted by `send` and not yet handed to the operating system.
    public struct Output: Sendable, Hashable {
        /// Below it, a connection that had passed ``highWatermark`` is writable again. 32 KiB by default.
        public var lowWatermark = 32 << 10
        /// At it, the connection stops being writable; `send` still takes messages. 128 KiB by default.
        public var highWatermark = 128 << 10
        /// `send` refuses a message that would go past it. 17 MiB by default: the largest message that
        /// ``Limits/outboundMessage`` allows still fits on top of a buffer just below its high watermark, so a sender
        /// that heeds writability is never refused.
        public var limit = 17 << 20

        /// The defaults.
        public init() {}
    }
}
