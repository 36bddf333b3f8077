@_spi(WSE) import WSETransport
import WSEWire

/// Brings events to who wants them: the stream of all events, streams of a kind, and handlers.
///
/// The stream of all events is filled from the first connect on, as somebody may ask for it later, until a stream of
/// a kind or a handler exists: from then on only if it was ever asked for. Otherwise a user who has only handlers would
/// find the connection paused by a stream that nobody reads.
///
/// Those of a client that is part of a pool go to the pool instead, which has a router for all of them.
///
/// Batches come from one thread at a time, or those of one topic do.
final class EventRouter: Sendable {
    /// What became of a batch.
    struct Outcome: Sendable {
        /// Discarded by the policy of a stream.
        var dropped = 0
        /// Came after the end, or after a stream had failed.
        var unwanted = 0
        /// Whether reading should pause.
        var isFull = false
        /// Batches that consumers are done with.
        var used: [[WSEEvent]] = []

        mutating func add(_ other: consuming Mailbox<WSEEvent>.Outcome) {
            used += other.used
            dropped += other.dropped
            unwanted += other.unwanted
            isFull = isFull || other.isFull
        }
    }

    private enum End {
        case finished
        case failed(WSEError)

        var error: WSEError? {
            if case .failed(let error) = self { error } else { nil }
        }
    }

    private struct State {
        var table = RouteTable()
        var isEventsWanted = false
        var lastID: UInt64 = 0
        var end: End?

        var fillsEvents: Bool { isEventsWanted || table.isEmpty }
    }

    private let events: Mailbox<WSEEvent>
    /// Takes everything instead of the streams.
    private let sink: (any EventSink)?
    private let state = OrderedMutex(State())
    /// Whether whoever delivers wants used batches back.
    private let recycles: Bool
    private let onRoom: @Sendable () -> Void
    private let onDropped: @Sendable (Int) -> Void
    let handlers: HandlerActivity

    /// - Parameters:
    ///   - recycles: Whether whoever delivers wants used batches back.
    ///   - onRoom: Called when a full stream has room again or is gone, from any thread.
    ///   - onDropped: Called with a count where events were discarded outside of ``deliver(_:)``.
    init(
        buffering: StreamBuffering, sink: (any EventSink)? = nil, recycles: Bool = true,
        onRoom: @escaping @Sendable () -> Void,
        onDropped: @escaping @Sendable (Int) -> Void
    ) {
        self.sink = sink
        self.recycles = recycles
        self.onRoom = onRoom
        self.onDropped = onDropped
        events = Mailbox(
            buffering: buffering, recycles: recycles, onDrained: onRoom, onDropped: onDropped,
            key: { $0.stamp?.topic })
        handlers = HandlerActivity()
    }

    // MARK: Delivering

    func deliver(_ batch: [WSEEvent]) -> Outcome {
        if let sink {
            let taken = sink.deliver(batch)
            return Outcome(dropped: taken.dropped, unwanted: taken.unwanted, isFull: taken.isFull)
        }
        let (table, fillsEvents) = state.withLock { ($0.table, $0.fillsEvents) }
        var outcome = Outcome()
        if fillsEvents { outcome.add(events.yield(batch)) }
        guard !table.isEmpty else { return outcome }
        for (route, share) in zip(table.routes, table.distribute(batch)) where !share.isEmpty {
            outcome.add(route.mailbox.yield(share))
            route.handler?.wake(route.mailbox)
        }
        return outcome
    }

    /// What there is to tell: of what is missing here, another client may have given a part.
    func reportable(_ signal: WSESignal) -> [WSESignal] {
        guard let sink, case .gap(let gap) = signal else { return [signal] }
        return sink.missing(gap).map { .gap($0) }
    }

    /// Whether a stream that suspends is full.
    var isFull: Bool {
        if let sink { return sink.isFull }
        let (table, fillsEvents) = state.withLock { ($0.table, $0.fillsEvents) }
        return fillsEvents && events.isFull || table.routes.contains { $0.mailbox.isFull }
    }

    /// Events that wait in the stream of all events.
    var eventCount: Int { events.count }

    /// Events that wait in any stream or for any handler.
    var totalCount: Int {
        let table = state.withLock { $0.table }
        return table.routes.reduce(events.count) { $0 + $1.mailbox.count }
    }

