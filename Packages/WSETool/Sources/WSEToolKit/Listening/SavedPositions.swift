internal import WSEClient

/// Up to where topics were shown, in a file: `{"server":…,"positions":{TOPIC:{"epoch":…,"offset":…}}}`.
struct SavedPositions: Sendable, Hashable {
    /// The server whose histories they count in; its URL without the values of its query.
    var server: String
    var positions: [String: TopicPosition]

    init(server: String, positions: [String: TopicPosition] = [:]) {
        self.server = server
        self.positions = positions
    }

    /// - Returns: `nil` if there is no such file.
    /// - Throws: ``ToolError`` with status `noInput` if it cannot be read and `dataError` if it holds something else.
    init?(path: String) throws(ToolError) {
        guard InputFile.exists(path) else { return nil }
        let bytes = try InputFile.path(path).read()
        func wrong(_ reason: String) -> ToolError {
            ToolError(
                .dataError, "\(path) holds no positions of wse listen: \(reason)",
                advice: "it is left as it is; remove it to begin anew, or name another file with --save")
        }
        guard !bytes.isEmpty else { throw wrong("it is empty") }
        let value: WSEValue
        do {
            value = try WSEValue(
                json: bytes.span.bytes, limits: WireLimits(maximumMessageSize: InputFile.limit))
        } catch {
            throw wrong("it is not JSON: \(error)")
        }
        guard let server = value["server"]?.stringValue, let members = value["positions"]?.objectValue
        else { throw wrong("it has no server and positions") }
        self.server = server
        positions = [:]
        for (topic, position) in members {
            guard let epoch = position["epoch"]?.stringValue, let offset = position["offset"]?.uintValue
            else { throw wrong("the place of \(topic.shown) has no epoch and offset") }
            positions[topic] = TopicPosition(epoch: epoch, offset: offset)
        }
    }

    /// - Throws: ``ToolError`` with status `cannotCreate`; the file is as it was then.
    func write(to file: OutputFile) throws(ToolError) {
        let members = positions.mapValues { position -> WSEValue in
            ["epoch": .string(position.epoch), "offset": WSEValue(position.offset)]
        }
        let value: WSEValue = ["server": .string(server), "positions": .object(members)]
        // Text and integers can always be written.
        let text = ((try? value.jsonText()) ?? "{}") + "\n"
        try file.write(Array(text.utf8))
    }

    /// Notes an event that was dealt with. Events of a topic come in order, so a position in the same epoch only moves
    /// on, and one of another epoch is replaced.
    mutating func advance(_ topic: String, to stamp: RecoveryStamp) {
        let epoch = stamp.epoch.string
        if let known = positions[topic], known.epoch == epoch, known.offset >= stamp.offset { return }
        positions[topic] = TopicPosition(epoch: epoch, offset: stamp.offset)
    }

    /// Takes back an event that was handed over but could not be shown.
    mutating func holdBack(_ event: WSEEvent) {
        guard let stamp = event.stamp, let known = positions[stamp.topic.string],
            known.epoch == stamp.epoch.string, known.offset >= stamp.offset
        else { return }
        positions[stamp.topic.string] =
            stamp.offset == 0 ? nil : TopicPosition(epoch: known.epoch, offset: stamp.offset - 1)
    }
}
