import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import WSETransport

@Suite("Stages of connecting")
struct ConnectStageTests {
    @Test("Name, TCP: each is told once, and where the connection goes")
    func plain() async throws {
        let server = try await RawServer.start()
        let handler = RecordingHandler()
        // The first address refuses, so that there are two sockets for one name.
        let transport = NIOWebSocketTransport(
            configuration: .patient, eventLoopGroup: MultiThreadedEventLoopGroup.singleton
        ) { _ in TestResolver(v4: ["127.0.0.1"], v6: ["::1"]) }
        let connection = transport.connect(
            WebSocketRequest(url: try WebSocketURL("ws://name.test:\(server.port)/")), handler: handler)
        try await server.nextConnection().acceptUpgrade()
        #expect(await handler.opened())
        #expect(handler.reached == [.resolved, .connected(address: "127.0.0.1:\(server.port)")])
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
    }

    @Test("A name without an address reaches nothing")
    func unresolved() async throws {
        let handler = RecordingHandler()
        let transport = NIOWebSocketTransport(
            configuration: .patient, eventLoopGroup: MultiThreadedEventLoopGroup.singleton
        ) { _ in TestResolver(v4: [], v6: []) }
        _ = transport.connect(
            WebSocketRequest(url: try WebSocketURL("ws://name.test:9/")), handler: handler)
        #expect(await handler.closure()?.error?.code == .nameResolutionFailed)
        #expect(handler.reached.isEmpty)
    }

    @Test("A tunnel and TLS come after TCP", .enabled(if: TestAuthority.isAvailable))
    func tunnelAndTLS() async throws {
        let authority = try TestAuthority()
        defer { authority.remove() }
        let proxy = try await RawServer.start()
        var configuration = WebSocketConfiguration.patient
        configuration.proxy = .http(host: "127.0.0.1", port: proxy.port)
        configuration.tls.trustRoots = .file(authority.certificateFile)
        let handler = RecordingHandler()
        let connection = NIOWebSocketTransport(configuration: configuration).connect(
            WebSocketRequest(url: try WebSocketURL("wss://inner.example/")), handler: handler)
        let peer = try await proxy.nextConnection()
        _ = try await peer.readRequest()
        let context = try authority.serverContext(for: "DNS:inner.example")
        try await peer.channel.eventLoop.submit {
            let pipeline = peer.channel.pipeline.syncOperations
            try pipeline.addHandler(NIOSSLServerHandler(context: context), position: .first)
            let head = try pipeline.context(handlerType: NIOSSLServerHandler.self)
            head.writeAndFlush(NIOAny(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n")), promise: nil)
        }.get()
        try await peer.acceptUpgrade()
        #expect(await handler.opened())
        let stages = handler.reached
        #expect(
            stages.prefix(3) == [.resolved, .connected(address: "127.0.0.1:\(proxy.port)"), .tunnelled])
        guard case .secured(let summary)? = stages.last else {
            Issue.record("no TLS among \(stages)")
            return
        }
        #expect(stages.count == 4)
        #expect(summary.version == "TLSv1.3")
        // The authority of these tests vouches for two days; 2020 is long ago.
        #expect(summary.certificateExpiration > 1_577_836_800)
        connection.abort()
        _ = await handler.closure()
        try await proxy.stop()
    }

    @Test("A certificate for another name is not secured", .enabled(if: TestAuthority.isAvailable))
    func wrongName() async throws {
        let authority = try TestAuthority()
        defer { authority.remove() }
        let server = try await EchoServer.start(tls: authority.serverContext(for: "DNS:other.example"))
        var configuration = WebSocketConfiguration.patient
        configuration.tls.trustRoots = .file(authority.certificateFile)
        let handler = RecordingHandler()
        _ = NIOWebSocketTransport(configuration: configuration).connect(
            WebSocketRequest(url: try WebSocketURL("wss://127.0.0.1:\(server.port)/")), handler: handler)
        #expect(await handler.closure()?.error?.tlsFailure == .hostNameMismatch)
        #expect(handler.reached == [.resolved, .connected(address: "127.0.0.1:\(server.port)")])
        try await server.stop()
    }
}
