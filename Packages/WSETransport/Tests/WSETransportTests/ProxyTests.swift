import NIOCore
import NIOSSL
import Testing

@testable import WSETransport

@Suite("Proxy", .timeLimit(.minutes(1)))
struct ProxyTests {
    private func connect(
        _ url: String, through proxy: RawServer, headers: [WebSocketHeader] = [],
        _ configure: (inout WebSocketConfiguration) -> Void = { _ in }
    ) throws -> (any WebSocketConnection, RecordingHandler) {
        var configuration = WebSocketConfiguration.patient
        configuration.proxy = .http(host: "127.0.0.1", port: proxy.port, headers: headers)
        configure(&configuration)
        let handler = RecordingHandler()
        let connection = NIOWebSocketTransport(configuration: configuration).connect(
            WebSocketRequest(url: try WebSocketURL(url)), handler: handler)
        return (connection, handler)
    }

    @Test("The tunnel is asked for by name, and the WebSocket runs inside it")
    func tunnel() async throws {
        let proxy = try await RawServer.start()
        let (connection, handler) = try connect(
            "ws://inner.example/feed", through: proxy,
            headers: [WebSocketHeader("Proxy-Authorization", "Basic eA==")])
        let peer = try await proxy.nextConnection()
        let request = try await peer.readRequest()
        #expect(
            request
                == "CONNECT inner.example:80 HTTP/1.1\r\nHost: inner.example:80\r\nProxy-Authorization: Basic eA==\r\n\r\n"
        )
        try await peer.send("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
        let upgrade = try await peer.acceptUpgrade(followedBy: [0x81, 1, 0x61])
        #expect(upgrade.hasPrefix("GET /feed HTTP/1.1\r\nHost: inner.example\r\n"))
        #expect(await handler.opened())
        #expect(await handler.nextMessages() == ["t:a"])
        try connection.send("b")
        #expect(try await peer.readFrame() == ClientFrame(0x81, [0x62]))
        connection.abort()
        _ = await handler.closure()
        try await proxy.stop()
    }

