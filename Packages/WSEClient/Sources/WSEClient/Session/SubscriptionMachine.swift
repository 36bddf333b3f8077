import WSEWire

/// Which topics are wanted, and what the server said about each. Knows no connection and no time.
///
/// Servers answer in the order in which they are asked, but do not say what they answer to: the correlation id tells
/// where a server application echoes it, and the order and the topics where it does not. Only the answer to the
/// last thing that was asked about a topic changes its status.
struct SubscriptionMachine {
    enum Status: Sendable, Hashable {
        /// Wanted, not asked for on this connection.
        case wanted
        /// Asked for, no answer yet.
        case pending
        /// Confirmed by the server on this connection.
        case acknowledged
    }

    /// What the answer to one request means.
    struct Outcome: Sendable, Hashable {
        /// The request that was answered; `nil` if the server spoke unasked.
        var request: String?
        /// Wanted topics that the server confirmed with this answer.
        var accepted: [String] = []
        /// Wanted topics that the server refused; they are wanted no longer.
        var refused: [String] = []
    }

    private struct Topic {
        var status = Status.wanted
        /// The last request about it on this connection.
        var request: String?
        /// When that was; see ``nextRound()``.
        var round = 0
    }

    private struct Request {
        var id: String
        var isUnsubscribe: Bool
        /// Topics without an answer.
        var open: Set<String>
    }

    private struct Waiter {
        var id: RequestID
        var isUnsubscribe: Bool
        var open: Set<String>
        var result = SubscriptionResult()
    }

    /// Topics left on this connection of which stragglers are told from news.
    static let rememberedTopics = 10_000
    /// Requests that a server which never answers makes us remember.
    static let rememberedRequests = 4_096

    /// Wanted topics; refused and unsubscribed ones are gone.
    private var topics: [String: Topic] = [:]
    /// Topics of unsubscribe messages without an answer, and the message.
    private var leaving: [String: String] = [:]
    /// Topics that were unsubscribed from on this connection.
    private(set) var left: Set<InternedString> = []
    private var requests: [Request] = []
    private var round = 0
    private var waiters: [Waiter] = []

    var acknowledged: Set<String> { Set(topics.filter { $0.value.status == .acknowledged }.keys) }
    var wanted: Set<String> { Set(topics.keys) }
    var isComplete: Bool { topics.values.allSatisfy { $0.status == .acknowledged } }
    /// Wanted topics that were not asked for on this connection, in a fixed order.
    var unasked: [String] { topics.filter { $0.value.status == .wanted }.keys.sorted() }

    func status(of topic: String) -> Status? { topics[topic]?.status }
    func isWanted(_ topic: String) -> Bool { topics[topic] != nil }

    // MARK: Wishes

    /// Notes topics as wanted, and a caller who waits for the server's answer.
    ///
    /// - Returns: The topics to ask for if there is a connection.
    mutating func subscribe(_ names: [String], request: RequestID?) -> [String] {
        withdraw(names, isUnsubscribe: true)
        var fresh: [String] = []
        var acknowledged: Set<String> = []
        for name in names {
            switch topics[name]?.status {
            case .acknowledged: acknowledged.insert(name)
            case .pending: break
            case .wanted: fresh.append(name)
            case nil:
                topics[name] = Topic()
                left.remove(InternedString(name))
                fresh.append(name)
            }
        }
        if let request {
            waiters.append(
                Waiter(
                    id: request, isUnsubscribe: false, open: Set(names).subtracting(acknowledged),
                    result: SubscriptionResult(accepted: acknowledged)))
        }
        return fresh
    }

    /// Notes topics as no longer wanted.
    ///
    /// - Returns: The topics to tell the server about if there is a connection.
    mutating func unsubscribe(_ names: [String], request: RequestID) -> [String] {
        withdraw(names, isUnsubscribe: false)
        var told: [String] = []
        for name in names {
            guard let topic = topics.removeValue(forKey: name) else { continue }
            // A caller who gave up waiting made it wanted again, yet the server may have it.
            if topic.request != nil { told.append(name) }
        }
        let open = Set(told).union(names.filter { leaving[$0] != nil })
        waiters.append(
            Waiter(
                id: request, isUnsubscribe: true, open: open,
                result: SubscriptionResult(accepted: Set(names).subtracting(open))))
        return told
    }

    /// Callers who asked for the opposite before wait for something that will not be.
    private mutating func withdraw(_ names: [String], isUnsubscribe: Bool) {
        for index in waiters.indices where waiters[index].isUnsubscribe == isUnsubscribe {
            let withdrawn = waiters[index].open.intersection(names)
            guard !withdrawn.isEmpty else { continue }
            waiters[index].open.subtract(withdrawn)
            waiters[index].result.pending.formUnion(withdrawn)
        }
    }

    // MARK: The connection

    /// Notes that topics were asked for.
    mutating func asked(for names: [String], request: String) {
        for name in names where topics[name] != nil {
            if topics[name]?.status == .wanted { topics[name]?.status = .pending }
            topics[name]?.request = request
            topics[name]?.round = round
        }
        remember(Request(id: request, isUnsubscribe: false, open: Set(names)))
    }

    /// Called now and then: topics that were asked for before the last call and have no answer, in a fixed order.
    ///
    /// No answer to what was asked about them so far is expected any more. Else, with servers that do not say what
    /// they answer, the answer to the next request would be taken for that to the lost one, time and again.
    mutating func nextRound() -> [String] {
        defer { round += 1 }
        let overdue = topics.filter {
            $0.value.status != .acknowledged && $0.value.request != nil && $0.value.round < round
        }
        for index in requests.indices { requests[index].open.subtract(overdue.keys) }
        requests.removeAll { $0.open.isEmpty }
        return overdue.keys.sorted()
    }

