import WSEClient

/// What arrived, counted by the demo itself and not by the client it checks.
actor Scoreboard {
    struct Row {
        var topic: String
        var count = 0
        var countBefore = 0
        var last: WSEValue = .null
        var offset: UInt64?
    }

    private(set) var rows: [Row]
    private(set) var duplicates = 0
    private(set) var outOfOrder = 0
    private(set) var gaps: [WSEGap] = []
    private(set) var isOver = false
    private var waiter: (goal: [String: UInt64], continuation: CheckedContinuation<Void, Never>)?

    init(topics: [String]) {
        rows = topics.map { Row(topic: $0) }
    }

    /// Takes the client's events until they end.
    func watch(_ client: WSEClient) async throws {
        defer {
            isOver = true
            giveUp()
        }
        for try await event in client.events { record(event) }
    }

    /// Takes note of announced holes until the client is disconnected.
    func listen(to signals: AsyncStream<WSESignal>) async {
        for await signal in signals {
            if case .gap(let gap) = signal { gaps.append(gap) }
            if case .state(.disconnected) = signal { break }
        }
    }

    private func record(_ event: WSEEvent) {
        guard let stamp = event.stamp, let index = rows.firstIndex(where: { $0.topic == stamp.topic.string })
        else {
            return
        }
        if let last = rows[index].offset {
            if stamp.offset <= last { duplicates += 1 }
            if stamp.offset > last + 1 { outOfOrder += 1 }
        }
        rows[index].offset = max(stamp.offset, rows[index].offset ?? 0)
        rows[index].count += 1
        rows[index].last = event.payload.value
        if let waiter, reaches(waiter.goal) {
            waiter.continuation.resume()
            self.waiter = nil
        }
    }

    /// Ends the waiting for what is still missing.
    func giveUp() {
        waiter?.continuation.resume()
        waiter = nil
    }

    /// Waits until every topic has come as far as the server has.
    func waitUntilComplete(_ goal: [(topic: String, offset: UInt64)]) async {
        let goal = Dictionary(uniqueKeysWithValues: goal.map { ($0.topic, $0.offset) })
        if isOver || reaches(goal) { return }
        await withCheckedContinuation { waiter = (goal, $0) }
    }

    private func reaches(_ goal: [String: UInt64]) -> Bool {
        rows.allSatisfy { row in goal[row.topic].map { $0 <= row.offset ?? 0 } ?? true }
    }

    var total: Int { rows.reduce(0) { $0 + $1.count } }

    /// The rows, and for each how many events came since the last call.
    func takeRates() -> [(row: Row, fresh: Int)] {
        rows.indices.map { index in
            let fresh = rows[index].count - rows[index].countBefore
            rows[index].countBefore = rows[index].count
            return (rows[index], fresh)
        }
    }
}