    @Test(
        "TLS inside the tunnel is checked against the target's name", .enabled(if: TestAuthority.isAvailable))
    func tunnelTLS() async throws {
        let authority = try TestAuthority()
        defer { authority.remove() }
        let proxy = try await RawServer.start()
        let (connection, handler) = try connect("wss://inner.example/", through: proxy) {
            $0.tls.trustRoots = .file(authority.certificateFile)
        }
        let peer = try await proxy.nextConnection()
        #expect(try await peer.readRequest().hasPrefix("CONNECT inner.example:443 HTTP/1.1\r\n"))
        let context = try authority.serverContext(for: "DNS:inner.example")
        try await peer.channel.eventLoop.submit {
            try peer.channel.pipeline.syncOperations.addHandler(
                NIOSSLServerHandler(context: context), position: .first)
            // Below TLS, where the client still listens in the clear.
            let head = try peer.channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
            head.writeAndFlush(NIOAny(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n")), promise: nil)
        }.get()
        try await peer.acceptUpgrade()
        #expect(await handler.opened())
        connection.abort()
        _ = await handler.closure()
        try await proxy.stop()
    }

    @Test(
        "A certificate for the proxy's address does not vouch for the target",
        .enabled(if: TestAuthority.isAvailable), arguments: ["inner.example", "10.1.2.3"])
    func tunnelTLSOfTheProxy(host: String) async throws {
        let authority = try TestAuthority()
        defer { authority.remove() }
        let proxy = try await RawServer.start()
        let (_, handler) = try connect("wss://\(host)/", through: proxy) {
            $0.tls.trustRoots = .file(authority.certificateFile)
            $0.timeouts.handshake = .seconds(30)
        }
        let peer = try await proxy.nextConnection()
        _ = try await peer.readRequest()
        let context = try authority.serverContext(for: "IP:127.0.0.1")
        try await peer.channel.eventLoop.submit {
            try peer.channel.pipeline.syncOperations.addHandler(
                NIOSSLServerHandler(context: context), position: .first)
            // Below TLS, where the client still listens in the clear.
            let head = try peer.channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
            head.writeAndFlush(NIOAny(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n")), promise: nil)
        }.get()
        guard case .closed(let closure) = await handler.next() else {
            Issue.record("the proxy was taken for its target")
            return
        }
        #expect(closure.error?.tlsFailure == .hostNameMismatch)
        try await proxy.stop()
    }

    @Test("The environment's proxy is used, with its credentials, except for exempt hosts")
    func environment() async throws {
        let proxy = try await RawServer.start()
        let variables = [
            "http_proxy": "http://me:pass%40word@127.0.0.1:\(proxy.port)", "no_proxy": "127.0.0.1",
        ]
        var configuration = WebSocketConfiguration.patient
        configuration.proxy = .environment
        let transport = NIOWebSocketTransport(
            configuration: configuration, environment: ProxyEnvironment { variables[$0] })
        let tunneled = RecordingHandler()
        let first = transport.connect(
            WebSocketRequest(url: try WebSocketURL("ws://inner.example/")), handler: tunneled)
        let peer = try await proxy.nextConnection()
        let request = try await peer.readRequest()
        #expect(
            request
                == "CONNECT inner.example:80 HTTP/1.1\r\nHost: inner.example:80\r\nProxy-Authorization: Basic bWU6cGFzc0B3b3Jk\r\n\r\n"
        )
        first.abort()
        _ = await tunneled.closure()

        let direct = RecordingHandler()
        let second = transport.connect(
            WebSocketRequest(url: try WebSocketURL("ws://127.0.0.1:\(proxy.port)/direct")), handler: direct)
        #expect(try await proxy.nextConnection().readRequest().hasPrefix("GET /direct HTTP/1.1"))
        second.abort()
        _ = await direct.closure()
        try await proxy.stop()
        #expect(ProxyEnvironment.process.variable("PATH")?.isEmpty == false)
    }

    @Test("A proxy's refusal is surfaced with its status", arguments: [403, 407, 502])
    func refused(status: Int) async throws {
        let proxy = try await RawServer.start()
        let (_, handler) = try connect("ws://inner.example/", through: proxy)
        let peer = try await proxy.nextConnection()
        _ = try await peer.readRequest()
        try await peer.send("HTTP/1.1 \(status) No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
        let error = try #require(await handler.closure()?.error)
        #expect(error.code == .proxyFailed)
        #expect(error.httpStatus == status)
        #expect(error.httpHeaders.contains(WebSocketHeader("Proxy-Authenticate", "Basic")))
        try await proxy.stop()
    }

    @Test("A proxy that hangs up, talks nonsense, or is not there has failed")
    func broken() async throws {
        let proxy = try await RawServer.start()
        let (_, hungUp) = try connect("ws://inner.example/", through: proxy)
        try await proxy.nextConnection().close()
        #expect(await hungUp.closure()?.error?.code == .proxyFailed)

        let (_, nonsense) = try connect("ws://inner.example/", through: proxy)
        try await proxy.nextConnection().send("hello?\r\n\r\n")
        #expect(await nonsense.closure()?.error?.code == .proxyFailed)

        try await proxy.stop()
        let (_, missing) = try connect("ws://inner.example/", through: proxy) {
            $0.proxy = .http(host: "127.0.0.1", port: 1)
        }
        #expect(await missing.closure()?.error?.code == .proxyFailed)
    }
}

@Suite("Proxy from the environment")
struct ProxyEnvironmentTests {
    private func proxy(_ variables: [String: String], for url: String) throws -> ProxyServer? {
        try ProxyEnvironment { variables[$0] }.proxy(for: WebSocketURL(url))
    }

    @Test("The variable follows the scheme; the upper-case HTTP_PROXY does not count")
    func variables() throws {
        let variables = ["https_proxy": "http://secure:1", "http_proxy": "plain:2", "HTTP_PROXY": "evil:3"]
        #expect(try proxy(variables, for: "wss://h") == ProxyServer(host: "secure", port: 1, headers: []))
        #expect(try proxy(variables, for: "ws://h") == ProxyServer(host: "plain", port: 2, headers: []))
        #expect(try proxy(["HTTP_PROXY": "evil:3"], for: "ws://h") == nil)
        #expect(try proxy(["HTTPS_PROXY": "http://up/"], for: "wss://h")?.host == "up")
        #expect(try proxy(["ALL_PROXY": "http://[::1]:8"], for: "ws://h")?.host == "::1")
        #expect(try proxy(["https_proxy": "", "all_proxy": "a:1"], for: "wss://h")?.host == "a")
        #expect(try proxy([:], for: "wss://h") == nil)
    }

    @Test("User and password become basic authorization, percent-decoded")
    func credentials() throws {
        let server = try #require(try proxy(["https_proxy": "http://us%65r:p%40ss@h:8080"], for: "wss://x"))
        #expect(server.host == "h")
        #expect(server.headers == [WebSocketHeader("Proxy-Authorization", "Basic dXNlcjpwQHNz")])
    }

    @Test(
        "no_proxy exempts hosts, subdomains, addresses and ports",
        arguments: [
            ("*", "wss://anything", true), ("example.com", "wss://example.com", true),
            ("example.com", "wss://a.example.com", true), (".example.com", "wss://a.example.com", true),
            ("example.com", "wss://badexample.com", false), ("EXAMPLE.com", "wss://example.COM", true),
            ("a, b ,c", "wss://b", true), ("10.0.0.1", "wss://10.0.0.1", true), ("::1", "wss://[::1]", true),
            ("[::1]:443", "wss://[::1]", true), ("[::1]:444", "wss://[::1]", false),
            ("h:443", "wss://h", true),
            ("h:444", "wss://h", false), ("", "wss://h", false), (",", "wss://h", false),
            (".", "wss://h", false),
        ])
    func exemptions(list: String, url: String, isExempt: Bool) throws {
        let found = try proxy(["https_proxy": "p:1", "no_proxy": list], for: url)
        #expect((found == nil) == isExempt)
    }

    @Test(
        "What is no HTTP proxy is refused, without showing the value",
        arguments: [
            "socks5://h:1", "http://", "h:99999", "http://u:secret@", "http://u:100%secret@h:1",
            "http://u:secret%@h:1",
        ])
    func refused(value: String) {
        do {
            _ = try proxy(["https_proxy": value], for: "wss://x")
            Issue.record("was taken")
        } catch {
            #expect((error as? WebSocketError)?.code == .invalidArgument)
            #expect(!"\(error)".contains("secret"))
        }
    }
}
