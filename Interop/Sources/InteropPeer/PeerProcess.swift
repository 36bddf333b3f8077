import Foundation
public import WSEWire

/// A Python program of `Interop/server` in a process of its own, commanded by lines of JSON.
public actor PeerProcess {
    /// Its first line: where it listens, and what it is.
    public nonisolated let greeting: WSEValue
    private let process: Process
    private let input: FileHandle
    private let lines: LineReader

    /// For an answer or an end; generous, as it only decides that something hangs.
    static let timeLimit = Duration.seconds(90)

    /// Starts a program and waits until it is ready.
    static func start(python: String, script: String, arguments: [String]) async throws -> PeerProcess {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        let folder = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        process.arguments = [folder.appendingPathComponent("server/\(script)").path] + arguments
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()

        let lines = LineReader(output.fileHandleForReading)
        let greeting = try WSEValue(json: try await lines.next(within: timeLimit))
        guard greeting["ready"] == true else {
            throw PeerError("\(script) did not become ready: \(greeting)")
        }
        return PeerProcess(
            greeting: greeting, process: process, input: input.fileHandleForWriting, lines: lines)
    }

    private init(greeting: WSEValue, process: Process, input: FileHandle, lines: LineReader) {
        self.greeting = greeting
        self.process = process
        self.input = input
        self.lines = lines
    }

    /// Gives a command and waits for its answer.
    func command(_ name: String, _ arguments: [String: WSEValue]) async throws -> WSEValue {
        var line = arguments
        line["cmd"] = .string(name)
        try input.write(contentsOf: Data((try WSEValue.object(line).jsonText() + "\n").utf8))
        let answer = try WSEValue(json: try await lines.next(within: Self.timeLimit))
        if let error = answer["error"] { throw PeerError("\(name): \(error)") }
        return answer
    }

    /// Ends the process and waits for it.
    ///
    /// - Throws: ``PeerError`` if it does not end by itself; it is killed then.
    func stop() async throws {
        try? input.close()
        do {
            // Its end is seen in its output: Foundation's own waiting needs a run loop, which no task has.
            try await lines.end(within: Self.timeLimit)
        } catch {
            signal(SIGKILL)
            throw error
        }
    }

    /// Sends the process a signal.
    func signal(_ number: Int32) {
        kill(process.processIdentifier, number)
    }

    /// Kills the process and waits until it is gone.
    func end() async throws {
        signal(SIGKILL)
        try? input.close()
        try await lines.end(within: Self.timeLimit)
    }
}
