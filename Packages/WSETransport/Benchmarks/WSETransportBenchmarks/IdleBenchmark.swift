import Foundation
import WSETransport

#if canImport(Glibc)
    import Glibc
#endif

/// What an idle connection costs: 1,000 of them to a server in another process, opened and closed twice.
enum IdleBenchmark {
    static let count = 1000

    static func run() async throws {
        print("idle: \(count) connections to another process, opened and closed, three times")
        let server = Process()
        server.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        server.arguments = ["serve-echo"]
        let (input, output) = (Pipe(), Pipe())
        server.standardInput = input
        server.standardOutput = output
        try server.run()
        defer {
            try? input.fileHandleForWriting.close()
            server.waitUntilExit()
        }
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.filter(\.isNumber)) else { return }

        // The first connection brings what all share: threads, caches.
        try await open(1, port)
        for round in 1...3 {
            let before = Usage()
            let sockets = try await openAll(count, port)
            let during = Usage()
            for socket in sockets { await socket.close() }
            _ = consume sockets
            let after = Usage()
            print(
                "  round \(round): \((during.memory - before.memory) / count) bytes/connection; descriptors "
                    + "\(before.descriptors) -> \(during.descriptors) -> \(after.descriptors); KiB resident "
                    + "\(before.memory >> 10) -> \(during.memory >> 10) -> \(after.memory >> 10)"
            )
        }
    }

    private static func open(_ count: Int, _ port: Int) async throws {
        for socket in try await openAll(count, port) { await socket.close() }
    }

    private static func openAll(_ count: Int, _ port: Int) async throws -> [WebSocket] {
        var sockets: [WebSocket] = []
        for _ in 0..<count {
            let socket = try await WebSocket.connect(to: "ws://127.0.0.1:\(port)/")
            // One message each way, so that buffers that come with use are there.
            try await socket.send("hello")
            var messages = socket.messages.makeAsyncIterator()
            _ = try await messages.next()
            sockets.append(socket)
        }
        return sockets
    }

    struct Usage {
        /// Bytes of memory in use, after the allocator gave back what it holds for nothing.
        var memory = 0
        var descriptors: Int

        init() {
            #if canImport(Glibc)
                typealias Trim = @convention(c) (Int) -> Int32
                if let trim = dlsym(UnsafeMutableRawPointer(bitPattern: 0), "malloc_trim") {
                    _ = unsafeBitCast(trim, to: Trim.self)(0)
                }
                let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(
                    separator: " ")
                memory = (pages.flatMap { Int($0[1]) } ?? 0) * Int(getpagesize())
            #endif
            descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd").count) ?? 0
        }
    }
}
