import Synchronization
public import WSEWire

/// The streams and handlers of several clients together, with the bounds and policies of those of one.
///
/// Events of one topic must come from one thread at a time, or in an order that the caller has seen to.
@_spi(WSEPool) public final class EventHub: Sendable {
    /// What became of a batch.
    public struct Outcome: Sendable, Hashable {
        /// How many were discarded by the policy of a stream.
        public var dropped: Int
        /// How many came after the end.
        public var unwanted: Int
        /// Whether reading should pause.
        public var isFull: Bool

        /// The outcome with these counts.
        public init(dropped: Int = 0, unwanted: Int = 0, isFull: Bool = false) {
            self.dropped = dropped
            self.unwanted = unwanted
            self.isFull = isFull
        }
    }

    private let router: EventRouter
    private let onSignal: @Sendable (WSESignal) -> Void

    /// A hub without streams.
    ///
    /// - Parameters:
    ///   - onRoom: Called when a full stream has room again, from any thread.
    ///   - onSignal: Called with what streams and handlers have to tell, from any thread.
    public init(
        buffering: StreamBuffering, onRoom: @escaping @Sendable () -> Void,
        onSignal: @escaping @Sendable (WSESignal) -> Void
    ) {
        self.onSignal = onSignal
        router = EventRouter(
            buffering: buffering, recycles: false, onRoom: onRoom, onDropped: { onSignal(.dropped(count: $0)) })
    }

    /// Takes events, in order.
    public func deliver(_ batch: [WSEEvent]) -> Outcome {
        let outcome = router.deliver(batch)
        return Outcome(dropped: outcome.dropped, unwanted: outcome.unwanted, isFull: outcome.isFull)
    }

    /// Whether a stream that suspends is full.
    public var isFull: Bool { router.isFull }

    /// Events that wait in streams and for handlers.
    public var count: Int { router.totalCount }

    /// Ends all streams behind what they hold.
    public func finish(throwing error: WSEError? = nil) {
        router.finish(throwing: error)
    }

    /// The streams begin anew, for consumers that come from now on.
    public func reopen() {
        router.reopen()
    }

    /// Returns when no handler is at work.
    public func handlersAreIdle() async {
        await router.handlers.idle()
    }

    // MARK: Streams

    /// All events; see ``WSEClient/events``.
    public var events: WSEEventSequence { WSEEventSequence(mailbox: router.allEvents()) }

    /// See ``WSEClient/events(topic:buffering:)``.
    public func events(topic: String, buffering: StreamBuffering) -> WSEEventSequence {
        router.addStream(.topic(InternedString(topic)), buffering: buffering)
    }

    /// See ``WSEClient/events(type:buffering:)``.
    public func events(type: String, buffering: StreamBuffering) -> WSEEventSequence {
        router.addStream(.types([InternedString(type)]), buffering: buffering)
    }

    /// See ``WSEClient/events(of:type:topic:buffering:decoder:)``.
    public func events<Value: Decodable & Sendable>(
        of valueType: Value.Type, type: String, topic: String?, buffering: StreamBuffering,
        decoder: PayloadDecoder
    ) -> WSETypedSequence<Value> {
        router.addTypedStream(
            of: valueType, type: type, topic: topic, buffering: buffering, decoder: decoder,
            onUndecodable: onSignal)
    }

    /// Calls a function with each event of a type, or with all if that is `nil`; see
    /// ``WSEClient/on(_:buffering:perform:)``.
    public func on(
        _ type: String?, buffering: StreamBuffering,
        perform handler: @escaping @Sendable (WSEEvent) async throws -> Void
    ) -> EventHandlerToken {
        let runner = HandlerRunner(
            activity: router.handlers,
            onFailure: { [onSignal] event, error in onSignal(.handlerFailed(type: event.type, error)) },
            body: handler)
        let route = router.addHandler(
            type.map { .types([InternedString($0)]) } ?? .all, buffering: buffering, handler: runner)
        return EventHandlerToken(route: route, router: router)
    }
}