    /// Notes that the server was told that topics are not wanted any more.
    mutating func told(_ names: [String], request: String) {
        for name in names { leaving[name] = request }
        remember(Request(id: request, isUnsubscribe: true, open: Set(names)))
    }

    /// From now on nothing of these topics is news on this connection.
    mutating func leave(_ names: [String]) {
        for name in names.prefix(Self.rememberedTopics - left.count) { left.insert(InternedString(name)) }
    }

    /// Notes that a message about topics was sent whose answer says nothing new about them. It must not be taken for the
    /// answer to another one.
    mutating func mentioned(_ names: [String], request: String) {
        remember(Request(id: request, isUnsubscribe: false, open: Set(names)))
    }

    private mutating func remember(_ request: Request) {
        if requests.count >= Self.rememberedRequests { requests.removeFirst() }
        requests.append(request)
    }

    /// What was confirmed on the old connection no longer counts.
    mutating func connectionLost() {
        for name in topics.keys { topics[name] = Topic() }
        requests = []
        left = []
        // The server forgot this client, which is what unsubscribing asked for.
        let gone = Set(leaving.keys)
        leaving = [:]
        settle(accepted: gone, refused: [], isUnsubscribe: true)
    }

    /// Takes the server's answer in.
    mutating func answered(_ answer: SubscriptionAnswer) -> Outcome {
        let named = Set(answer.accepted).union(answer.refused)
        guard let index = index(of: answer, naming: named) else { return spoke(answer) }
        let request = requests[index]
        requests[index].open.subtract(named)
        if requests[index].open.isEmpty || named.isEmpty { requests.remove(at: index) }
        return request.isUnsubscribe ? leftTopics(request, answer) : gotTopics(request, answer)
    }

    private func index(of answer: SubscriptionAnswer, naming named: Set<String>) -> Int? {
        if let id = answer.correlationID, let index = requests.firstIndex(where: { $0.id == id }) {
            return index
        }
        let isPossible = { (request: Request) in
            switch answer.action {
            case "subscribe"?: !request.isUnsubscribe
            case "unsubscribe"?: request.isUnsubscribe
            default: true
            }
        }
        return requests.firstIndex { isPossible($0) && $0.open == named }
            ?? requests.firstIndex { isPossible($0) && !$0.open.isDisjoint(with: named) }
    }

    private mutating func leftTopics(_ request: Request, _ answer: SubscriptionAnswer) -> Outcome {
        // One that the server cannot take out of a subscription is not subscribed to either.
        let done = Set((answer.accepted + answer.refused).filter { leaving[$0] == request.id })
        for name in done { leaving[name] = nil }
        settle(accepted: done, refused: [], isUnsubscribe: true)
        return Outcome(request: request.id)
    }

    private mutating func gotTopics(_ request: Request, _ answer: SubscriptionAnswer) -> Outcome {
        var outcome = Outcome(request: request.id)
        for name in answer.accepted where topics[name]?.request == request.id {
            topics[name]?.status = .acknowledged
            outcome.accepted.append(name)
        }
        for name in answer.refused where topics[name]?.request == request.id {
            topics[name] = nil
            outcome.refused.append(name)
        }
        settle(accepted: Set(outcome.accepted), refused: Set(outcome.refused), isUnsubscribe: false)
        return outcome
    }

    /// A server application may put a client into a topic by itself, or take it out.
    private mutating func spoke(_ answer: SubscriptionAnswer) -> Outcome {
        guard answer.action != "unsubscribe" else { return Outcome() }
        for name in answer.accepted where topics[name] != nil {
            topics[name]?.status = .acknowledged
        }
        settle(
            accepted: Set(answer.accepted.filter { topics[$0] != nil }), refused: [], isUnsubscribe: false)
        return Outcome()
    }

    // MARK: Callers

    private mutating func settle(accepted: Set<String>, refused: Set<String>, isUnsubscribe: Bool) {
        for index in waiters.indices where waiters[index].isUnsubscribe == isUnsubscribe {
            waiters[index].result.accepted.formUnion(waiters[index].open.intersection(accepted))
            waiters[index].result.refused.formUnion(waiters[index].open.intersection(refused))
            waiters[index].open.subtract(accepted)
            waiters[index].open.subtract(refused)
        }
    }

    func isWaiting(_ request: RequestID) -> Bool {
        waiters.contains { $0.id == request }
    }

    /// The callers who have all their answers.
    mutating func takeResolved() -> [(RequestID, SubscriptionResult)] {
        guard waiters.contains(where: \.open.isEmpty) else { return [] }
        let done = waiters.filter(\.open.isEmpty).map { ($0.id, $0.result) }
        waiters.removeAll(where: \.open.isEmpty)
        return done
    }

    /// Ends the waiting of one caller; topics without an answer are reported as pending, and may be asked for again.
    mutating func giveUp(_ request: RequestID) -> SubscriptionResult? {
        guard let index = waiters.firstIndex(where: { $0.id == request }) else { return nil }
        var waiter = waiters.remove(at: index)
        waiter.result.pending.formUnion(waiter.open)
        if !waiter.isUnsubscribe {
            for name in waiter.open where topics[name]?.status == .pending { topics[name]?.status = .wanted }
        }
        return waiter.result
    }

    /// Ends the waiting of all callers.
    mutating func giveUpAll() -> [(RequestID, SubscriptionResult)] {
        waiters.map(\.id).compactMap { id in giveUp(id).map { (id, $0) } }
    }
}
