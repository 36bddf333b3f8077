internal import Logging
internal import WSEClient

/// What `--verbose` tells: a line for each message, on the diagnostics. Reasons and names in it come from the server, and
/// must not steer the terminal.
struct ConsoleLog: LogHandler {
    private let console: Console
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(console: Console, level: Logger.Level) {
        self.console = console
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let details = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let time = Timestamp.text(unixMilliseconds: SystemClock().unixMilliseconds())
        console.note(
            console.diagnosticsStyle.dim("\(time) \(event.level) ") + "\(event.message)\(details)".shown)
    }
}
