import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import WSETransport

@Suite("Connection")
struct ConnectionTests {
    private func open(
        _ configure: (inout WebSocketConfiguration) -> Void = { _ in },
        handler: RecordingHandler = RecordingHandler()
    ) async throws -> (
        connection: any WebSocketConnection, handler: RecordingHandler, peer: RawPeer, server: RawServer
    ) {
        var configuration = WebSocketConfiguration.patient
        configure(&configuration)
        let server = try await RawServer.start()
        let connection = NIOWebSocketTransport(configuration: configuration).connect(
            WebSocketRequest(url: try WebSocketURL("ws://127.0.0.1:\(server.port)/")), handler: handler)
        let peer = try await server.nextConnection()
        try await peer.acceptUpgrade()
        try #require(await handler.opened())
        return (connection, handler, peer, server)
    }

    @Test("Messages of one read arrive in one call")
    func batch() async throws {
        let (connection, handler, peer, server) = try await open()
        try await peer.send([0x81, 1, 0x61, 0x82, 2, 0x62, 0x63, 0x81, 0])
        #expect(await handler.nextMessages() == ["t:a", "b:bc", "t:"])
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
    }

    @Test("Sends are framed, masked and flushed in order, up to the receipt's position")
    func send() async throws {
        let (connection, handler, peer, server) = try await open()
        let first = try connection.send("hello")
        let second = try connection.send([1, 2, 3])
        #expect(first == WebSocketWriteReceipt(position: 11, isWritable: true))
        #expect(second.position == 20)
        #expect(try await peer.readFrame() == ClientFrame(0x81, Array("hello".utf8)))
        #expect(try await peer.readFrame() == ClientFrame(0x82, [1, 2, 3]))
        var flushed: UInt64 = 0
        while flushed < 20 {
            guard case .flushed(let position) = try #require(await handler.next()) else {
                Issue.record("unexpected callback")
                return
            }
            #expect(position > flushed)
            flushed = position
        }
        #expect(flushed == 20)
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
    }

    @Test("Of many sends in a row the end is told, in order, if not each step")
    func manySends() async throws {
        let (connection, handler, peer, server) = try await open()
        var last: UInt64 = 0
        for _ in 0..<2_000 { last = try connection.send(Array(repeating: 7, count: 100)).position }
        for _ in 0..<2_000 { _ = try await peer.readFrame() }
        var flushed: UInt64 = 0
        while flushed < last, let event = await handler.next() {
            guard case .flushed(let position) = event else { continue }
            #expect(position > flushed)
            flushed = position
        }
        #expect(flushed == last)
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
    }

    @Test("Pings are answered, pongs reported, and our own pings sent")
    func pingPong() async throws {
        let (connection, handler, peer, server) = try await open()
        try await peer.send([0x89, 2, 7, 8])
        #expect(try await peer.readFrame() == ClientFrame(0x8A, [7, 8]))
        try connection.ping([1, 2])
        #expect(try await peer.readFrame() == ClientFrame(0x89, [1, 2]))
        try await peer.send([0x8A, 2, 1, 2])
        while let event = await handler.next() {
            if case .pong(let payload) = event {
                #expect(payload == [1, 2])
                break
            }
        }
        #expect(throws: WebSocketError.self) {
            try connection.ping([UInt8](repeating: 0, count: 126))
        }
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
    }

    @Test("Our close waits for the peer's answer and reports it")
    func closeByUs() async throws {
        let (connection, handler, peer, server) = try await open()
        try connection.send("last")
        connection.close(code: .normal, reason: "done")
        #expect(throws: WebSocketError.self) { try connection.send("too late") }
        #expect(try await peer.readFrame() == ClientFrame(0x81, Array("last".utf8)))
        #expect(try await peer.readFrame() == ClientFrame(0x88, [3, 232] + Array("done".utf8)))
        try await peer.send([0x81, 1, 0x61, 0x88, 2, 3, 232])
        try await peer.close()
        #expect(await handler.nextMessages() == ["t:a"])
        let closure = await handler.closure()
        #expect(closure?.code == .normal)
        #expect(closure?.error == nil)
        try await server.stop()
    }

    @Test("The peer's close is answered with its code and reported with its reason")
    func closeByPeer() async throws {
        let (_, handler, peer, server) = try await open()
        try await peer.send([0x88, 5, 0x03, 0xE9, 0x62, 0x79, 0x65])
        #expect(try await peer.readFrame() == ClientFrame(0x88, [0x03, 0xE9]))
        try await peer.close()
        let closure = await handler.closure()
        #expect(closure?.code == .goingAway)
        #expect(closure?.reason == "bye")
        #expect(closure?.error == nil)
        try await server.stop()
    }

    @Test("A close without a code counts as 1005 and is answered with none")
    func closeWithoutCode() async throws {
        let (_, handler, peer, server) = try await open()
        try await peer.send([0x88, 0])
        #expect(try await peer.readFrame() == ClientFrame(0x88, []))
        try await peer.close()
        #expect(await handler.closure()?.code == .noStatus)
        try await server.stop()
    }

    @Test("A pause after the close frame does not keep the peer's answer out")
    func pauseWhileClosing() async throws {
        let (connection, handler, peer, server) = try await open { $0.timeouts.close = .seconds(60) }
        connection.close(code: .normal, reason: "")
        connection.pauseReading()
        #expect(try await peer.readFrame().first == 0x88)
        // More than the kernel holds, so it can be written only if it is read. TCP ends after that, as its end would be
        // noticed even without reading.
        try await peer.send([0x88, 2, 3, 232] + [UInt8](repeating: 0, count: 32 << 20))
        try await peer.close()
        let closure = await handler.closure()
        #expect(closure?.code == .normal)
        #expect(closure?.error == nil)
        try await server.stop()
    }

    @Test("A close that races the upgrade closes the connection all the same")
    func closeDuringUpgrade() throws {
        let channel = EmbeddedChannel()
        let connection = NIOWebSocketConnection(
            eventLoop: channel.embeddedEventLoop, configuration: .patient)
        let frames = FrameHandler(connection: connection, configuration: .patient)
        try channel.pipeline.syncOperations.addHandler(frames)
        // The loop hears of the close only after the server's answer.
        connection.close(code: .goingAway, reason: "")
        connection.stage.value = .open(frames)
        frames.open(WebSocketUpgradeResponse(), handler: RecordingHandler())
        channel.embeddedEventLoop.run()
        var output = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(ClientFrame(&output) == ClientFrame(0x88, [0x03, 0xE9]))
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("The request, which may hold secrets, is let go once the connection is open")
    func letsGoOfTheRequest() async throws {
        let server = try await RawServer.start()
        let handler = RecordingHandler()
        let connection = NIOWebSocketTransport(configuration: .patient).connect(
            WebSocketRequest(url: try WebSocketURL("ws://127.0.0.1:\(server.port)/")), handler: handler)
        let native = try #require(connection as? NIOWebSocketConnection)
        let peer = try await server.nextConnection()
        let attempt = try await native.eventLoop.submit { () -> NIOLoopBound<WeakAttempt> in
            guard case .connecting(let attempt) = native.stage.value else {
                return NIOLoopBound(WeakAttempt(), eventLoop: native.eventLoop)
            }
            return NIOLoopBound(WeakAttempt(attempt: attempt), eventLoop: native.eventLoop)
        }.get()
        try await native.eventLoop.submit { #expect(attempt.value.attempt != nil) }.get()
        try await peer.acceptUpgrade()
        #expect(await handler.opened())
        try await native.eventLoop.submit { #expect(attempt.value.attempt == nil) }.get()
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
    }

    private struct WeakAttempt {
        weak var attempt: ConnectionAttempt?
    }

    @Test("A peer that does not answer our close is given up in time")
    func closeTimeout() async throws {
        let (connection, handler, peer, server) = try await open { $0.timeouts.close = .milliseconds(50) }
        connection.close(code: .normal, reason: "")
        let closure = await handler.closure()
        #expect(closure?.error?.code == .closeTimeout)
        #expect(closure?.code == nil)
        #expect(await peer.isClosedByClient())
        try await server.stop()
    }

    @Test("A peer that closes but leaves TCP open is given up in time, without an error")
    func lingeringPeer() async throws {
        let (_, handler, peer, server) = try await open { $0.timeouts.close = .milliseconds(50) }
        try await peer.send([0x88, 2, 3, 232])
        let closure = await handler.closure()
        #expect(closure?.code == .normal)
        #expect(closure?.error == nil)
        #expect(await peer.isClosedByClient())
        try await server.stop()
    }

    @Test(
        "A violation is answered with its code, and the messages before it count",
        arguments: [
            Violation(bytes: [0xC1, 0], closeCode: 1002, code: .protocolViolation),
            Violation(bytes: [0x81, 1, 0xFF], closeCode: 1007, code: .invalidUTF8),
            Violation(bytes: [0x82, 126, 0x10, 0x00], closeCode: 1009, code: .frameTooLarge),
            Violation(
                bytes: [0x02, 0x7E, 0x03, 0xE8] + [UInt8](repeating: 0, count: 1000) + [0x80, 10],
                closeCode: 1009, code: .messageTooLarge),
            Violation(bytes: [0x88, 1, 3], closeCode: 1002, code: .protocolViolation),
        ])
    func violation(_ violation: Violation) async throws {
        let (bytes, closeCode, code) = (violation.bytes, violation.closeCode, violation.code)
        let (_, handler, peer, server) = try await open {
            $0.limits.inboundFrame = 1000
            $0.limits.inboundMessage = 1000
        }
        try await peer.send([0x81, 2, 0x6F, 0x6B] + bytes)
        #expect(await handler.nextMessages() == ["t:ok"])
        #expect(
            try await peer.readFrame() == ClientFrame(0x88, [UInt8(closeCode >> 8), UInt8(closeCode & 0xFF)]))
        try await peer.close()
        let closure = await handler.closure()
        #expect(closure?.error?.code == code)
        #expect(closure?.error?.closeCode?.rawValue == closeCode)
        try await server.stop()
    }

    @Test("TCP that ends without a close frame is a reset, in the middle of a frame too")
    func cut() async throws {
        let (_, handler, peer, server) = try await open()
        try await peer.send([0x81, 100, 0x61])
        try await peer.close()
        let closure = await handler.closure()
        #expect(closure?.code == nil)
        #expect(closure?.error?.code == .connectionReset)
        try await server.stop()
    }

    @Test("A TCP reset is reported as one")
    func reset() async throws {
        let (_, handler, peer, server) = try await open()
        try await peer.reset()
        #expect(await handler.closure()?.error?.code == .connectionReset)
        try await server.stop()
    }

    @Test("An abort from inside a callback ends the connection after it")
    func abortInside() async throws {
        let handle = Handle()
        let handler = RecordingHandler(onReceived: { handle.connection?.abort() })
        let (connection, _, peer, server) = try await open(handler: handler)
        handle.connection = connection
        try await peer.send([0x81, 1, 0x61])
        #expect(await handler.nextMessages() == ["t:a"])
        #expect(await handler.closure()?.error?.code == .cancelled)
        try await server.stop()
    }

    @Test("A message above the outbound limit is refused and nothing is taken")
    func outboundLimit() async throws {
        let (connection, handler, _, server) = try await open { $0.limits.outboundMessage = 10 }
        do {
            try connection.send([UInt8](repeating: 0, count: 11))
            Issue.record("was taken")
        } catch {
            #expect(error.code == .messageTooLarge)
        }
        #expect(try connection.send([UInt8](repeating: 0, count: 10)).position == 16)
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
    }

    @Test("A send before the upgrade and after the end says so")
    func notOpen() async throws {
        let server = try await RawServer.start()
        let handler = RecordingHandler()
        let connection = NIOWebSocketTransport(configuration: .patient).connect(
            WebSocketRequest(url: try WebSocketURL("ws://127.0.0.1:\(server.port)/")), handler: handler)
        #expect(throws: WebSocketError.self) { try connection.send("early") }
        connection.abort()
        _ = await handler.closure()
        #expect(throws: WebSocketError.self) { try connection.send("late") }
        try await server.stop()
    }
}

struct Violation: Sendable {
    var bytes: [UInt8]
    var closeCode: UInt16
    var code: WebSocketError.Code
}

/// Hands a connection to a closure that was made before it.
final class Handle: Sendable {
    private let stored = Mutex<(any WebSocketConnection)?>(nil)

    var connection: (any WebSocketConnection)? {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
