public import Logging
public import WSETransport
public import WSEWire
public import WSEResilience

/// How a client behaves. The defaults suit an app that talks to a published server.
public struct WSEConfiguration: Sendable {
    /// What `connect()` does when the first attempt fails.
    public struct InitialConnect: Sendable, Hashable {
        enum Value: Sendable {
            case failFast, retry
        }

        let value: Value

        /// It throws, and the client is disconnected.
        public static let failFast = InitialConnect(value: .failFast)
        /// It goes on trying, as after a lost connection.
        public static let retry = InitialConnect(value: .retry)
    }

    /// Chooses among several endpoints; `nil` to connect to the client's URL. `WSEPool` has one.
    public var endpoints: (any EndpointSelector)?

    /// Presented at each connect, as bearer token and as cookie.
    public var tokenProvider: (any TokenProvider)?
    /// The cookie that carries the token.
    public var cookieName: String = "access_token"
    /// Sent with the upgrade request; a `Cookie` header here is merged with the token's.
    public var headers: [WebSocketHeader] = []
    /// The topics to subscribe to with the first connect.
    public var topics: [String] = []
    /// Named in the query and in `client_hello`.
    public var clientVersion: String = WSEClientVersion.current

    /// What `connect()` does when the first attempt fails. Default: it throws.
    public var initialConnect: InitialConnect = .failFast
    /// Whether a lost connection is made again.
    public var reconnects: Bool = true
    /// Delays between attempts, and how long a connection must have held for them to begin anew
    /// (`stableAfter`, 30 s). `adaptive` weighs the measured ``WSEClient/connectionQuality`` too.
    public var backoff: Backoff.Configuration = .init()
    /// Makes the client wait longer than its backoff after that many attempts that failed in a row; `nil`, the default,
    /// for no circuit breaker. An open breaker delays reconnecting and never ends it; the user's own `connect` and
    /// `forceReconnect` do not wait for it. With ``endpoints`` each has a breaker of its own already.
    public var circuitBreaker: CircuitBreaker.Configuration?

    // Periods below 10 ms count as 10 ms.

    /// For an attempt: token, name resolution, TCP, TLS, upgrade and handshake together. Default 10 s.
    public var connectTimeout: Duration = .seconds(10)

    /// Between pings. Default 15 s.
    public var heartbeatInterval: Duration = .seconds(15)
    /// Silence after which a connection counts as dead. Default 40 s.
    public var livenessTimeout: Duration = .seconds(40)

    /// How long `subscribe` and `unsubscribe` wait for the server's answer, be it that a full stream keeps it from being
    /// read. Default 10 s.
    public var subscriptionTimeout: Duration = .seconds(10)
    /// How long the server may take to fill a hole in a topic. Default 5 s.
    public var recoveryTimeout: Duration = .seconds(5)
    /// Whether missed publications are asked for, after a reconnect and when a hole shows.
    public var recovers: Bool = true

    /// Whether more than one server is behind the URL or the endpoints; `nil` if that is so where ``endpoints`` is set.
    ///
    /// The history of a topic, by whose epoch and offsets positions count, is a server's own. One server has one at a
    /// time: what it published under a new epoch, after a restart, is asked for from the beginning. With several, a new
    /// epoch may be another server's old one. A topic is then taken from where it is first seen there, goes on where it
    /// was on a server that is known already, and publications are told apart by their `id` as well as their stamp, as
    /// clusters pass them on without one.
    public var isClustered: Bool?

