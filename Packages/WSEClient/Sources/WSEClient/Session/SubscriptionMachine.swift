import WSEWire

/// Which topics are wanted, and what the server said about each. Knows no connection and no time.
struct SubscriptionMachine {
    enum Status: Sendable, Hashable {
        /// Wanted, not asked for on this connection.
        case wanted
        /// Asked for, no answer yet.
        case pending
        /// Confirmed by the server on this connection.
        case acknowledged
    }

    private struct Waiter {
        var id: RequestID
        var open: Set<String>
        var result = SubscriptionResult()
    }

    /// Wanted topics; refused and unsubscribed ones are gone.
    private(set) var topics: [String: Status] = [:]
    /// Topics of unsubscribe messages without an answer.
    private(set) var leaving: Set<String> = []
    private var waiters: [Waiter] = []

    var acknowledged: Set<String> { Set(topics.filter { $0.value == .acknowledged }.keys) }
    var wanted: Set<String> { Set(topics.keys) }
    var isComplete: Bool { topics.values.allSatisfy { $0 == .acknowledged } }

    /// Notes topics as wanted, and a caller who waits for the server's answer.
    ///
    /// - Returns: The topics to ask for if there is a connection.
    mutating func subscribe(_ names: [String], request: RequestID?) -> [String] {
        let fresh = names.filter { topics[$0] == nil || topics[$0] == .wanted }
        for name in fresh {
            topics[name] = .wanted
            leaving.remove(name)
        }
        guard let request else { return fresh }
        let acknowledged = names.filter { topics[$0] == .acknowledged }
        waiters.append(
            Waiter(
                id: request, open: Set(names).subtracting(acknowledged),
                result: SubscriptionResult(accepted: Set(acknowledged))))
        return fresh
    }

    /// Notes topics as no longer wanted.
    ///
    /// - Returns: The topics to tell the server about if there is a connection.
    mutating func unsubscribe(_ names: [String], request: RequestID) -> [String] {
        let known = names.filter { topics[$0] != nil }
        let told = known.filter { topics[$0] != .wanted }
        for name in known { topics[name] = nil }
        leaving.formUnion(told)
        waiters.append(
            Waiter(
                id: request, open: Set(told),
                result: SubscriptionResult(accepted: Set(names).subtracting(told))))
        return told
    }

    mutating func sent(_ names: [String]) {
        for name in names where topics[name] != nil { topics[name] = .pending }
    }

    /// All topics to ask for on a new connection; what was confirmed on the old one no longer counts.
    mutating func connectionLost() {
        for name in topics.keys { topics[name] = .wanted }
        // The server forgot this client, which is what unsubscribing asked for.
        let left = leaving
        leaving = []
        settle(accepted: left, refused: [])
    }

    /// Takes the server's answer in.
    mutating func answered(_ answer: SubscriptionAnswer) {
        let isUnsubscribe = answer.action == "unsubscribe"
        for name in answer.accepted {
            if leaving.remove(name) == nil, !isUnsubscribe, topics[name] != nil {
                topics[name] = .acknowledged
            }
        }
        for name in answer.refused {
            if leaving.remove(name) == nil, !isUnsubscribe { topics[name] = nil }
        }
        settle(accepted: Set(answer.accepted), refused: Set(answer.refused))
    }

    private mutating func settle(accepted: Set<String>, refused: Set<String>) {
        for index in waiters.indices {
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

    /// Ends the waiting of one caller; topics without an answer are reported as pending.
    mutating func giveUp(_ request: RequestID) -> SubscriptionResult? {
        guard let index = waiters.firstIndex(where: { $0.id == request }) else { return nil }
        var waiter = waiters.remove(at: index)
        waiter.result.pending = waiter.open
        return waiter.result
    }

    /// Ends the waiting of all callers.
    mutating func giveUpAll() -> [(RequestID, SubscriptionResult)] {
        waiters.map(\.id).compactMap { id in giveUp(id).map { (id, $0) } }
    }
}
