import NIOCore
import NIOPosix
import Testing

@testable import WSETransport

@Suite("Name resolution and TCP")
struct NameResolutionTests {
    private func connect(
        port: Int, _ resolver: TestResolver, timeout: Duration = .seconds(300)
    ) throws -> (any WebSocketConnection, RecordingHandler) {
        var configuration = WebSocketConfiguration.patient
        configuration.timeouts.connect = timeout
        let handler = RecordingHandler()
        let transport = NIOWebSocketTransport(
            configuration: configuration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton
        ) { _ in resolver }
        let connection = transport.connect(
            WebSocketRequest(url: try WebSocketURL("ws://name.test:\(port)/")), handler: handler)
        return (connection, handler)
    }

    @Test("An IPv6 address that refuses does not keep from the IPv4 one")
    func fallsBack() async throws {
        let server = try await RawServer.start()
        let (connection, handler) = try connect(
            port: server.port, TestResolver(v4: ["127.0.0.1"], v6: ["::1"]))
        try await server.nextConnection().acceptUpgrade()
        #expect(await handler.opened())
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
    }

    @Test("An IPv6 address that never answers does not keep from the IPv4 one, and its socket is closed")
    func doesNotWaitForSilence() async throws {
        let server = try await RawServer.start()
        // The documentation prefix of RFC 3849: nobody is there.
        let (connection, handler) = try connect(
            port: server.port, TestResolver(v4: ["127.0.0.1"], v6: ["2001:db8::1"]))
        try await server.nextConnection().acceptUpgrade()
        #expect(await handler.opened())
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
    }

    @Test("A name that resolves to IPv6 alone connects there", .enabled(if: SystemSocket.hasIPv6))
    func ipv6Only() async throws {
        let server = try await EchoServer.start(host: "::1")
        let (connection, handler) = try connect(port: server.port, TestResolver(v4: [], v6: ["::1"]))
        #expect(await handler.opened())
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
    }

    @Test("A resolver that never answers is given up after the connect timeout")
    func silentResolver() async throws {
        let (_, handler) = try connect(port: 9, TestResolver(v4: nil, v6: nil), timeout: .milliseconds(50))
        #expect(await handler.closure()?.error?.code == .connectTimeout)
    }

    @Test("A server whose queue is full is given up after the connect timeout")
    func silentServer() async throws {
        let full = FullListener()
        defer { full.stop() }
        let (_, handler) = try connect(
            port: full.port, TestResolver(v4: ["127.0.0.1"], v6: []), timeout: .milliseconds(100))
        #expect(await handler.closure()?.error?.code == .connectTimeout)
    }

    @Test("An abort while the name is resolved ends the attempt at once")
    func abortWhileResolving() async throws {
        let (connection, handler) = try connect(port: 9, TestResolver(v4: nil, v6: nil), timeout: .seconds(1))
        connection.abort()
        #expect(await handler.closure()?.error?.code == .cancelled)
    }

    @Test("Small writes are not held back by the kernel unless asked for", arguments: [true, false])
    func noDelay(isNoDelay: Bool) async throws {
        let server = try await RawServer.start()
        var configuration = WebSocketConfiguration.patient
        configuration.isNoDelay = isNoDelay
        let handler = RecordingHandler()
        let connection = NIOWebSocketTransport(configuration: configuration).connect(
            WebSocketRequest(url: try WebSocketURL("ws://127.0.0.1:\(server.port)/")), handler: handler)
        try await server.nextConnection().acceptUpgrade()
        #expect(await handler.opened())
        let values = SystemSocket.all(connectedTo: server.port).map(\.isNoDelay)
        #expect(values == [isNoDelay])
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
    }
}

/// Answers with fixed addresses; `nil` stands for an answer that never comes.
struct TestResolver: Resolver, Sendable {
    var v4: [String]?
    var v6: [String]?

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { answer(v4, port) }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { answer(v6, port) }

    func cancelQueries() {}

    private func answer(_ addresses: [String]?, _ port: Int) -> EventLoopFuture<[SocketAddress]> {
        let loop = MultiThreadedEventLoopGroup.currentEventLoop ?? MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: [SocketAddress].self)
        if let addresses {
            promise.completeWith(
                Result { try addresses.map { try SocketAddress(ipAddress: $0, port: port) } })
        } else {
            // A promise may not be dropped unfulfilled; long after the test, this one is not.
            loop.scheduleTask(in: .seconds(30)) { promise.succeed([]) }
        }
        return promise.futureResult
    }
}
