import NIOCore
import NIOPosix
import Synchronization
import Testing
import WSETransport
import WSETransportTesting

@Suite("Work that waits on a connection's thread", .timeLimit(.minutes(1)))
struct SchedulingTests {
    private func connection(
        on group: any EventLoopGroup, to server: EchoServer
    ) async throws -> (connection: any WebSocketConnection, handler: RecordingHandler) {
        let handler = RecordingHandler()
        let url = try WebSocketURL("ws://127.0.0.1:\(server.port)/")
        let connection = NIOWebSocketTransport(configuration: .patient, eventLoopGroup: group).connect(
            WebSocketRequest(url: url), handler: handler)
        #expect(await handler.opened())
        return (connection, handler)
    }

    @Test("It runs once, on the connection's event loop, no earlier than asked for")
    func runs() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await EchoServer.start()
        let (connection, handler) = try await connection(on: group, to: server)
        let start = ContinuousClock.now
        let isOnLoop = await withCheckedContinuation { continuation in
            group.next().execute {
                _ = connection.schedule(after: .milliseconds(20)) {
                    // A second time would trap.
                    continuation.resume(returning: group.next().inEventLoop)
                }
            }
        }
        #expect(isOnLoop)
        #expect(ContinuousClock.now - start >= .milliseconds(20))
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
        try await group.shutdownGracefully()
    }

    @Test("Cancelled in time it does not run, and cancelling it later does nothing")
    func cancels() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await EchoServer.start()
        let (connection, handler) = try await connection(on: group, to: server)
        let ran = Atomic(false)
        // On the loop itself, where nothing else can run between the two.
        try await group.next().submit {
            connection.schedule(after: .zero) { ran.store(true, ordering: .relaxed) }?.cancel()
        }.get()
        let later = Mutex<(any WebSocketScheduledWork)?>(nil)
        await withCheckedContinuation { continuation in
            group.next().execute {
                later.withLock {
                    $0 = connection.schedule(after: .milliseconds(20)) { continuation.resume() }
                }
            }
        }
        later.withLock { $0?.cancel() }
        let hasRun = ran.load(ordering: .relaxed)
        #expect(!hasRun)
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
        try await group.shutdownGracefully()
    }

    @Test("It outlives the connection, and is done when its thread ends")
    func outlives() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await EchoServer.start()
        let (connection, handler) = try await connection(on: group, to: server)
        connection.abort()
        _ = await handler.closure()
        await withCheckedContinuation { continuation in
            group.next().execute {
                _ = connection.schedule(after: .milliseconds(1)) { continuation.resume() }
            }
        }
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        let isTaken = try await group.next().submit {
            connection.schedule(after: .seconds(3_600)) { continuation.finish() } != nil
        }.get()
        #expect(isTaken)
        try await server.stop()
        try await group.shutdownGracefully()
        for await _ in ended {}
    }

    @Test("On another thread it is left to others, as the event loop may have ended")
    func otherThread() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await EchoServer.start()
        let (connection, handler) = try await connection(on: group, to: server)
        #expect(connection.schedule(after: .zero) {} == nil)
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
        try await group.shutdownGracefully()
        #expect(connection.schedule(after: .zero) {} == nil)
    }

    @Test("A transport without threads leaves time to others")
    func inMemory() throws {
        let connection = InMemoryTransport().connect(
            WebSocketRequest(url: try WebSocketURL("ws://a/")), handler: RecordingHandler())
        #expect(connection.schedule(after: .zero) {} == nil)
    }
}
