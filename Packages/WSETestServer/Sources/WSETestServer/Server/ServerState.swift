internal import NIOCore
internal import WSEWire

/// Everything that a server knows, guarded by one lock. Its methods put what is to be written straight into the
/// connections' outboxes, so that what one thread publishes stands before what another publishes later.
struct ServerState: Sendable {
    /// What is known of an open connection that was let in.
    struct Session: Sendable {
        let link: ConnectionLink
        var topics: Set<String> = []
        var lastLife: NIODeadline
        var limiter: ClientRateLimiter
        /// The payload of the last WebSocket pong.
        var lastPong: [UInt8]?
        var timers: [RepeatedTask] = []
    }

    typealias Handler = @Sendable (ReceivedMessage) -> Void

    let configuration: WSETestServer.Configuration
    var messages: MessageFactory
    /// By connection number.
    var sessions: [Int: Session] = [:]
    var topics: [String: Topic] = [:]
    var recording: Recording
    var waiters = WaiterList()
    /// By message type.
    var handlers: [String: Handler] = ["echo": WSETestServer.echo]
    var handlerOfAll: Handler?
    /// Every TCP connection that was accepted and is still there, upgraded or not.
    var channels: [ObjectIdentifier: any Channel] = [:]
    /// The connections that were upgraded since the start.
    var log: ConnectionLog
    var lastNumber = 0
    /// What happens to frames on connections to come.
    var script: FaultScript?
    var refusals: [WSETestServer.Refusal] = []
    var standingRefusal: WSETestServer.Refusal?
    var refusedRequests = 0
    var rejectedTokens = 0
    /// Whether new TCP connections are closed at once.
    var isDraining = false
    var isStopped = false

    init(configuration: WSETestServer.Configuration) {
        self.configuration = configuration
        messages = MessageFactory(configuration: configuration)
        recording = Recording(
            capacity: configuration.recordingCapacity, byteLimit: configuration.recordingBytes)
        log = ConnectionLog(capacity: configuration.recordingCapacity)
    }

    var now: UInt64 { configuration.unixMilliseconds() }

    /// Sends a message of the server's own, whose payload always fits into JSON. Handshake and heartbeat are never
    /// sealed.
    ///
    /// - Returns: `false` if the connection has ended, or is about to.
    @discardableResult
    func control(_ envelope: Envelope, to link: ConnectionLink, isSealed: Bool = true) -> Bool {
        guard let text = try? messages.direct(envelope) else { return false }
        let isPlain = ["server_ready", "server_hello", "PONG", "ping"].contains(envelope.type)
        return link.enqueue(
            .frame(
                OutboundFrame(
                    text: ByteBuffer(bytes: text), kind: .control, type: envelope.type,
                    isSealed: isSealed && !isPlain)))
    }

    /// The connections in the order in which they came.
    var links: [ConnectionLink] {
        sessions.keys.sorted().compactMap { sessions[$0]?.link }
    }
}
