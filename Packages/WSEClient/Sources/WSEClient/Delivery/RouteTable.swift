import WSEWire

/// Which routes an event takes. A value: whoever delivers works on a copy while routes come and go.
struct RouteTable: Sendable {
    private(set) var routes: [EventRoute] = []
    // Indices into `routes`.
    private var all: [Int] = []
    private var types: [InternedString: [Int]] = [:]
    private var topics: [InternedString: [Int]] = [:]

    var isEmpty: Bool { routes.isEmpty }

    init() {}

    private init(_ routes: [EventRoute]) {
        self.routes = routes
        for (index, route) in routes.enumerated() {
            switch route.filter {
            case .all: all.append(index)
            case .types(let names): for name in names { types[name, default: []].append(index) }
            case .topic(let name), .typeInTopic(_, let name): topics[name, default: []].append(index)
            }
        }
    }

    mutating func add(_ route: EventRoute) {
        self = RouteTable(routes + [route])
    }

    mutating func remove(_ id: UInt64) {
        self = RouteTable(routes.filter { $0.id != id })
    }

    /// What each route gets of a batch, in the order of ``routes``.
    func distribute(_ batch: [WSEEvent]) -> [[WSEEvent]] {
        var shares = [[WSEEvent]](repeating: [], count: routes.count)
        for index in all { shares[index] = batch }
        guard !types.isEmpty || !topics.isEmpty else { return shares }
        for event in batch {
            if !types.isEmpty, let indices = types[event.internedType] {
                for index in indices { shares[index].append(event) }
            }
            guard !topics.isEmpty, let topic = event.stamp?.topic ?? event.topic.map({ InternedString($0) }),
                let indices = topics[topic]
            else { continue }
            for index in indices {
                if case .typeInTopic(let type, _) = routes[index].filter, type != event.internedType {
                    continue
                }
                shares[index].append(event)
            }
        }
        return shares
    }
}
