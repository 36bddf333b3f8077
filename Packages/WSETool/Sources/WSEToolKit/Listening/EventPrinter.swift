internal import WSEWire

/// Writes events to the output.
struct EventPrinter {
    let console: Console
    let isPretty: Bool
    let isFull: Bool

    func show(_ event: WSEEvent) throws(ToolError) {
        guard isPretty else { return try console.writeJSON(EventJSON.line(event)) }
        let columns = isFull ? nil : console.size()?.columns
        try console.print(EventLine(style: console.outputStyle, columns: columns).text(event))
    }

    func show(_ tally: EventTally) throws(ToolError) {
        guard isPretty else { return try tally.write(to: console) }
        for line in tally.lines(console.outputStyle) { try console.print(line) }
    }
}
