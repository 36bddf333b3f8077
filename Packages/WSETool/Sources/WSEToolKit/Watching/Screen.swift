/// Draws frames over each other on a terminal's second screen, so that what was there before comes back.
struct Screen {
    let output: any ByteSink

    func open() throws(ToolError) { try write("\u{1B}[?1049h\u{1B}[?25l") }

    /// Overwrites line by line, as clearing first would flicker.
    func draw(_ lines: [String], _ size: TerminalSize?) throws(ToolError) {
        let shown = lines.prefix(size.map { max(1, $0.rows - 1) } ?? lines.count)
        try write(
            "\u{1B}[H" + shown.map { $0.clippedVisibly(to: size?.columns) + "\u{1B}[K\r\n" }.joined()
                + "\u{1B}[J")
    }

    func close() { try? write("\u{1B}[?25h\u{1B}[?1049l") }

    private func write(_ text: String) throws(ToolError) { try output.write(Array(text.utf8)) }
}
