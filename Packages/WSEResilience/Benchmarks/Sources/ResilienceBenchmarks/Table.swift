/// A table of numbers on standard output, as Markdown.
struct Table {
    let title: String
    let columns: [String]

    init(_ title: String, columns: [String]) {
        self.title = title
        self.columns = columns
        print("\n### \(title)\n")
        print("| " + columns.joined(separator: " | ") + " |")
        print("|" + columns.map { _ in "---:|" }.joined())
    }

    func row(_ label: String, _ values: [Double]) {
        print("| " + ([label] + values.map(Table.format)).joined(separator: " | ") + " |")
    }

    static func format(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return value < 100 ? "\(tenths / 10).\(tenths % 10)" : "\(Int(value.rounded()))"
    }
}

func grouped(_ number: Int) -> String {
    var digits = String(number)
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
    }
    return ([digits] + groups).joined(separator: ",")
}
