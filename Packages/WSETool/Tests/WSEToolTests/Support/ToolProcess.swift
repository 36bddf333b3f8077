import Foundation
import Testing

/// The built `wse`, running as a process of its own.
final class ToolProcess: @unchecked Sendable {
    // @unchecked: `process` and the pipes are set up in `init` and only used by their thread-safe calls after it.
    private let process = Process()
    private let input = Pipe()
    let output = MemorySink()
    let diagnostics = MemorySink()
    private let exited: AsyncStream<Int32>
    private let drained = DispatchGroup()
    /// What it writes to; nobody reads it where a test says so.
    private let outputPipe = Pipe()

    /// The program lies beside the tests'.
    private static let program: URL? = {
        let directory = Bundle.main.bundleURL
        return [
            directory, directory.deletingLastPathComponent(),
            URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
        ].map { $0.appendingPathComponent("wse") }.first {
            FileManager.default.isExecutableFile(atPath: $0.path)
        }
    }()

    /// - Parameters:
    ///   - redirection: What a shell does with its output, as in `> /dev/full`; signals go to that shell then.
    ///   - input: What its standard input has.
    ///   - keepsInputOpen: Whether more might come there for as long as this object lives.
    ///   - readsOutput: Whether its standard output is read, or fills up.
    init(
        _ arguments: [String], through redirection: String? = nil, input bytes: [UInt8] = [],
        keepsInputOpen: Bool = false, readsOutput: Bool = true,
        environment: [String: String] = [:]
    ) throws {
        let (exited, continuation) = AsyncStream<Int32>.makeStream()
        self.exited = exited
        let program: URL = try #require(Self.program)
        if let redirection {
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            let script = #"set -o pipefail; "$@" "# + redirection
            process.arguments = ["-c", script, "bash", program.path] + arguments
        } else {
            process.executableURL = program
            process.arguments = arguments
        }
        process.environment = environment
        process.standardInput = input
        let diagnosticsPipe = Pipe()
        process.standardOutput = outputPipe
        process.standardError = diagnosticsPipe
        for (pipe, sink) in [(diagnosticsPipe, diagnostics)] + (readsOutput ? [(outputPipe, output)] : []) {
            drained.enter()
            // A thread of its own reads until the end, so that no task of a test is held up.
            Thread.detachNewThread { [drained] in
                while case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
                    try? sink.write(Array(data))
                }
                drained.leave()
            }
        }
        process.terminationHandler = { process in
            continuation.yield(
                process.terminationReason == .exit
                    ? process.terminationStatus : 128 + process.terminationStatus)
            continuation.finish()
        }
        try process.run()
        // What a program does not read is no failure of the test.
        let writing = input.fileHandleForWriting
        Thread.detachNewThread {
            try? writing.write(contentsOf: Data(bytes))
            if !keepsInputOpen { try? writing.close() }
        }
    }

    /// Returns once its output is full: so many bytes wait there, and no more come.
    func waitUntilOutputIsFull() async throws {
        var (waiting, before): (CInt, CInt) = (0, -1)
        repeat {
            before = waiting
            try await Task.sleep(for: .milliseconds(100))
            _ = ioctl(outputPipe.fileHandleForReading.fileDescriptor, UInt(FIONREAD), &waiting)
        } while waiting < 32 << 10 || waiting != before
    }

    func interrupt() { process.interrupt() }
    func terminate() { process.terminate() }
    func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

    /// Waits for its end, with all that it wrote.
    ///
    /// - Returns: The exit code; 128 and the signal's number if a signal ended it.
    func exitCode() async -> Int32 {
        let code = await withTaskCancellationHandler {
            var iterator = exited.makeAsyncIterator()
            return await iterator.next() ?? -1
        } onCancel: {
            process.terminate()
        }
        await withCheckedContinuation { continuation in
            drained.notify(queue: .global()) { continuation.resume() }
        }
        return code
    }
}
