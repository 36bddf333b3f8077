import Synchronization
public import WSEWire

extension WSEClient {
    /// The events that are published to one topic, from now on. Does not subscribe to it.
    ///
    /// An event belongs to the topic that the server puts on it (`WSEEvent.topic`). `wse-server` 2.0.1 puts
    /// none on, and a node of a cluster none on what another node published: this stream gets nothing of that. Tell such
    /// events apart by their type or payload, among ``events`` or in a stream of a type.
    ///
    /// The stream has a buffer of its own; it exists while the sequence or one of its iterators does.
    public func events(topic: String, buffering: StreamBuffering = .default) -> WSEEventSequence {
        engine.router.addStream(.topic(InternedString(topic)), buffering: buffering)
    }

    /// The events of one type, from now on; see ``events(topic:buffering:)``.
    public func events(type: String, buffering: StreamBuffering = .default) -> WSEEventSequence {
        engine.router.addStream(.types([InternedString(type)]), buffering: buffering)
    }

    /// The payloads of the events of one type as values, from now on; see ``events(topic:buffering:)``.
    ///
    /// A payload that does not fit is passed over and told by ``WSESignal/undecodable(type:_:)``; the stream goes on.
    ///
    /// - Parameters:
    ///   - valueType: What a payload becomes.
    ///   - type: The type of the events.
    ///   - topic: Only those that the server says were published to this topic, if given; see
    ///     ``events(topic:buffering:)`` for servers that do not say.
    ///   - buffering: How many wait for the consumer, and what happens to more.
    ///   - decoder: How payloads are read.
    public func events<Value: Decodable & Sendable>(
        of valueType: Value.Type = Value.self, type: String, topic: String? = nil,
        buffering: StreamBuffering = .default, decoder: PayloadDecoder = PayloadDecoder()
    ) -> WSETypedSequence<Value> {
        engine.router.addTypedStream(
            of: valueType, type: type, topic: topic, buffering: buffering, decoder: decoder
        ) { [weak engine] signal in engine?.announce(signal) }
    }

    /// The next event among all events.
    ///
    /// - Parameter timeout: How long to wait for it; `nil` for as long as it takes.
    /// - Returns: `nil` if the client was disconnected by its user.
    /// - Throws: ``WSEError``: `timeout`, `cancelled`, or what ended the client.
    public func receive(timeout: Duration? = nil) async throws(WSEError) -> WSEEvent? {
        let mailbox = engine.router.allEvents()
        guard let timeout else { return try await mailbox.takeFirst { false } }
        let expiry = Expiry()
        let work = engine.configuration.clock.schedule(after: timeout) {
            expiry.isOver.store(true, ordering: .releasing)
            mailbox.wake()
        }
        defer { work.cancel() }
        return try await mailbox.takeFirst { expiry.isOver.load(ordering: .acquiring) }
    }

    private final class Expiry: Sendable {
        let isOver = Atomic(false)
    }

    // MARK: Handlers

    /// Calls a function with each event of a type, from now on.
    ///
    /// Each handler gets its events one at a time and in order, on a task of its own, and waits for none but itself:
    /// not for other handlers, and none is harmed if it throws, which ``WSESignal/handlerFailed(type:_:)`` tells. What
    /// waits for it is bounded. It stays until it is cancelled, also through disconnects; a handler that uses the client
    /// should hold it weakly, as the client holds the handler.
    ///
    /// - Returns: What ends the handler. Letting go of it does not.
    @discardableResult
    public func on(
        _ type: String, buffering: StreamBuffering = .default,
        perform handler: @escaping @Sendable (WSEEvent) async throws -> Void
    ) -> EventHandlerToken {
        register(.types([InternedString(type)]), buffering, handler)
    }

    /// Calls a function with each event, from now on; see ``on(_:buffering:perform:)``.
    @discardableResult
    public func onAny(
        buffering: StreamBuffering = .default,
        perform handler: @escaping @Sendable (WSEEvent) async throws -> Void
    ) -> EventHandlerToken {
        register(.all, buffering, handler)
    }

    /// Ends a handler; the same as ``EventHandlerToken/cancel()``.
    public func off(_ token: EventHandlerToken) {
        token.cancel()
    }

    /// Ends all handlers of a type.
    public func off(_ type: String) {
        engine.router.removeHandlers(of: .types([InternedString(type)]))
    }

    private func register(
        _ filter: EventRoute.Filter, _ buffering: StreamBuffering,
        _ handler: @escaping @Sendable (WSEEvent) async throws -> Void
    ) -> EventHandlerToken {
        let router = engine.router
        let runner = HandlerRunner(
            activity: router.handlers,
            onFailure: { [weak engine] event, error in
                engine?.announce(.handlerFailed(type: event.type, error))
            }, body: handler)
        return EventHandlerToken(
            route: router.addHandler(filter, buffering: buffering, handler: runner), router: router)
    }
}
