import NIOCore
import Synchronization
import Testing

@_spi(WSE) @testable import WSETransport

@Suite("Hostile peer")
struct HostilePeerTests {
    private func open(
        _ configure: (inout WebSocketConfiguration) -> Void = { _ in }
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
        return (connection, handler, peer, server)
    }

    @Test("Byte-at-a-time delivery brings the same messages")
    func byteAtATime() async throws {
        let (_, handler, peer, server) = try await open()
        let stream: [UInt8] =
            [0x81, 2, 0x68, 0x69] + [0x01, 1, 0x61] + [0x89, 1, 9] + [0x80, 1, 0x62] + [0x82, 126, 0, 200]
            + [UInt8](repeating: 0x63, count: 200) + [0x88, 4, 0x0F, 0xA0, 0x6F, 0x6B]
        for byte in stream { try await peer.send([byte]) }
        var received: [String] = []
        while received.count < 3, let messages = await handler.nextMessages() { received += messages }
        #expect(received == ["t:hi", "t:ab", "b:" + String(repeating: "c", count: 200)])
        #expect(try await peer.readFrame() == ClientFrame(0x8A, [9]))
        #expect(try await peer.readFrame() == ClientFrame(0x88, [0x0F, 0xA0]))
        try await peer.close()
        let closure = await handler.closure()
        #expect(closure?.code?.rawValue == 4000)
        #expect(closure?.reason == "ok")
        try await server.stop()
    }

    @Test("A reset in the middle of a frame is a reset, and the half message is not delivered")
    func resetInsideFrame() async throws {
        let (_, handler, peer, server) = try await open()
        try await peer.send([0x81, 1, 0x61, 0x82, 126, 1, 0, 1, 2, 3])
        #expect(await handler.nextMessages() == ["t:a"])
        try await peer.reset()
        guard case .closed(let closure) = await handler.next() else {
            Issue.record("something came between")
            return
        }
        #expect(closure.error?.code == .connectionReset)
        try await server.stop()
    }

    @Test("A silent peer costs a closing client no more than the close timeout")
    func halfOpen() async throws {
        let (connection, handler, peer, server) = try await open { $0.timeouts.close = .milliseconds(50) }
        try await peer.channel.setOption(.autoRead, value: false).get()
        connection.close(code: .normal, reason: "")
        #expect(await handler.closure()?.error?.code == .closeTimeout)
        try await server.stop()
    }

    @Test("A peer that talks on after a violation is heard no more, and cut off in time")
    func talksOn() async throws {
        let (_, handler, peer, server) = try await open { $0.timeouts.close = .milliseconds(50) }
        try await peer.send([0x83, 0])
        for _ in 0..<100 {
            do { try await peer.send([0x81, 1, 0x61]) } catch { break }
        }
        var sawMessage = false
        var closure: WebSocketClosure?
        while let event = await handler.next() {
            switch event {
            case .received: sawMessage = true
            case .closed(let its): closure = its
            default: break
            }
        }
        #expect(!sawMessage)
        #expect(closure?.error?.code == .protocolViolation)
        try await server.stop()
    }

    @Test("A flood of pings is answered without filling memory")
    func pingFlood() async throws {
        let (connection, handler, peer, server) = try await open()
        try await peer.channel.setOption(.autoRead, value: false).get()
        let ping: [UInt8] = [0x89, 125] + [UInt8](repeating: 1, count: 125)
        let flood = ByteBuffer(bytes: Array(repeatElement(ping, count: 100_000).joined()))
        try await peer.channel.writeAndFlush(flood)
        try await peer.send([0x81, 1, 0x61])
        #expect(await handler.nextMessages() == ["t:a"])
        let native = try #require(connection as? NIOWebSocketConnection)
        let unsent = native.output.withLock { $0.unsentBytes }
        #expect(unsent <= WebSocketConfiguration().output.highWatermark + 131)
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
    }

    @Test("Random bytes end every connection with an error and never the process")
    func noise() async throws {
        var generator = SplitMix64(state: 7)
        for _ in 0..<50 {
            let (_, handler, peer, server) = try await open { $0.timeouts.close = .milliseconds(50) }
            try await peer.send((0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) })
            try await peer.close()
            let closure = await handler.closure()
            #expect(closure?.error != nil || closure?.code != nil)
            try await server.stop()
        }
    }

    @Test("Connecting can be cancelled while the server says nothing, and leaves no connection behind")
    func cancelConnecting() async throws {
        let server = try await RawServer.start()
        let url = "ws://127.0.0.1:\(server.port)/"
        let connecting = Task { () -> WebSocketError? in
            do throws(WebSocketError) {
                _ = try await WebSocket.connect(to: url, configuration: .patient)
                return nil
            } catch {
                return error
            }
        }
        let peer = try await server.nextConnection()
        _ = try await peer.readRequest()
        connecting.cancel()
        #expect(await connecting.value?.code == .cancelled)
        #expect(await peer.isClosedByClient())
        try await server.stop()
    }
}

/// A small seeded generator, so that a failing run can be repeated.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
