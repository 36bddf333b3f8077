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

    func count() { shown += 1 }

    /// Whether the last that was asked for was shown.
    var isComplete: Bool { limit.map { shown >= $0 } ?? false }
}
