import Foundation
import Testing

/// `Vectors/peer.py` as a running process: the other side of a session, made with another library.
///
/// Needs a Python 3.10 or newer with the package `cryptography`: the one that `WSE_PYTHON` names, or `python3`.
final class PythonPeer {
    /// Whether there is such a Python. Without one the tests that need it are skipped, and reported as skipped.
    static let isAvailable: Bool = {
        let script = "import sys, cryptography; sys.exit(sys.version_info < (3, 10))"
        guard let process = try? start(["-c", script], input: FileHandle.nullDevice, output: .nullDevice)
        else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    private let process: Process
    private let input = Pipe()
    private let output = Pipe()
    private var unread: [UInt8] = []

    init() throws {
        process = try Self.start(
            [PythonVectors.file("peer.py").path], input: input.fileHandleForReading,
            output: output.fileHandleForWriting)
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
        process.arguments = [ProcessInfo.processInfo.environment["WSE_PYTHON"] ?? "python3"] + arguments
        process.standardInput = input
        process.standardOutput = output
        // What goes wrong at the peer belongs in the test's log, except for the look whether there is one.
        if output == .nullDevice { process.standardError = FileHandle.nullDevice }
        try process.run()
        return process
    }
}
