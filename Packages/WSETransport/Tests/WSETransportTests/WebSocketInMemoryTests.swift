import Testing
@testable import WSETransport
import WSETransportTesting

@Suite("WebSocket over memory")
struct WebSocketInMemoryTests {
    private let transport = InMemoryTransport()

    private func open(receiveBuffer: Int = 1 << 20) async throws -> (WebSocket, InMemoryServer) {
        let request = WebSocketRequest(url: try WebSocketURL("ws://test/"))
        var configuration = WebSocketConfiguration()
        configuration.limits.receiveBuffer = receiveBuffer
        async let socket = WebSocket.connect(request, over: transport, configuration: configuration)
        let server = try await transport.nextConnection()
        server.accept()
        return (try await socket, server)
    }

    @Test("Messages arrive in order, over several batches, and a clean close ends the sequence")
    func messages() async throws {
        let (socket, server) = try await open()
        server.push(.text("a"), .binary([1]))
        server.push(.text("b"))
        server.close(code: .goingAway)
        var received: [InMemoryMessage] = []
        for try await message in socket.messages {
            received.append(message.kind == .text ? .text(message.text) : .binary(Array(message.bytes)))
        }
        #expect(received == [.text("a"), .binary([1]), .text("b")])
        #expect(socket.closure?.code == .goingAway)
    }

    @Test("What an iterator has not handed out when it goes is for the next one")
    func anotherIterator() async throws {
        let (socket, server) = try await open()
        server.push(.text("a"), .text("b"))
        server.push(.text("c"))
        for expected in ["a", "b", "c"] {
            for try await message in socket.messages {
                #expect(message.text == expected)
                break
            }
        }
        server.close(code: .goingAway)
        for try await _ in socket.messages { Issue.record("a message came twice") }
    }

