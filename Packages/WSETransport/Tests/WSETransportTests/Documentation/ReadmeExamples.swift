import NIOCore
import NIOPosix
import Synchronization
import Testing
import WSETransport
import WSETransportTesting

/// The examples of the README, run. ``ReadmeTests`` holds the two to the same text.
@Suite("README examples")
struct ReadmeExamples {
    @Test("Asynchronous use")
    func asynchronous() async throws {
        let server = try await EchoServer.start()
        let url = "ws://127.0.0.1:\(server.port)/"
        let token = "secret"
        let socket = try await WebSocket.connect(
            to: url, headers: [WebSocketHeader("Authorization", "Bearer \(token)")])
        try await socket.send("hello")
        for try await message in socket.messages {
            print(message.kind, message.text)
            await socket.close()
        }
        #expect(socket.closure?.code == .normal)
        try await server.stop()
    }

    @Test("Many connections")
    func many() async throws {
        let server = try await EchoServer.start()
        let url = "ws://127.0.0.1:\(server.port)/"
        var configuration = WebSocketConfiguration()
        configuration.timeouts.connect = .seconds(5)
        configuration.limits.inboundMessage = 64 << 10
        let transport = NIOWebSocketTransport(configuration: configuration)

        let request = WebSocketRequest(url: try WebSocketURL(url).appending(queryItems: [("topics", "a,b")]))
        let socket = try await WebSocket.connect(request, over: transport, configuration: configuration)
        #expect(request.url.requestTarget == "/?topics=a%2Cb")
        await socket.close()
        try await server.stop()
    }

    @Test("Callbacks")
    func callbacks() async throws {
        final class Counter: WebSocketHandler {
            let count = Mutex(0)

            func webSocketOpened(_ response: WebSocketUpgradeResponse) {}

            func webSocketReceived(_ messages: Span<WebSocketMessageRecord>, in bytes: RawSpan) {
                for index in messages.indices {
                    let message = messages[index]
                    let payload = bytes.extracting(message.offset..<(message.offset + message.count))
                    count.withLock { $0 += payload.byteCount }
                }
            }

            func webSocketWritabilityChanged(isWritable: Bool) {
                print(isWritable ? "go on sending" : "the network takes no more for now")
            }

            func webSocketClosed(_ closure: WebSocketClosure) {
                print(closure.code?.description ?? "1006", closure.reason, closure.error?.message ?? "")
            }
        }

        let transport = InMemoryTransport(delivery: .manual)
        let request = WebSocketRequest(url: try WebSocketURL("ws://test/"))
        let counter = Counter()
        let connection = transport.connect(request, handler: counter)
        transport.takeConnection()?.accept()
        let payload: [UInt8] = [1, 2, 3]
        let receipt = try connection.send(.binary, payload.span.bytes)
        if !receipt.isWritable { print("wait for webSocketWritabilityChanged(isWritable: true)") }
        connection.close(code: .normal, reason: "done")
        #expect(receipt.isWritable)
    }

    @Test("TLS and proxy", .enabled(if: TestAuthority.isAvailable))
    func security() async throws {
        let authority = try TestAuthority()
        defer { authority.remove() }
        _ = try authority.serverContext()
        let (chain, key) = (authority.file("server.pem"), authority.file("server.key"))
        let caFile = authority.certificateFile
        let sha256 = [UInt8](repeating: 1, count: 32)
        var configuration = WebSocketConfiguration()
        configuration.tls.trustRoots = .file(caFile)
        configuration.tls.clientIdentity = .files(certificateChain: chain, privateKey: key)
        configuration.tls.pinnedPublicKeys = [try .init(sha256: sha256)]
        configuration.tls.serverName = "inner.example.com"
        configuration.proxy = .environment  // or .http(host: "proxy.example.com", port: 3128)
        #expect(configuration.tls.pinnedPublicKeys.count == 1)
    }

    @Test("Errors")
    func errors() async throws {
        let server = try await RawServer.start()
        let url = "ws://127.0.0.1:\(server.port)/"
        func connect() async {
            do {
                let socket = try await WebSocket.connect(to: url)
                await socket.close()
            } catch {
                switch error.code {
                case .upgradeRefused where error.httpStatus == 401: print("log in anew")
                case .upgradeRefused: print("HTTP", error.httpStatus ?? 0, error.httpBodyStart)
                case .tlsFailed: print("not trusted:", error.tlsFailure ?? .other)
                default: print(error)
                }
            }
        }
        async let connecting: Void = connect()
        let peer = try await server.nextConnection()
        #expect(try await peer.readRequest().hasPrefix("GET / HTTP/1.1"))
        try await peer.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
        await connecting
        #expect(await peer.isClosedByClient())
        try await server.stop()
    }

    @Test("Tests without a network")
    func inMemory() async throws {
        let transport = InMemoryTransport()
        let request = WebSocketRequest(url: try WebSocketURL("ws://test/"))
        async let connecting = WebSocket.connect(request, over: transport)
        let server = try await transport.nextConnection()
        server.accept()
        let socket = try await connecting

        try await socket.send("hello")
        let received = try await server.nextMessage()  // .text("hello")
        server.push(.text("world"))
        server.cut()
        #expect(received == .text("hello"))
        var messages = socket.messages.makeAsyncIterator()
        #expect(try await messages.next()?.text == "world")
        await #expect(throws: WebSocketError.self) { _ = try await messages.next() }
    }
}
