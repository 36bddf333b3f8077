internal import WSEClient

/// A ``TopModel`` as lines of a screen, or as a line of JSON.
struct TopScreen {
    let style: TextStyle

    func lines(_ model: TopModel, _ size: TerminalSize?) -> [String] {
        guard let statistics = model.statistics else { return ["\(model.url)  …"] }
        var lines = head(model, statistics) + [""]
        let rows = model.busiest
        let names = rows.map { $0.name.isEmpty ? "(no topic)" : $0.name.shown }
        let nameWidth = min(40, max(10, names.map(\.columns).max() ?? 0))
        lines.append(
            style.bold(
                "topic".padded(to: nameWidth) + "events/s".aligned(to: 12) + "total".aligned(to: 12)
                    + "offset".aligned(to: 12) + "  last type"))
        let room = size.map { max(1, $0.rows - lines.count - model.notices.count - 3) } ?? rows.count
        for (row, name) in zip(rows, names).prefix(room) {
            lines.append(
                name.clipped(to: nameWidth).padded(to: nameWidth)
                    + row.rate.perSecond.fixed(1).aligned(to: 12) + row.count.grouped.aligned(to: 12)
                    + (row.offset.map { "\($0)" } ?? "-").aligned(to: 12) + "  " + row.lastType.shown)
        }
        if rows.count > room { lines.append(style.dim("and \(rows.count - room) more")) }
        if !model.notices.isEmpty {
            lines.append("")
            lines += model.notices.map { style.yellow("· " + $0.shown) }
        }
        return lines
    }

    private func head(_ model: TopModel, _ statistics: WSEStatistics) -> [String] {
        let state = statistics.state.rawValue
        let isGood = statistics.state == .connected
        let network = statistics.network
        let latency = model.latency
        let percentiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)].map { name, share in
            "\(name) \(latency.percentile(share)?.shown ?? "-")"
        }
        let losses =
            "dropped \(statistics.dropped.grouped)   missed \(statistics.missed.grouped)   "
            + "duplicates \(statistics.duplicates.grouped)   unreadable \(statistics.unreadable.grouped)"
        let isLossy = statistics.dropped + statistics.missed + statistics.unreadable > 0
        return [
            "\(style.bold(model.url))   \(isGood ? style.green(state) : style.red(state))"
                + "   server \(statistics.serverVersion?.shown ?? "-")   \(Int(model.age.inSeconds)) s",
            "in          \(model.events.perSecond.fixed(1)) events/s, "
                + "\(Int(model.bytesIn.perSecond).byteSize)/s; "
                + "\(model.eventCount.grouped) events, \(statistics.queuedEvents.grouped) waiting",
            "out         \(model.messagesOut.perSecond.fixed(1)) messages/s, "
                + "\(Int(model.bytesOut.perSecond).byteSize)/s",
            "round trip  \(percentiles.joined(separator: ", ")) of \(latency.count)",
            "link        \(network.quality.rawValue), jitter \(network.jitter.shown), "
                + "loss \((100 * network.loss).fixed(1)) %, reconnects \(statistics.reconnects.grouped)",
            "losses      " + (isLossy ? style.red(losses) : losses),
        ]
    }

    static func json(_ model: TopModel) -> [UInt8] {
        var writer = JSONWriter()
        guard let statistics = model.statistics else { return writer.line() }
        writer.add("seconds", model.age.inSeconds, digits: 3)
        writer.add("state", statistics.state.rawValue)
        writer.add("server_version", statistics.serverVersion)
        writer.add("events", model.eventCount)
        writer.add("events_per_second", model.events.perSecond, digits: 1)
        writer.add("bytes_per_second", model.bytesIn.perSecond, digits: 0)
        writer.add("messages_out_per_second", model.messagesOut.perSecond, digits: 1)
        let latency = model.latency
        writer.add("round_trip_p50_ms", milliseconds: latency.percentile(0.5))
        writer.add("round_trip_p90_ms", milliseconds: latency.percentile(0.9))
        writer.add("round_trip_p99_ms", milliseconds: latency.percentile(0.99))
        writer.add("quality", statistics.network.quality.rawValue)
        writer.add("jitter_ms", milliseconds: statistics.network.jitter)
        writer.add("loss", statistics.network.loss, digits: 4)
        writer.add("dropped", statistics.dropped)
        writer.add("missed", statistics.missed)
        writer.add("duplicates", statistics.duplicates)
        writer.add("unreadable", statistics.unreadable)
        writer.add("reconnects", statistics.reconnects)
        writer.add("waiting", statistics.queuedEvents)
        return writer.line()
    }
}
