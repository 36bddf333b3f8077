public import WSETransport
import WSEWire

/// Where a client is with a topic: what another one needs to go on with it.
@_spi(WSEPool) public struct TopicPlace: Sendable, Hashable {
    /// Up to where its events were delivered; `nil` if that is not known.
    public var position: TopicPosition?
    /// Whether the server had no history of it when it was subscribed to, and nothing has come since: its first event
    /// is the first there is.
    public var hasNoPast: Bool

    /// The place with this position.
    public init(position: TopicPosition? = nil, hasNoPast: Bool = false) {
        self.position = position
        self.hasNoPast = hasNoPast
    }
}

@_spi(WSEPool) extension WSEClient {
    /// A client whose events go to a sink; its own streams and handlers get none.
    public convenience init(url: WebSocketURL, configuration: WSEConfiguration, sink: any EventSink) {
        var configuration = configuration
        configuration.eventSink = sink
        self.init(url: url, configuration: configuration)
    }

    /// The sink has room again, or none left.
    public func roomChanged() {
        engine.perform { state, _ in state.machine.emit(.updateReading) }
    }

    /// Where the client is, or is going, to be connected.
    public var endpoint: WebSocketURL { engine.read { $0.machine.url } }

    /// Where the client is with those of these topics that it wants. When this returns, the sink has taken everything
    /// up to there.
    public func places(of topics: [String]) async -> [String: TopicPlace] {
        let places = engine.perform { state, _ in state.machine.places(of: topics) }
        // Nothing to wait for, but its outcome comes behind everything that was to be delivered.
        _ = await engine.subscribe([])
        return places
    }

    /// Subscribes to topics from where another client is with them, as far as this one does not want them already.
    ///
    /// - Parameter awaitsAnswer: Whether to wait for the server's, as ``subscribe(_:)`` does.
    @discardableResult
    public func adopt(_ places: [String: TopicPlace], awaitsAnswer: Bool) async -> SubscriptionResult {
        await engine.adopt(places, awaitsAnswer: awaitsAnswer)
    }

    /// Unsubscribes from topics, and returns with the server's answer. What still comes counts until
    /// ``finishRelease(_:)``.
    public func release(_ topics: [String]) async {
        await engine.release(topics)
    }

    /// What still comes of these topics does not count. When this returns, the sink has taken all that did.
    public func finishRelease(_ topics: [String]) async {
        engine.perform { state, _ in state.machine.finishRelease(topics) }
        // As above.
        _ = await engine.subscribe([])
    }
}

extension SessionEngine {
    func adopt(_ places: [String: TopicPlace], awaitsAnswer: Bool) async -> SubscriptionResult {
        await awaitSubscription { state, request, now in
            state.machine.adopt(places, request: request, now: now)
            if !awaitsAnswer { state.machine.stopWaiting(request) }
        }
    }

    func release(_ topics: [String]) async {
        _ = await awaitSubscription { state, request, now in
            state.machine.release(topics, request: request, now: now)
        }
    }
}
