import Foundation
import Testing

/// `Vectors/peer.py` as a running process: the other side of a session, made with another library.
///
/// Needs a Python 3.10 or newer with the package `cryptography`, which `WSE_PYTHON` names; where that is not set, the
/// tests are reported as skipped. Where it is set and of no use they fail.
final class PythonPeer {
    static let isWanted = !python.isEmpty

    private static let python = ProcessInfo.processInfo.environment["WSE_PYTHON"] ?? ""

    /// What is missing, or `nil`.
    private static let problem: String? = {
        let script = "import sys, cryptography; sys.exit(sys.version_info < (3, 10))"
        do {
            let process = try start(["-c", script], input: FileHandle.nullDevice, output: .nullDevice)
            process.waitUntilExit()
            if process.terminationStatus == 0 { return nil }
        } catch {}
        return """
            \(python), which WSE_PYTHON names, is no Python 3.10 or newer with the package cryptography.
            """
    }()

    private let process: Process
    private let input = Pipe()
    private let output = Pipe()
    private var unread: [UInt8] = []

    init() throws {
        if let problem = Self.problem { throw Missing(description: problem) }
        process = try Self.start(
            [PythonVectors.file("peer.py").path], input: input.fileHandleForReading,
            output: output.fileHandleForWriting)
    }

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Sends a command and waits for its answer.
    func ask(_ words: String...) throws -> String {
        try input.fileHandleForWriting.write(contentsOf: Data((words.joined(separator: " ") + "\n").utf8))
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeSubrange(...end) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            let more = output.fileHandleForReading.availableData
            try #require(!more.isEmpty, "the peer ended")
            unread += more
        }
    }

    private static func start(_ arguments: [String], input: Any, output: FileHandle) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python] + arguments
        process.standardInput = input
        process.standardOutput = output
        // What goes wrong at the peer belongs in the test's log, except for the look whether there is one.
        if output == .nullDevice { process.standardError = FileHandle.nullDevice }
        try process.run()
        return process
    }
}
