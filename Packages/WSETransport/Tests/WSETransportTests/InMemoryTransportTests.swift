import Testing
import WSETransport
import WSETransportTesting

@Suite("In-memory transport")
struct InMemoryTransportTests {
    private func open(
        _ transport: InMemoryTransport
    ) throws -> (any WebSocketConnection, RecordingHandler, InMemoryServer) {
        let handler = RecordingHandler()
        let connection = transport.connect(
            WebSocketRequest(url: try WebSocketURL("ws://test/path")), handler: handler)
        let server = try #require(transport.takeConnection())
        return (connection, handler, server)
    }

    @Test("A whole conversation on one thread, without waiting")
    func conversation() async throws {
        let transport = InMemoryTransport(delivery: .manual)
        let (connection, handler, server) = try open(transport)
        #expect(transport.takeConnection() == nil)
        #expect(server.request.url.path == "/path")
        #expect(throws: WebSocketError.self) { try connection.send("early") }
        server.accept(headers: [WebSocketHeader("A", "b")])
        #expect(await handler.opened())
        let receipt = try connection.send("hi")
        try connection.ping([1])
        #expect(server.takeAction() == .message(.text("hi")))
        #expect(server.takeAction() == .ping([1]))
        #expect(server.takeAction() == nil)
        server.push(.text("a"), .binary(Array("b".utf8)))
        guard case .flushed(let position) = await handler.next() else {
            Issue.record("no flush")
            return
        }
        #expect(position == receipt.position)
        #expect(await handler.nextMessages() == ["t:a", "b:b"])
        server.close(code: .goingAway, reason: "r")
        let closure = await handler.closure()
        #expect(closure?.code == .goingAway)
        #expect(closure?.reason == "r")
        #expect(throws: WebSocketError.self) { try connection.send("late") }
        server.push(.text("after the end"))
        server.cut()
    }

    @Test("Flushes can be held, writability toggled, sends refused")
    func flowControl() async throws {
        let transport = InMemoryTransport(delivery: .manual)
        let (connection, handler, server) = try open(transport)
        server.accept()
        #expect(await handler.opened())
        server.holdFlushes()
        let receipt = try connection.send("a")
        server.setWritable(false)
        guard case .writable(false) = await handler.next() else {
            Issue.record("flush was not held")
            return
        }
        #expect(try !connection.send("b").isWritable)
        server.setWritable(true)
        guard case .writable(true) = await handler.next() else {
            Issue.record("flush was not held")
            return
        }
        server.releaseFlushes()
        guard case .flushed(let position) = await handler.next() else {
            Issue.record("flush did not come")
            return
        }
        #expect(position == receipt.position * 2)
        server.refuseSends(with: WebSocketError(.outputBufferFull, "full"))
        #expect(throws: WebSocketError.self) { try connection.send("c") }
        server.refuseSends(with: nil)
        try connection.send("d")
        #expect(server.takeMessages() == [.text("a"), .text("b"), .text("d")])
        connection.abort()
    }

    @Test("A paused client sees nothing of its peer until it resumes")
    func paused() async throws {
        let transport = InMemoryTransport(delivery: .manual)
        let (connection, handler, server) = try open(transport)
        server.accept()
        #expect(await handler.opened())
        connection.pauseReading()
        #expect(server.isReadingPaused)
        server.push(.text("a"))
        server.cut()
        connection.resumeReading()
        transport.deliverPending()
        #expect(await handler.nextMessages() == ["t:a"])
        #expect(await handler.closure()?.error?.code == .connectionReset)
    }

    @Test("A pause after the close does not keep the server's answer out")
    func pausedWhileClosing() async throws {
        let transport = InMemoryTransport(delivery: .manual)
        let (connection, handler, server) = try open(transport)
        server.accept()
        #expect(await handler.opened())
        connection.close(code: .normal, reason: "")
        connection.pauseReading()
        #expect(!server.isReadingPaused)
        server.close(code: .normal)
        transport.deliverPending()
        #expect(await handler.closure()?.code == .normal)
    }

    @Test("A handler that acts from inside a callback is not called from inside its own call")
    func reentrancy() async throws {
        let transport = InMemoryTransport(delivery: .manual)
        let handle = Handle()
        let handler = RecordingHandler(onReceived: { handle.connection?.abort() })
        handle.connection = transport.connect(
            WebSocketRequest(url: try WebSocketURL("ws://test/")), handler: handler)
        let server = try #require(transport.takeConnection())
        server.accept()
        server.push(.text("a"))
        server.push(.text("b"))
        #expect(await handler.opened())
        #expect(await handler.nextMessages() == ["t:a"])
        #expect(await handler.closure()?.error?.code == .cancelled)
        #expect(server.takeAction() == .abort)
    }

    @Test("Automatic delivery reports an abort and a refusal without the test's help")
    func automatic() async throws {
        let transport = InMemoryTransport()
        let handler = RecordingHandler()
        let connection = transport.connect(
            WebSocketRequest(url: try WebSocketURL("ws://test/")), handler: handler)
        connection.abort()
        #expect(await handler.closure()?.error?.code == .cancelled)
        let waiting = Task { try await transport.nextConnection() }
        #expect(try await waiting.value.nextMessage() == nil)
        let cancelled = Task { try await transport.nextConnection() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
    }
}
