internal import Synchronization
internal import WSEClient

/// Writes to a file up to where topics were shown: each second in which something came, and at the end.
final class PositionKeeper: Sendable {
    private struct State {
        var saved: SavedPositions
        /// The last event of each topic that this run has dealt with.
        var last: [InternedString: RecoveryStamp] = [:]
        var isSaved = false

        /// What the client says, and beyond it what was shown: the client counts an event as handed over once its own
        /// thread is done with that, which may be a moment later.
        var reached: SavedPositions {
            var reached = saved
            for (topic, stamp) in last { reached.advance(topic.string, to: stamp) }
            return reached
        }
    }

    private let file: OutputFile
    private let state: Mutex<State>

    /// A process that is killed shows what came since then once more.
    private static let interval = Duration.seconds(1)

    init(file: OutputFile, from saved: SavedPositions) {
        self.file = file
        state = Mutex(State(saved: saved))
    }

    /// An event was shown, or is not to be shown.
    func passed(_ event: WSEEvent) {
        guard let stamp = event.stamp else { return }
        state.withLock { state in
            state.last[stamp.topic] = stamp
            state.isSaved = false
        }
    }

    /// Saves now and then until the task is cancelled.
    ///
    /// - Parameter positions: What the client knows before it has handed over anything. Later it is ahead of what was
    ///   shown, by the event that is being shown.
    /// - Throws: ``ToolError`` if the file cannot be written any more.
    func keepSaving(from positions: [String: TopicPosition]) async throws(ToolError) {
        state.withLock { $0.saved.positions.merge(positions) { _, new in new } }
        repeat {
            try save()
        } while (try? await Task.sleep(for: Self.interval)) != nil
    }

    /// Saves for the last time.
    ///
    /// - Parameters:
    ///   - positions: What the client knows when nothing is being shown any more. Topics that are silent keep their
    ///     places, or have those that the server has told.
    ///   - event: One that was handed over but could not be shown, and comes again after a resume.
    func finish(with positions: [String: TopicPosition], without event: WSEEvent? = nil) throws(ToolError) {
        state.withLock { state in
            state.saved.positions.merge(positions) { _, new in new }
            if let event {
                state.saved = state.reached
                state.last = [:]
                state.saved.holdBack(event)
            }
            state.isSaved = false
        }
        try save()
    }

    private func save() throws(ToolError) {
        let reached = state.withLock { state -> SavedPositions? in
            guard !state.isSaved else { return nil }
            state.isSaved = true
            return state.reached
        }
        if let reached { try reached.write(to: file) }
    }
}
