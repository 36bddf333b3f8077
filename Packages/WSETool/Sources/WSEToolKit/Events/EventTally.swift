internal import WSEWire

/// How many events of each topic and type there were.
struct EventTally: Sendable {
    private struct Kind: Hashable {
        var topic: InternedString?
        var type: InternedString
    }

    private var counts: [Kind: Int] = [:]
    private(set) var total = 0

    mutating func record(_ event: WSEEvent) {
        counts[
            Kind(
                topic: event.stamp?.topic ?? event.topic.map { InternedString($0) }, type: event.internedType),
            default: 0] += 1
        total += 1
    }

    /// Topic, type and count, the most frequent first.
    var rows: [(topic: String?, type: String, count: Int)] {
        counts.map { ($0.topic?.string, $0.type.string, $1) }
            .sorted { ($1.count, $0.topic ?? "", $0.type) < ($0.count, $1.topic ?? "", $1.type) }
    }

    /// A table for people.
    func lines(_ style: TextStyle) -> [String] {
        let rows = rows
        let width = max(9, rows.map { $0.count.grouped.count }.max() ?? 0)
        let topicWidth = max(5, rows.map { ($0.topic ?? "-").shown.columns }.max() ?? 0)
        let head = style.bold("count".aligned(to: width) + "  " + "topic".padded(to: topicWidth) + "  type")
        return [head]
            + rows.map {
                $0.count.grouped.aligned(to: width) + "  "
                    + ($0.topic ?? "-").shown.padded(to: topicWidth) + "  " + $0.type.shown
            } + ["\(total.grouped.aligned(to: width))  in all"]
    }

    /// A line of JSON for each topic and type.
    func write(to console: Console) throws(ToolError) {
        for row in rows {
            var writer = JSONWriter()
            writer.add("topic", row.topic)
            writer.add("type", row.type)
            writer.add("count", row.count)
            try console.writeJSON(writer.line())
        }
    }
}
