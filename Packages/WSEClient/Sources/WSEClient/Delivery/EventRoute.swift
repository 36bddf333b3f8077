import WSEWire

/// Where events of one kind go: to a stream or to a handler, each with a mailbox of its own.
final class EventRoute: Sendable {
    /// Which events take a route.
    enum Filter: Sendable, Hashable {
        case all
        case types(Set<InternedString>)
        case topic(InternedString)
        /// Those of a type that were published to a topic.
        case typeInTopic(InternedString, InternedString)
    }

    let id: UInt64
    let filter: Filter
    let mailbox: Mailbox<WSEEvent>
    /// Takes the events out; `nil` where a stream does.
    let handler: HandlerRunner?

    init(id: UInt64, filter: Filter, mailbox: Mailbox<WSEEvent>, handler: HandlerRunner?) {
        self.id = id
        self.filter = filter
        self.mailbox = mailbox
        self.handler = handler
    }
}

/// Held by a stream and its iterators: when the last of them goes, so does the route.
final class EventRouteOwner: Sendable {
    private let route: EventRoute
    private let router: EventRouter

    init(_ route: EventRoute, in router: EventRouter) {
        self.route = route
        self.router = router
    }

    deinit {
        router.remove(route)
    }
}
