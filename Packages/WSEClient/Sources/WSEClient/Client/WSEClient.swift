public import WSETransport
import WSEWire

/// A connection to a WSE server that mends itself.
///
/// <!-- given: token: String -->
/// ```swift
/// let client = try WSEClient(url: "wss://example.com/wse", configuration: .init(tokenProvider: StaticToken(token)))
/// try await client.connect()
/// try await client.subscribe(["prices"])
/// for try await event in client.events {
///     print(event.type, event.payload)
/// }
/// ```
///
/// A lost connection is made again after a growing delay; topics are subscribed to again and what was missed
/// meanwhile is asked for. Each event of a topic arrives once and in order, or ``signals`` tells what is missing.
///
/// All methods may be called from any thread and any actor. The client disconnects when its last reference goes.
public final class WSEClient: Sendable {
    let engine: SessionEngine

    /// Makes a client that is not yet connected.
    ///
    /// - Throws: ``WSEError`` with code `invalidArgument` if `url` is not a WebSocket URL.
    public convenience init(
        url: String, configuration: WSEConfiguration = WSEConfiguration()
    ) throws(WSEError) {
        do {
            self.init(url: try WebSocketURL(url), configuration: configuration)
        } catch {
            throw WSEError(.invalidArgument, error.message, underlying: error)
        }
    }

    /// Makes a client that is not yet connected, for a URL that was checked before.
    public init(url: WebSocketURL, configuration: WSEConfiguration = WSEConfiguration()) {
        engine = SessionEngine(url: url, configuration: configuration)
    }

    deinit {
        engine.shutDown()
    }

    /// Connects and returns when the handshake is done. Does nothing if the client is connected.
    ///
    /// - Throws: ``WSEError``: `auth` if the token is refused, `connection` or `timeout` if the first attempt fails
    ///   (see ``WSEConfiguration/initialConnect-swift.property``), `cancelled` if the task is cancelled.
    public func connect() async throws(WSEError) {
        try await engine.connect()
    }

    /// Closes the connection and ends ``events``; returns when the connection is closed and no handler runs any more. The
    /// client may connect again afterwards.
    public func disconnect() async {
        await engine.disconnect()
    }

    /// Drops the current connection and makes a new one at once.
    public func forceReconnect() {
        engine.perform { state, now in state.machine.forceReconnect(now: now) }
    }

    /// Moves to another server, with topics and positions.
    ///
    /// - Throws: ``WSEError`` with code `invalidArgument` if `url` is not a WebSocket URL.
    public func changeEndpoint(_ url: String) throws(WSEError) {
        do {
            let url = try WebSocketURL(url)
            engine.perform { state, now in state.machine.changeEndpoint(url, now: now) }
        } catch {
            throw WSEError(.invalidArgument, error.message, underlying: error)
        }
    }

    // MARK: State

    /// Where the client is in the life of its connection; ``states`` has the changes.
    public var state: ConnectionState { engine.read { $0.machine.state } }

    /// Whether the socket is open, be the handshake done or not.
    public var isConnected: Bool { engine.read { $0.machine.isConnected } }

    /// Whether the handshake is done.
    public var isReady: Bool { engine.read { $0.machine.isReady } }

    /// Whether the handshake is done and every wanted topic is confirmed.
    public var isFullyReady: Bool {
        engine.read { $0.machine.isReady && $0.machine.subscriptions.isComplete }
    }

    /// Topics the server has confirmed on this connection.
    public var subscribedTopics: Set<String> { engine.read { $0.machine.subscriptions.acknowledged } }

    /// Topics the user wants, confirmed or not.
    public var wantedTopics: Set<String> { engine.read { $0.machine.subscriptions.wanted } }

    /// Events that wait in streams and for handlers.
    public var queueSize: Int { engine.router.totalCount }

    /// What the client has done so far, counted since it was made.
    public func statistics() -> WSEStatistics {
        let queued = engine.router.totalCount
        let now = engine.configuration.clock.now()
        return engine.read { WSEStatistics($0.machine, queuedEvents: queued, now: now) }
    }

    // MARK: Events

    /// All events, in order, each once; see ``WSEConfiguration/eventBuffering``.
    ///
    /// They wait from the first connect on for somebody to iterate. With the default policy the connection is read no
    /// further while they fill the buffer; so where only handlers or streams of a kind are registered, and nobody has
    /// ever asked for `events`, it is not filled.
    public var events: WSEEventSequence { WSEEventSequence(mailbox: engine.router.allEvents()) }

    /// What the client tells about itself from now on: state, holes, drops, errors. Each sequence gets all of it, and holds
    /// 16,384 signals for a listener who does not keep up; from then on the oldest go, which
    /// ``WSESignal/signalsDropped(count:)`` tells.
    public var signals: AsyncStream<WSESignal> { engine.signals.subscribe() }

    /// The state now, and each that follows. Ends when the client goes away.
    public var states: AsyncStream<ConnectionState> { engine.states.subscribe() }

    // MARK: Topics

    /// Subscribes to topics and waits for the server's answer, at most for
    /// ``WSEConfiguration/subscriptionTimeout``. Wanted topics survive reconnects; offline ones are asked for later.
    ///
    /// - Throws: ``WSEError`` with code `invalidArgument` for an empty topic name.
    @discardableResult
    public func subscribe(_ topics: [String]) async throws(WSEError) -> SubscriptionResult {
        await engine.subscribe(try checked(topics))
    }

    /// Unsubscribes from topics, forgets their positions, and waits for the server's answer, at most for
    /// ``WSEConfiguration/subscriptionTimeout``.
    ///
    /// - Throws: ``WSEError`` with code `invalidArgument` for an empty topic name.
    @discardableResult
    public func unsubscribe(_ topics: [String]) async throws(WSEError) -> SubscriptionResult {
        await engine.unsubscribe(try checked(topics))
    }

    private func checked(_ topics: [String]) throws(WSEError) -> [String] {
        if topics.contains("") { throw WSEError(.invalidArgument, "a topic name is empty") }
        return Array(Set(topics)).sorted()
    }
}
