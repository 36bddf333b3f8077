/// What clients sent, newest last, as far back as there is room, and what of it was already handed out.
struct Recording: Sendable {
    private struct Entry: Sendable {
        let message: ReceivedMessage
        var isTaken = false
    }

    let capacity: Int
    private(set) var total = 0
    private var entries: [Entry] = []
    /// Everything before it has been taken.
    private var firstFresh = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var messages: [ReceivedMessage] { entries.suffix(capacity).map(\.message) }

    mutating func append(make: (_ index: Int) -> ReceivedMessage) -> ReceivedMessage {
        let message = make(total)
        total += 1
        entries.append(Entry(message: message))
        // Twice the room, so that making room costs little per message.
        if entries.count >= 2 * capacity {
            entries.removeFirst(entries.count - capacity)
            firstFresh = max(0, firstFresh - capacity)
        }
        return message
    }

    /// The oldest message that matches and was not taken before.
    mutating func take(where matches: (ReceivedMessage) -> Bool) -> ReceivedMessage? {
        while firstFresh < entries.count, entries[firstFresh].isTaken { firstFresh += 1 }
        for index in firstFresh..<entries.count where !entries[index].isTaken {
            guard matches(entries[index].message) else { continue }
            entries[index].isTaken = true
            return entries[index].message
        }
        return nil
    }

    /// Forgets all messages, but not how many there were.
    mutating func clear() {
        entries.removeAll()
        firstFresh = 0
    }
}
