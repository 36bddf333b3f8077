import Terminal
import WSEClient

/// Shows the scoreboard: a table that stays in place on a terminal, a line a second elsewhere.
struct Screen {
    private let isLive = canDraw()

    func begin(_ url: String) throws {
        try show("wse-swift demo · server \(url) · \(isLive ? "live" : "one line a second")")
    }

    /// Shows how it goes until the events end.
    func draw(_ board: Scoreboard, _ client: WSEClient) async throws {
        let interval = isLive ? Duration.milliseconds(250) : .seconds(1)
        var isFirst = true
        while !(await board.isOver) {
            try await Task.sleep(for: interval)
            let rates = await board.takeRates()
            let state = client.state
            if isLive {
                try drawTable(rates, state, per: interval, isFirst: isFirst)
                isFirst = false
            } else {
                let values = rates.map { "\($0.row.topic) \(brief($0.row.last))" }
                let fresh = rates.reduce(0) { $0 + $1.fresh }
                try show("\(pad("\(state)", 12)) \(pad("\(fresh)/s", 7)) \(values.joined(separator: "  "))")
            }
        }
    }

    private func drawTable(
        _ rates: [(row: Scoreboard.Row, fresh: Int)], _ state: ConnectionState, per interval: Duration,
        isFirst: Bool
    ) throws {
        var text = isFirst ? "" : "\u{1B}[\(rates.count + 1)A"
        let colour = state == .connected ? "32" : "33"
        text += "\u{1B}[2K\u{1B}[1;\(colour)m\(state)\u{1B}[0m\n"
        for (row, fresh) in rates {
            let rate = Int(Double(fresh) / (interval / .seconds(1)))
            text +=
                "\u{1B}[2K  \(pad(row.topic, 20)) \(pad("\(rate)/s", 8)) #\(pad("\(row.count)", 7)) \(brief(row.last))\n"
        }
        try Terminal.draw(text)
    }

    /// The value people look for first, and its unit.
    private func brief(_ payload: WSEValue) -> String {
        if let price = payload["price"] { return "\(payload["side"]?.stringValue ?? "") \(price)" }
        if let celsius = payload["celsius"] { return "\(celsius) °C" }
        if let cpu = payload["cpu"]?.doubleValue { return "\(Int(cpu * 100)) % cpu" }
        return payload.isNull ? "-" : "\(payload)"
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// Prints the end and says whether all is well.
    func summarise(_ board: Scoreboard, _ statistics: WSEStatistics, published: UInt64) async throws -> Bool {
        let received = UInt64(await board.total)
        let lost = published - min(received, published)
        let duplicates = await board.duplicates
        let holes = await board.outOfOrder
        let gaps = await board.gaps.count
        for line in [
            "", "published    \(published)", "received     \(received)",
            "reconnects   \(statistics.reconnects)", "gaps         \(gaps) announced, \(holes) seen",
            "lost         \(lost)",
            "duplicates   \(duplicates) delivered, \(statistics.duplicates) recognised and dropped",
        ] { try show(line) }
        let isClean =
            received > 0 && statistics.reconnects == 1 && lost == 0 && duplicates == 0 && gaps == 0
            && holes == 0
        try show(isClean ? "all of it, once and in order" : "NOT as it should be")
        return isClean
    }
}