    @Test("A proxy that cannot be is refused", arguments: [("proxy", 70_000), ("proxy", -1), ("", 80)])
    func impossibleProxy(host: String, port: Int) async throws {
        var configuration = WebSocketConfiguration()
        configuration.proxy = .http(host: host, port: port)
        #expect { try configuration.validate() } throws: {
            ($0 as? WebSocketError)?.code == .invalidArgument
        }
    }

    @Test("A cut is thrown after what arrived before it")
    func cut() async throws {
        let (socket, server) = try await open()
        server.push(.text("a"))
        server.cut()
        var iterator = socket.messages.makeAsyncIterator()
        #expect(try await iterator.next()?.text == "a")
        do {
            _ = try await iterator.next()
            Issue.record("the sequence ended without an error")
        } catch {
            #expect(error.code == .connectionReset)
        }
    }

    @Test("A refused upgrade is thrown by connect")
    func refused() async throws {
        let request = WebSocketRequest(url: try WebSocketURL("ws://test/"))
        let connecting = Task { [transport] in
            do throws(WebSocketError) {
                _ = try await WebSocket.connect(request, over: transport)
                return WebSocketError?.none
            } catch {
                return error
            }
        }
        try await transport.nextConnection().refuse(status: 403, body: "no")
        let error = await connecting.value
        #expect(error?.code == .upgradeRefused)
        #expect(error?.httpStatus == 403)
    }

    @Test("Reading stops at the bound and resumes when the reader catches up")
    func backpressure() async throws {
        let (socket, server) = try await open(receiveBuffer: 100)
        server.push(.text("small"))
        #expect(!server.isReadingPaused)
        server.push(.text(String(repeating: "x", count: 100)))
        #expect(server.isReadingPaused)
        server.push(.text("held back"))
        var iterator = socket.messages.makeAsyncIterator()
        #expect(try await iterator.next()?.text == "small")
        #expect(!server.isReadingPaused)
        #expect(try await iterator.next()?.text.count == 100)
        #expect(try await iterator.next()?.text == "held back")
    }

    @Test("Senders wait while the buffer is full and their messages leave in order")
    func sendersWait() async throws {
        let (socket, server) = try await open()
        server.setWritable(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Started one by one, each after the one before it waits.
            for index in 0..<5 {
                group.addTask { try await socket.send("\(index)") }
                while socket.mailbox.waitingSenders != index + 1 { await Task.yield() }
            }
            #expect(server.takeMessages() == [])
            server.setWritable(true)
            try await group.waitForAll()
        }
        #expect(server.takeMessages() == (0..<5).map { .text("\($0)") })
    }

    @Test("A message that does not fit beside what is unsent waits for a flush, and keeps its place")
    func waitsForRoom() async throws {
        let (socket, server) = try await open()
        try await socket.send("before")
        server.refuseSends(with: WebSocketError(.outputBufferFull, "full"))
        let large = Task { try await socket.send("large") }
        while socket.mailbox.waitingSenders != 1 { await Task.yield() }
        let behind = Task { try await socket.send("behind") }
        while socket.mailbox.waitingSenders != 2 { await Task.yield() }
        socket.mailbox.webSocketFlushed(through: 1)
        #expect(socket.mailbox.waitingSenders == 2)
        server.refuseSends(with: nil)
        socket.mailbox.webSocketFlushed(through: 2)
        try await large.value
        try await behind.value
        #expect(server.takeMessages() == [.text("before"), .text("large"), .text("behind")])
    }

    @Test("Waiting senders, readers and pingers are released when the connection ends")
    func released() async throws {
        let (socket, server) = try await open()
        let pinging = Task { await outcome { try await socket.ping() } }
        _ = try await server.nextAction()
        let reading = Task { await outcome { for try await _ in socket.messages {} } }
        server.setWritable(false)
        let sending = Task { await outcome { try await socket.send("never") } }
        while socket.mailbox.waitingSenders != 1 || socket.mailbox.waitingReaders != 1 { await Task.yield() }
        server.cut()
        #expect(await pinging.value == .connectionReset)
        #expect(await reading.value == .connectionReset)
        #expect(await sending.value == .connectionReset)
    }

    @Test("A cancelled sender, reader, pinger and connecter leaves; the others go on")
    func cancellation() async throws {
        let (socket, server) = try await open()
        let reading = Task { await outcome { for try await _ in socket.messages {} } }
        let pinging = Task { await outcome { try await socket.ping() } }
        _ = try await server.nextAction()
        server.setWritable(false)
        let sending = Task { await outcome { try await socket.send("cancelled") } }
        while socket.mailbox.waitingSenders != 1 || socket.mailbox.waitingReaders != 1 { await Task.yield() }
        let patient = Task { await outcome { try await socket.send("patient") } }
        while socket.mailbox.waitingSenders != 2 { await Task.yield() }
        reading.cancel()
        pinging.cancel()
        sending.cancel()
        #expect(await reading.value == .cancelled)
        #expect(await pinging.value == .cancelled)
        #expect(await sending.value == .cancelled)
        server.setWritable(true)
        #expect(await patient.value == nil)
        #expect(server.takeMessages() == [.text("patient")])

        let request = WebSocketRequest(url: try WebSocketURL("ws://test/"))
        let connecting = Task { [transport] in
            await outcome { _ = try await WebSocket.connect(request, over: transport) }
        }
        let abandoned = try await transport.nextConnection()
        connecting.cancel()
        #expect(await connecting.value == .cancelled)
        #expect(try await abandoned.nextClose() == .abort)
    }

    @Test("A task that is cancelled already does not wait")
    func cancelledBefore() async throws {
        let (socket, server) = try await open()
        server.setWritable(false)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return [
                await outcome { try await socket.send("x") }, await outcome { try await socket.ping() },
                await outcome { for try await _ in socket.messages {} },
            ]
        }
        #expect(await task.value == [.cancelled, .cancelled, .cancelled])
    }

    @Test("Close waits for the server's answer and reports it")
    func close() async throws {
        let (socket, server) = try await open()
        let closing = Task { await socket.close(code: .goingAway, reason: "bye") }
        #expect(try await server.nextClose() == .close(.goingAway, reason: "bye"))
        server.push(.text("dropped"))
        server.close(code: .goingAway, reason: "bye")
        #expect(await closing.value.code == .goingAway)
        var iterator = socket.messages.makeAsyncIterator()
        #expect(try await iterator.next() == nil)
    }

    @Test("A socket that is let go drops its connection")
    func letGo() async throws {
        let server: InMemoryServer
        do {
            let (socket, its) = try await open()
            server = its
            _ = consume socket
        }
        #expect(try await server.nextClose() == .abort)
    }
}

/// The code of what a body throws.
private func outcome(_ body: () async throws -> Void) async -> WebSocketError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? WebSocketError)?.code
    }
}
