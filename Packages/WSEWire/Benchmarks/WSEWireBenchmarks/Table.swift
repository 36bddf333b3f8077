import Foundation

/// One line per operation and size; columns are aligned for reading in a terminal.
struct Table {
    private var rows: [[String]] = [["operation", "size", "here", "peer", "peer's time", "ratio"]]

    mutating func add(
        _ operation: String, _ size: String, _ own: Measurement, _ peer: String? = nil,
        _ other: Measurement? = nil
    ) {
        rows.append([
            operation, size, Table.text(own.seconds), peer ?? "",
            other.map { Table.text($0.seconds) } ?? "",
            other.map { String(format: "%.1fx", $0.seconds / own.seconds) } ?? "",
        ])
    }

    private static func text(_ seconds: Double) -> String {
        String(format: "%.3f µs", seconds * 1e6)
    }

    func print() {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let cells = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
            Swift.print(cells.joined(separator: "  "))
        }
    }
}
