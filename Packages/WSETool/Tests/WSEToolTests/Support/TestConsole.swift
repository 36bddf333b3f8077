@testable import WSEToolKit

/// A console of a test's own: what comes out of it, and what goes in.
struct TestConsole {
    let output = MemorySink()
    let diagnostics = MemorySink()
    var console: Console

    init(
        input: [UInt8] = [], environment: [String: String] = [:], isTerminal: Bool = false,
        isColored: Bool = false, isDiagnosticsTerminal: Bool = false, size: TerminalSize? = nil
    ) {
        console = Console(
            output: output, diagnostics: diagnostics, isOutputTerminal: isTerminal,
            isDiagnosticsTerminal: isDiagnosticsTerminal,
            outputStyle: TextStyle(isColored: isColored), environment: environment,
            readInput: { () throws(ToolError) in input }, size: { size })
    }

    init(input: String, environment: [String: String] = [:], isTerminal: Bool = false) {
        self.init(input: Array(input.utf8), environment: environment, isTerminal: isTerminal)
    }
}

/// An interruption that comes when the test says so.
struct TestInterruption {
    let interruption: Interruption
    private let continuation: AsyncStream<Int32>.Continuation

    init() {
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        interruption = Interruption(signals: stream)
        self.continuation = continuation
    }

    func send(_ signal: Int32) { continuation.yield(signal) }
}
