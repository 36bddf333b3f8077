/// What clients sent, newest last, as far back as there is room, and what of it was already handed out.
struct Recording: Sendable {
    private struct Entry: Sendable {
        let message: ReceivedMessage
        var isTaken = false
    }

    let capacity: Int
    /// The most that the kept messages' frames may add up to.
    let byteLimit: Int
    private(set) var total = 0
    private var entries: [Entry] = []
    private var byteCount = 0
    /// Everything before it has been taken.
    private var firstFresh = 0

    init(capacity: Int, byteLimit: Int) {
        self.capacity = max(1, capacity)
        self.byteLimit = byteLimit
    }

    var messages: [ReceivedMessage] { entries.suffix(capacity).map(\.message) }

    mutating func append(make: (_ index: Int) -> ReceivedMessage) -> ReceivedMessage {
        let message = make(total)
        total += 1
        entries.append(Entry(message: message))
        byteCount += message.bytes.count
        // Twice the room, so that making room costs little per message.
        if entries.count >= 2 * capacity { removeFirst(entries.count - capacity) }
        if byteCount > byteLimit, entries.count > 1 { removeFirst(entries.count / 2) }
        return message
    }

    private mutating func removeFirst(_ count: Int) {
        byteCount -= entries[..<count].reduce(0) { $0 + $1.message.bytes.count }
        entries.removeFirst(count)
        firstFresh = max(0, firstFresh - count)
    }

    /// The messages from an index on that were not taken, oldest first.
    func fresh(from index: Int) -> [ReceivedMessage] {
        guard let oldest = entries.first?.message.index else { return [] }
        return entries.dropFirst(max(firstFresh, index - oldest)).filter { !$0.isTaken }.map(\.message)
    }

    /// Takes a message unless it was taken before or is not kept any more.
    mutating func take(_ index: Int) -> Bool {
        guard let oldest = entries.first?.message.index, entries.indices.contains(index - oldest),
            !entries[index - oldest].isTaken
        else { return false }
        entries[index - oldest].isTaken = true
        while firstFresh < entries.count, entries[firstFresh].isTaken { firstFresh += 1 }
        return true
    }

    /// Forgets all messages, but not how many there were.
    mutating func clear() {
        entries.removeAll()
        (firstFresh, byteCount) = (0, 0)
    }
}
