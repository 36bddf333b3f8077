import NIOCore
import Synchronization
import Testing

@_spi(WSE) @testable import WSETransport

@Suite("Flow control over the network")
struct FlowControlTests {
    /// A connection whose peer does not read until told to.
    private func openStalled(
        _ configure: (inout WebSocketConfiguration) -> Void
    ) async throws -> (
        connection: any WebSocketConnection, handler: RecordingHandler, peer: RawPeer, server: RawServer
    ) {
        var configuration = WebSocketConfiguration.patient
        configure(&configuration)
        let server = try await RawServer.start()
        let handler = RecordingHandler()
        let connection = NIOWebSocketTransport(configuration: configuration).connect(
            WebSocketRequest(url: try WebSocketURL("ws://127.0.0.1:\(server.port)/")), handler: handler)
        let peer = try await server.nextConnection()
        try await peer.acceptUpgrade()
        try #require(await handler.opened())
        try await peer.channel.setOption(.autoRead, value: false).get()
        return (connection, handler, peer, server)
    }

    @Test("A peer that stops reading fills the buffer to its limit; once it reads, all arrives in order")
    func stalledPeer() async throws {
        let (connection, handler, peer, server) = try await openStalled { $0.output.limit = 1 << 20 }
        let loop = try #require(connection as? NIOWebSocketConnection).eventLoop
        var payload = [UInt8](repeating: 0, count: 60_000)
        var sent = 0
        var sawFull = false
        var refusals = 0
        // Full for good, not just until the event loop comes round.
        while refusals < 200 {
            payload[0] = UInt8(truncatingIfNeeded: sent)
            do throws(WebSocketError) {
                sawFull = try !connection.send(.binary, payload.span.bytes).isWritable || sawFull
                sent += 1
                refusals = 0
            } catch {
                #expect(error.code == .outputBufferFull)
                refusals += 1
                try await loop.submit {}.get()
            }
        }
        #expect(sawFull)
        connection.close(code: .normal, reason: "")
        try await peer.channel.setOption(.autoRead, value: true).get()
        var received = 0
        while true {
            let frame = try await peer.readFrame()
            if frame.first == 0x88 { break }
            guard frame.payload.count == 60_000, frame.payload[0] == UInt8(truncatingIfNeeded: received)
            else {
                Issue.record("frame \(received) is not what was sent")
                break
            }
            received += 1
        }
        #expect(received == sent)
        try await peer.close()
        var changes: [Bool] = []
        while let event = await handler.next() {
            if case .writable(let isWritable) = event { changes.append(isWritable) }
        }
        #expect(changes.first == false)
        #expect(changes.last == true)
        #expect(zip(changes, changes.dropFirst()).allSatisfy { $0 != $1 })
        try await server.stop()
    }

    @Test("Closing and aborting work with a full buffer", arguments: [true, false])
    func endWithFullBuffer(byAbort: Bool) async throws {
        let (connection, handler, peer, server) = try await openStalled {
            $0.output.limit = 8 << 20
            $0.timeouts.close = .milliseconds(100)
        }
        let payload = [UInt8](repeating: 0, count: 8 << 20 - 14)
        try connection.send(.binary, payload.span.bytes)
        if byAbort { connection.abort() } else { connection.close(code: .normal, reason: "") }
        #expect(await handler.closure()?.error?.code == (byAbort ? .cancelled : .closeTimeout))
        try await peer.close()
        try await server.stop()
    }

    @Test("A paused connection lets the peer's writes wait until it resumes")
    func pause() async throws {
        let (connection, handler, peer, server) = try await openStalled { _ in }
        try await peer.channel.setOption(.autoRead, value: true).get()
        connection.pauseReading()
        // Far more than the kernel holds.
        let count = 1000
        let frame: [UInt8] = [0x82, 126, 0xFF, 0xFF] + [UInt8](repeating: 7, count: 0xFFFF)
        for _ in 1..<count { peer.channel.write(ByteBuffer(bytes: frame), promise: nil) }
        let written = peer.channel.eventLoop.makePromise(of: Void.self)
        let finished = Flag()
        written.futureResult.whenComplete { _ in finished.set() }
        peer.channel.writeAndFlush(ByteBuffer(bytes: frame), promise: written)

        // Long enough for all of it, were it read: each round trip wakes the same event loops.
        let other = try await EchoServer.start()
        let socket = try await WebSocket.connect(to: "ws://127.0.0.1:\(other.port)/", configuration: .patient)
        for _ in 0..<500 { try await socket.ping() }
        #expect(!finished.isSet)

        connection.resumeReading()
        try await written.futureResult.get()
        var received = 0
        while received < count, let messages = await handler.nextMessages() { received += messages.count }
        #expect(received == count)
        connection.abort()
        _ = await handler.closure()
        await socket.close()
        try await other.stop()
        try await server.stop()
    }

    @Test("A slow reader of messages stops the peer and loses nothing")
    func slowReader() async throws {
        let server = try await RawServer.start()
        var configuration = WebSocketConfiguration.patient
        configuration.limits.receiveBuffer = 10_000
        async let connecting = WebSocket.connect(
            to: "ws://127.0.0.1:\(server.port)/", configuration: configuration)
        let peer = try await server.nextConnection()
        try await peer.acceptUpgrade()
        let socket = try await connecting
        let count = 100_000
        var frames: [UInt8] = []
        for index in 0..<count {
            let text = Array("message \(index)".utf8)
            frames += [0x81, UInt8(text.count)] + text
        }
        // Not waited for: it is done only when the reader has read most of it.
        peer.channel.writeAndFlush(ByteBuffer(bytes: frames), promise: nil)
        var index = 0
        for try await message in socket.messages {
            guard message.text == "message \(index)" else {
                Issue.record("message \(index) is \(message.text)")
                break
            }
            index += 1
            if index == count { break }
        }
        #expect(index == count)
        try await peer.close()
        try await server.stop()
    }

    @Test("Senders to a peer that stopped reading wait, and are released when it is gone")
    func sendersReleased() async throws {
        let server = try await RawServer.start()
        async let connecting = WebSocket.connect(
            to: "ws://127.0.0.1:\(server.port)/", configuration: .patient)
        let peer = try await server.nextConnection()
        try await peer.acceptUpgrade()
        let socket = try await connecting
        try await peer.channel.setOption(.autoRead, value: false).get()
        let sending = Task { () -> WebSocketError? in
            let payload = [UInt8](repeating: 0, count: 100_000)
            do throws(WebSocketError) {
                while true { try await socket.send(payload) }
            } catch {
                return error
            }
        }
        while socket.mailbox.waitingSenders == 0 { await Task.yield() }
        try await peer.reset()
        #expect(await sending.value?.code == .connectionReset)
        try await server.stop()
    }
}

/// A fact that becomes true once.
final class Flag: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }

    func set() { state.withLock { $0 = true } }
}

extension WebSocketMailbox {
    var waitingSenders: Int { state.withLock { $0.unsent.count } }
    var waitingReaders: Int { state.withLock { $0.readers.count } }
}
