import Foundation
public import WSEWire

/// A published server in a process of its own, commanded by lines of JSON (see `Interop/README.md`).
public actor PublishedServer {
    public nonisolated let version: PeerVersion
    public nonisolated let port: Int
    private let process: Process
    private let input: FileHandle
    private let lines: LineReader

    /// The secret, issuer and audience that the peer checks tokens with.
    public static let secret = "interop-test-secret-of-32-bytes-!"

    public nonisolated var url: String { "ws://127.0.0.1:\(port)/wse" }

    /// Starts a server and waits until it listens.
    public static func start(
        _ version: PeerVersion, arguments: [String] = [], authenticates: Bool = true
    ) async throws -> PublishedServer {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try version.python())
        let script = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("server/wse_peer.py")
        process.arguments = [script.path] + (authenticates ? ["--secret", secret] : []) + arguments
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()

        let lines = LineReader(output.fileHandleForReading)
        let ready = try WSEValue(json: try await lines.next(within: timeLimit))
        guard ready["ready"] == true, let port = ready["port"]?.intValue else {
            throw PeerError("\(version) did not become ready: \(ready)")
        }
        guard ready["version"]?.stringValue == version.rawValue else {
            throw PeerError("asked for \(version), got \(ready["version"] ?? .null)")
        }
        return PublishedServer(
            version: version, port: port, process: process, input: input.fileHandleForWriting, lines: lines)
    }

    private init(version: PeerVersion, port: Int, process: Process, input: FileHandle, lines: LineReader) {
        self.version = version
        self.port = port
        self.process = process
        self.input = input
        self.lines = lines
    }

    /// Gives a command and waits for its answer.
    @discardableResult
    public func command(_ name: String, _ arguments: [String: WSEValue] = [:]) async throws -> WSEValue {
        var line = arguments
        line["cmd"] = .string(name)
        try input.write(contentsOf: Data((try WSEValue.object(line).jsonText() + "\n").utf8))
        let answer = try WSEValue(json: try await lines.next(within: PublishedServer.timeLimit))
        if let error = answer["error"] { throw PeerError("\(name): \(error)") }
        return answer
    }

    /// A token for this server; `claims` go into it as they are.
    public func token(_ fields: [String: WSEValue] = [:]) async throws -> String {
        guard let token = try await command("token", fields)["token"]?.stringValue else {
            throw PeerError("the peer made no token")
        }
        return token
    }

    /// Ends the process and waits for it.
    ///
    /// - Throws: ``PeerError`` if it does not end by itself; it is killed then.
    public func stop() async throws {
        try? input.close()
        do {
            // Its end is seen in its output: Foundation's own waiting needs a run loop, which no task has.
            try await lines.end(within: PublishedServer.timeLimit)
        } catch {
            kill(process.processIdentifier, SIGKILL)
            throw error
        }
    }

    /// For an answer or an end; generous, as it only decides that something hangs.
    static let timeLimit = Duration.seconds(90)

    /// The process, for signals.
    public var processIdentifier: Int32 { process.processIdentifier }
}

/// Starts a server, runs `body`, and ends the server on every way out.
public func withPublishedServer<Result>(
    _ version: PeerVersion, arguments: [String] = [], authenticates: Bool = true,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (PublishedServer) async throws -> Result
) async throws -> Result {
    let server = try await PublishedServer.start(
        version, arguments: arguments, authenticates: authenticates)
    do {
        let result = try await body(server)
        try await server.stop()
        return result
    } catch {
        try? await server.stop()
        throw error
    }
}

/// Reads lines of a pipe on a thread of its own, as reading blocks.
final class LineReader: Sendable {
    private let lines: AsyncStream<String>

    init(_ handle: FileHandle) {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        lines = stream
        let descriptor = handle.fileDescriptor
        Thread.detachNewThread {
            var pending: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &chunk, chunk.count)
                if count <= 0 { break }
                pending += chunk[..<count]
                while let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
                    continuation.yield(String(decoding: pending[..<newline], as: UTF8.self))
                    pending.removeSubrange(...newline)
                }
            }
            continuation.finish()
            withExtendedLifetime(handle) {}
        }
    }

    /// The next line.
    func next(within limit: Duration) async throws -> String {
        guard let line = try await line(within: limit) else {
            throw PeerError("the peer ended without an answer")
        }
        return line
    }

    /// Waits for the end of the pipe, which is the end of the process.
    func end(within limit: Duration) async throws {
        while try await line(within: limit) != nil {}
    }

    private func line(within limit: Duration) async throws -> String? {
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                // All iterators of the stream draw from the same buffer.
                var iterator = self.lines.makeAsyncIterator()
                return await iterator.next()
            }
            group.addTask {
                try await Task.sleep(for: limit)
                throw PeerError("the peer said nothing for \(limit)")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
