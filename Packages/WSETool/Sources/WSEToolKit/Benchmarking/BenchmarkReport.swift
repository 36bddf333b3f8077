/// What a benchmark found.
struct BenchmarkReport: Sendable {
    /// Events that flowed after the first one.
    struct Flow: Sendable {
        var events = 0
        var bytes = 0
        var duration = Duration.zero

        var perSecond: Double { duration > .zero ? Double(events) / duration.inSeconds : 0 }
        var bytesPerSecond: Double { duration > .zero ? Double(bytes) / duration.inSeconds : 0 }
    }

    var connects = LatencySummary([])
    var requests = LatencySummary([])
    var requestDuration = Duration.zero
    var concurrency = 1
    var flow: Flow?

    private var requestsPerSecond: Double {
        requestDuration > .zero ? Double(requests.count) / requestDuration.inSeconds : 0
    }

    func lines(_ style: TextStyle) -> [String] {
        var lines: [String] = []
        if connects.count > 0 { lines.append(row("connect", connects, style)) }
        if requests.count > 0 {
            lines.append(row("round trip", requests, style))
            lines.append(
                "".padded(to: 12)
                    + "\(Int(requestsPerSecond.rounded()).grouped) per second, \(concurrency) at a time")
        }
        if let flow {
            lines.append(
                style.bold("events".padded(to: 12))
                    + "\(flow.events.grouped) in \(flow.duration.shown): "
                    + "\(Int(flow.perSecond.rounded()).grouped) per second, "
                    + "\(Int(flow.bytesPerSecond.rounded()).byteSize) per second")
        }
        return lines
    }

    private func row(_ name: String, _ summary: LatencySummary, _ style: TextStyle) -> String {
        let shares = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)].map { name, share in
            "\(name) \((summary.percentile(share) ?? .zero).shown)"
        }
        return style.bold(name.padded(to: 12))
            + "\(summary.count.grouped) times: " + shares.joined(separator: ", ")
            + ", worst \((summary.greatest ?? .zero).shown)"
    }

    func json() -> [UInt8] {
        var writer = JSONWriter()
        add(connects, to: &writer, "connect_ms")
        if requests.count > 0 {
            add(requests, to: &writer, "round_trip_ms")
            writer.add("requests_per_second", requestsPerSecond, digits: 1)
            writer.add("concurrency", concurrency)
        }
        if let flow {
            writer.add("events", flow.events)
            writer.add("events_per_second", flow.perSecond, digits: 1)
            writer.add("bytes_per_second", flow.bytesPerSecond, digits: 0)
        }
        return writer.line()
    }

    private func add(_ summary: LatencySummary, to writer: inout JSONWriter, _ key: StaticString) {
        guard summary.count > 0 else { return }
        var inner = JSONWriter()
        inner.add("count", summary.count)
        inner.add("min", milliseconds: summary.least)
        inner.add("mean", milliseconds: summary.mean)
        inner.add("p50", milliseconds: summary.percentile(0.5))
        inner.add("p90", milliseconds: summary.percentile(0.9))
        inner.add("p99", milliseconds: summary.percentile(0.99))
        inner.add("max", milliseconds: summary.greatest)
        let text = Array(inner.text().utf8)
        writer.add(key, json: text.span.bytes)
    }
}
