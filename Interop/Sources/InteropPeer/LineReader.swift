import Foundation

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
