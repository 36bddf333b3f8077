#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// What a command has of the world: two outputs, an input, the environment.
///
/// Results go to the output, everything else to the diagnostics, so that a pipe gets results only.
public struct Console: Sendable {
    public var output: any ByteSink
    public var diagnostics: any ByteSink
    /// Whether a person reads the output: then it is made for people.
    public var isOutputTerminal: Bool
    /// Whether a person reads the diagnostics: then a line there may be written over.
    public var isDiagnosticsTerminal: Bool
    public var outputStyle: TextStyle
    public var diagnosticsStyle: TextStyle
    public var environment: [String: String]
    private let input: StandardInput
    /// The size of the output's screen, which may change at any time.
    public var size: @Sendable () -> TerminalSize?

    public init(
        output: any ByteSink, diagnostics: any ByteSink, isOutputTerminal: Bool = false,
        isDiagnosticsTerminal: Bool = false, outputStyle: TextStyle = TextStyle(isColored: false),
        diagnosticsStyle: TextStyle = TextStyle(isColored: false), environment: [String: String] = [:],
        readInput: @escaping @Sendable () throws(ToolError) -> [UInt8] = { () throws(ToolError) in [] },
        size: @escaping @Sendable () -> TerminalSize? = { nil }
    ) {
        self.output = output
        self.diagnostics = diagnostics
        self.isOutputTerminal = isOutputTerminal
        self.isDiagnosticsTerminal = isDiagnosticsTerminal
        self.outputStyle = outputStyle
        self.diagnosticsStyle = diagnosticsStyle
        self.environment = environment
        input = StandardInput(readInput)
        self.size = size
    }

    /// Those of the process, whose outputs are not waited for once it is interrupted.
    public static func process(environment: [String: String], _ interruption: Interruption) -> Console {
        // A reader that has gone shall be an error of `write`, not the end of the process in the middle of things.
        signal(SIGPIPE, SIG_IGN)
        let isOutputTerminal = isatty(STDOUT_FILENO) == 1
        let isDiagnosticsTerminal = isatty(STDERR_FILENO) == 1
        return Console(
            output: FileSink(descriptor: STDOUT_FILENO, signal: interruption.received),
            diagnostics: FileSink(descriptor: STDERR_FILENO, signal: interruption.received),
            isOutputTerminal: isOutputTerminal, isDiagnosticsTerminal: isDiagnosticsTerminal,
            outputStyle: TextStyle(isTerminal: isOutputTerminal, environment: environment),
            diagnosticsStyle: TextStyle(isTerminal: isDiagnosticsTerminal, environment: environment),
            environment: environment,
            readInput: { () throws(ToolError) in try InputFile.standardInput.read() },
            size: TerminalSize.current)
    }

    /// Reads all of standard input, once.
    ///
    /// - Parameter purpose: What is read there, as in “the token”.
    /// - Throws: ``ToolError``; with status `usage` if something else was read there already.
    func readInput(for purpose: String) throws(ToolError) -> [UInt8] {
        try input.read(for: purpose)
    }

    /// Writes a line of results that is JSON. On a terminal nothing of a peer may steer it, and JSON has escapes for that.
    func writeJSON(_ line: [UInt8]) throws(ToolError) {
        guard isOutputTerminal else { return try output.write(line) }
        try print(String(decoding: line.dropLast(), as: UTF8.self).shown)
    }

    /// Writes a line of results.
    func print(_ line: String) throws(ToolError) {
        try output.write(Array((line + "\n").utf8))
    }

    /// Tells a person something that is no result. Where nobody listens any more, nobody is told.
    func note(_ line: String) {
        try? diagnostics.write(Array((line + "\n").utf8))
    }

    /// Tells why the command fails.
    public func complain(_ error: ToolError) {
        note(diagnosticsStyle.red("wse: ") + error.description)
    }
}
