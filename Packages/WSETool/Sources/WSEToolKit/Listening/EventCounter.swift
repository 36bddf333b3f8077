/// Counts what was shown, up to a limit. Belongs to the one task that shows.
final class EventCounter {
    private let limit: Int?
    private var shown = 0
    var tally = EventTally()
    /// Whether there was a connection.
    var hasBegun = false

    init(limit: Int?) {
        self.limit = limit
    }

    /// Counts one more; whether it was the last that was asked for.
    func countsLast() -> Bool {
        shown += 1
        return isComplete
    }

    var isComplete: Bool { limit.map { shown >= $0 } ?? false }
}