    /// What waits in each stream and for each handler that is in use, and what they have discarded behind that.
    func waiting() -> [[WSEEvent]] {
        let (table, fillsEvents) = state.withLock { ($0.table, $0.fillsEvents) }
        let mailboxes = table.routes.map(\.mailbox) + (fillsEvents ? [events] : [])
        return mailboxes.flatMap { [$0.waiting(), $0.skipped()] }
    }

    /// Lets go of used batches in the streams: of all, or of those that were of no use since the last call.
    func trim(all: Bool) {
        events.trim(all: all)
        for route in state.withLock({ $0.table }).routes { route.mailbox.trim(all: all) }
    }

    func finish(throwing error: WSEError?) {
        let table = state.withLock { state in
            if state.end == nil { state.end = error.map { .failed($0) } ?? .finished }
            return state.table
        }
        events.finish(throwing: error)
        for route in table.routes { route.mailbox.finish(throwing: error) }
        sink?.finished(error)
    }

    func reopen() {
        let table = state.withLock { state in
            state.end = nil
            return state.table
        }
        events.reopen()
        for route in table.routes { route.mailbox.reopen() }
    }

    // MARK: Routes

    /// The stream of all events, which is filled from now on.
    func allEvents() -> Mailbox<WSEEvent> {
        let changed = state.withLock { state in
            defer { state.isEventsWanted = true }
            return !state.fillsEvents
        }
        if changed, events.isFull { onRoom() }
        return events
    }

    func addStream(_ filter: EventRoute.Filter, buffering: StreamBuffering) -> WSEEventSequence {
        let route = add(filter, buffering: buffering, handler: nil)
        return WSEEventSequence(mailbox: route.mailbox, route: EventRouteOwner(route, in: self))
    }

    /// A stream of the payloads of one type as values.
    ///
    /// - Parameter onUndecodable: Called with the signal about a payload that does not fit and is passed over.
    func addTypedStream<Value: Decodable & Sendable>(
        of valueType: Value.Type, type: String, topic: String?, buffering: StreamBuffering, decoder: PayloadDecoder,
        onUndecodable: @escaping @Sendable (WSESignal) -> Void
    ) -> WSETypedSequence<Value> {
        let type = InternedString(type)
        let filter: EventRoute.Filter =
            topic.map { .typeInTopic(type, InternedString($0)) } ?? .types([type])
        return WSETypedSequence(events: addStream(filter, buffering: buffering)) { event, memory in
            do throws(WireError) {
                return try decoder.decode(Value.self, from: event.payload, reusing: &memory)
            } catch {
                onUndecodable(.undecodable(type: event.type, error))
                return nil
            }
        }
    }

    func addHandler(
        _ filter: EventRoute.Filter, buffering: StreamBuffering, handler: HandlerRunner
    ) -> EventRoute {
        add(filter, buffering: buffering, handler: handler)
    }

    private func add(
        _ filter: EventRoute.Filter, buffering: StreamBuffering, handler: HandlerRunner?
    ) -> EventRoute {
        let mailbox = Mailbox<WSEEvent>(
            buffering: buffering, recycles: recycles, onDrained: onRoom, onDropped: onDropped,
            key: { $0.stamp?.topic })
        let (route, leavesEvents) = state.withLock { state in
            state.lastID += 1
            let route = EventRoute(id: state.lastID, filter: filter, mailbox: mailbox, handler: handler)
            if let end = state.end { mailbox.finish(throwing: end.error) }
            let filled = state.fillsEvents
            state.table.add(route)
            return (route, filled && !state.fillsEvents)
        }
        // What waits in there holds nothing up any more.
        if leavesEvents, events.isFull { onRoom() }
        return route
    }

    /// Ends a route. What waits in it goes with it, and the pause that it asked for.
    func remove(_ route: EventRoute) {
        route.handler?.cancel()
        state.withLock { $0.table.remove(route.id) }
        if route.mailbox.isFull { onRoom() }
        route.mailbox.finish()
    }

    func removeHandlers(of filter: EventRoute.Filter) {
        let routes = state.withLock { $0.table.routes }
        for route in routes where route.handler != nil && route.filter == filter { remove(route) }
    }
}
