/// What a run found: a line of JSON for the script that compares runs.
struct Report {
    private var fields: [(name: String, value: String)] = []

    mutating func add(_ name: String, _ value: Double) { fields.append((name, "\(value)")) }

    mutating func add(_ name: String, _ value: Int) { fields.append((name, "\(value)")) }

    static func times(_ durations: [Duration]) -> Report {
        let seconds = durations.map(\.inSeconds).sorted()
        var report = Report()
        for (name, fraction) in [("p50", 0.5), ("p99", 0.99)] where !seconds.isEmpty {
            report.add(name, seconds[min(seconds.count - 1, Int(Double(seconds.count) * fraction))])
        }
        report.add("count", seconds.count)
        return report
    }

    func print() {
        Swift.print("{\(fields.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ","))}")
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

/// The work was not done as it must be, so its time means nothing.
struct Broken: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}

func check(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw Broken(message()) }
}

/// Keeps the optimiser from dropping a result that nobody reads.
@inline(never)
func consume<Value: ~Copyable>(_ value: borrowing Value) {}
