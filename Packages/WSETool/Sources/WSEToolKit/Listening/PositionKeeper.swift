internal import WSEClient

/// Writes positions now and then, and at the end. Belongs to the one task that shows events.
final class PositionKeeper {
    private let path: String?
    private let client: WSEClient
    private var saved: SavedPositions
    /// The last event of each topic that this run has dealt with.
    private var last: [InternedString: RecoveryStamp] = [:]
    private var lastSave = ContinuousClock.now

    /// A process that is killed shows what came since then once more.
    private static let interval = Duration.seconds(1)

    init(path: String?, client: WSEClient, from saved: SavedPositions) {
        self.path = path
        self.client = client
        self.saved = saved
    }

    /// An event was shown, or is not to be shown.
    func passed(_ event: WSEEvent) throws(ToolError) {
        guard path != nil, let stamp = event.stamp else { return }
        last[stamp.topic] = stamp
        guard lastSave.duration(to: .now) >= Self.interval else { return }
        try save()
        lastSave = .now
    }

    /// - Parameter event: One that could not be shown, and comes again after a resume.
    func save(without event: WSEEvent? = nil) throws(ToolError) {
        guard let path else { return }
        // Topics that are silent so far keep their places, or have those that the server has told.
        saved.positions.merge(client.positions()) { _, new in new }
        // The client counts events as handed over once its own thread is done with that, which may be a moment later.
        for (topic, stamp) in last { saved.advance(topic.string, to: stamp) }
        if let event { saved.holdBack(event) }
        try saved.write(to: path)
    }
}
