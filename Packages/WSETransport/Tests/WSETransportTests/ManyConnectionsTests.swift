import Testing
import WSETransport

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("Many connections")
struct ManyConnectionsTests {
    private static let count = 1000

    init() {
        // Both ends of each connection are in this process.
        var limit = rlimit()
        getrlimit(nofile, &limit)
        limit.rlim_cur = min(limit.rlim_max, max(limit.rlim_cur, 8192))
        setrlimit(nofile, &limit)
    }

    @Test("1,000 connections open, idle and close, twice; descriptors and handlers are gone each time")
    func thousand() async throws {
        let server = try await EchoServer.start()
        let url = try WebSocketURL("ws://127.0.0.1:\(server.port)/")
        for _ in 0..<2 {
            var handlers: [RecordingHandler] = []
            var connections: [any WebSocketConnection] = []
            let transport = NIOWebSocketTransport(configuration: .patient)
            for _ in 0..<Self.count {
                let handler = RecordingHandler()
                connections.append(transport.connect(WebSocketRequest(url: url), handler: handler))
                handlers.append(handler)
            }
            for handler in handlers { #expect(await handler.opened()) }
            #expect(SystemSocket.all(connectedTo: server.port).count == Self.count)
            #expect(server.openConnections == Self.count)

            for (connection, handler) in zip(connections, handlers) {
                try connection.send("hello")
                #expect(await handler.nextMessages() == ["t:hello"])
                connection.close(code: .normal, reason: "")
                #expect(await handler.closure()?.code == .normal)
            }
            let weakHandlers = handlers.map(WeakHandler.init)
            handlers = []
            await server.waitUntilIdle()
            // A connection keeps its handler no longer than it lives, even if somebody keeps the connection.
            #expect(connections.count == Self.count)
            await server.settle()
            #expect(weakHandlers.filter { $0.handler != nil }.isEmpty)
            #expect(SystemSocket.all(connectedTo: server.port).count == 0)
        }
        try await server.stop()
    }

    private struct WeakHandler {
        weak var handler: RecordingHandler?
    }
}

#if canImport(Glibc)
    private let nofile = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
#else
    private let nofile = RLIMIT_NOFILE
#endif
