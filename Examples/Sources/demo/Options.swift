/// How long and how fast the demo runs.
struct Options {
    var duration = Duration.seconds(10)
    /// Events per second.
    var rate = 500.0

    /// Events in all.
    var count: Int { Int(duration / .seconds(1) * rate) }

    init(_ arguments: [String]) {
        if arguments.contains("--quick") { duration = .seconds(4) }
    }
}
