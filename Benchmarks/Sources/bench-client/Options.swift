import BenchmarkWork

/// `bench-client CONTESTANT [--name VALUE]…`
struct Options {
    var contestant = ""
    /// What the sender sends.
    var work = Work.stamped(topics: 1)
    var workName = "stamped"
    var port: UInt16 = 0
    /// Events before those that are timed.
    var warmUp = 0
    var count = 0
    /// Topics, streams or connections.
    var width = 1

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        contestant = rest.popFirst() ?? ""
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Broken("\(name) has no value") }
            switch name {
            case "--work": workName = value
            case "--port": port = UInt16(value) ?? 0
            case "--warm-up": warmUp = Int(value) ?? 0
            case "--count": count = Int(value) ?? 0
            case "--width": width = max(1, Int(value) ?? 1)
            default: throw Broken("unknown: \(name)")
            }
        }
        guard let work = Work(workName, topics: width) else { throw Broken("no such work: \(workName)") }
        self.work = work
    }

    var url: String { "ws://127.0.0.1:\(port)/wse" }
}