    /// Messages that wait for room in the connection, at most. Default 10,000.
    public var outboundCapacity: Int = 10_000
    /// Where messages wait while there is no connection; `nil` to refuse them. Default: 1,000 messages for an hour.
    public var offlineQueue: OfflineQueueLimits? = OfflineQueueLimits()
    /// Keeps a copy of what waits in the offline queue, so that it is sent by the next run of the program; `nil`, the
    /// default, for none. It is read when the client is made; should that fail, the client logs it and keeps messages in
    /// memory alone. One store is for one client, and a pool's connections have none. What is kept is not encrypted.
    public var offlineStore: (any OfflineStore<String, WSEStoredMessage>)?
    /// How many messages may be sent; beyond it `send` throws `rateLimit`. Heartbeat and handshake are exempt. `nil`
    /// for no limit. Default: 1,000 at once, 100 per second.
    public var sendLimit: TokenBucket.Configuration? = .init()

    /// End-to-end encryption; `nil` for none. Off by default.
    public var encryption: WSEEncryption?

    /// The buffer of ``WSEClient/events``.
    public var eventBuffering: StreamBuffering = .default
    /// Signatures; `nil` for none.
    public var signing: WSESigning?
    /// What the user's messages are written as. Default: JSON.
    public var format: WSEMessageFormat = .json
    /// Which messages are compressed. Default: large ones, where the server says that it inflates them.
    public var compression: WSECompression = .automatic
    /// Where topics go on, such as what ``WSEClient/positions()`` said before the program ended.
    public var positions: [String: TopicPosition] = [:]
    /// Where the client counts for swift-metrics; `nil` for nowhere, which is the default.
    public var metrics: WSEMetrics?

    /// Takes the events instead of the client's own streams.
    var eventSink: (any EventSink)?
    /// How the link is judged; see ``WSEClient/connectionQuality``.
    public var network: NetworkMonitor.Configuration = .init()
    /// How `Encodable` payloads are written.
    public var payloadEncoder: PayloadEncoder = .init()
    /// Bounds on inbound messages.
    public var limits: WireLimits = .init()

    /// The network, or a stand-in for it. Default: sockets and TLS with the system's trust, and messages of up to
    /// 16 MiB. A message over the transport's limit ends the connection, and would again after each reconnect; one
    /// over that of ``limits`` is only skipped and announced.
    public var transport: any WebSocketTransport
    /// Time, or a stand-in for it.
    public var clock: any WSEClock = SystemClock()
    /// Where the client logs; nowhere by default. Never payloads, tokens or keys.
    public var logger: Logger = Logger(label: "wse.client", factory: { _ in SwiftLogNoOpLogHandler() })

    /// Encrypted and signed messages are JSON.
    var sendsMessagePack: Bool { format == .messagePack && encryption == nil && signing == nil }

    private static var defaultTransport: NIOWebSocketTransport {
        var configuration = WebSocketConfiguration()
        configuration.limits.inboundFrame = 16 << 20
        configuration.limits.inboundMessage = 16 << 20
        return NIOWebSocketTransport(configuration: configuration)
    }

    /// Bounds of the queue of messages that wait for a connection.
    public struct OfflineQueueLimits: Sendable, Hashable {
        /// Messages, at least 1.
        public var capacity: Int
        /// How long each may wait.
        public var lifetime: Duration

        /// Bounds; a `capacity` below 1 counts as 1.
        public init(capacity: Int = 1_000, lifetime: Duration = .seconds(3_600)) {
            self.capacity = max(1, capacity)
            self.lifetime = lifetime
        }
    }

    /// The defaults, with what differs between programs most often.
    ///
    /// - Parameters:
    ///   - tokenProvider: Asked for a token before each attempt; `nil` to connect without one.
    ///   - topics: Subscribed to with the first connect.
    ///   - transport: The network, or a stand-in for it; `nil` for sockets and TLS, see ``transport``.
    public init(
        tokenProvider: (any TokenProvider)? = nil,
        topics: [String] = [],
        transport: (any WebSocketTransport)? = nil
    ) {
        self.tokenProvider = tokenProvider
        self.topics = topics
        self.transport = transport ?? Self.defaultTransport
    }
}

/// The version of this package.
public enum WSEClientVersion {
    public static let current = "0.1.0"
}
