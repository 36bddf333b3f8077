/// The connections that were upgraded, in order: all that are open, and as many that have ended as there is room for.
struct ConnectionLog: Sendable {
    let capacity: Int
    private(set) var total = 0
    private var entries: [ConnectionLink] = []
    /// The number of the first connection that was not handed out to a test.
    private var nextNumber = 1

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var links: [ConnectionLink] { entries }
    var open: [ConnectionLink] { entries.filter { !$0.isClosed } }

    mutating func append(_ link: ConnectionLink) {
        total += 1
        entries.append(link)
        guard entries.count >= 2 * capacity else { return }
        let ended = entries.filter(\.isClosed).dropLast(capacity)
        let forgotten = Set(ended.map(\.number))
        entries.removeAll { forgotten.contains($0.number) }
    }

    /// The oldest connection that was not handed out before.
    mutating func take() -> ConnectionLink? {
        guard let link = entries.first(where: { $0.number >= nextNumber }) else { return nil }
        nextNumber = link.number + 1
        return link
    }
}
