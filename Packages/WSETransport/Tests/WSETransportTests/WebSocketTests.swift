import Testing
import WSETransport

@Suite("WebSocket over the network")
struct WebSocketTests {
    @Test("Text, binary, empty and large messages come back from SwiftNIO's server")
    func echo() async throws {
        let server = try await EchoServer.start()
        let socket = try await WebSocket.connect(
            to: "ws://127.0.0.1:\(server.port)/", configuration: .patient)
        try await echoAll(socket)
        try await server.stop()
    }

    @Test(
        "The same over TLS", .enabled(if: TestAuthority.isAvailable), arguments: ["localhost", "127.0.0.1"])
    func echoTLS(host: String) async throws {
        let authority = try TestAuthority()
        defer { authority.remove() }
        let server = try await EchoServer.start(tls: try authority.serverContext())
        var configuration = WebSocketConfiguration.patient
        configuration.tls.trustRoots = .file(authority.certificateFile)
        let socket = try await WebSocket.connect(
            to: "wss://\(host):\(server.port)/", configuration: configuration)
        try await echoAll(socket)
        try await server.stop()
    }

    private func echoAll(_ socket: WebSocket) async throws {
        let large = String(repeating: "0123456789äöü", count: 50_000)
        try await socket.send("hello")
        try await socket.send("")
        try await socket.send([0, 255, 1])
        try await socket.send(large)
        var received: [WebSocketMessage] = []
        for try await message in socket.messages {
            received.append(message)
            if received.count == 4 { break }
        }
        #expect(received.map(\.kind) == [.text, .text, .binary, .text])
        #expect(received[0].text == "hello")
        #expect(received[1].text == "")
        #expect(Array(received[2].bytes) == [0, 255, 1])
        #expect(received[3].text == large)
        try await socket.ping()
        let closure = await socket.close(reason: "thanks")
        #expect(closure.code == .normal)
        #expect(closure.reason == "thanks")
        #expect(closure.error == nil)
        #expect(socket.closure?.code == .normal)
        await #expect(throws: WebSocketError.self) { try await socket.send("late") }
    }

    @Test("An IPv6 address in the URL works", .enabled(if: SystemSocket.hasIPv6))
    func ipv6() async throws {
        let host = "::1"
        let server = try await EchoServer.start(host: host)
        let socket = try await WebSocket.connect(
            to: "ws://[\(host)]:\(server.port)/", configuration: .patient)
        try await socket.send("six")
        var iterator = socket.messages.makeAsyncIterator()
        #expect(try await iterator.next()?.text == "six")
        await socket.close()
        try await server.stop()
    }

    @Test("100,000 messages are echoed in order")
    func many() async throws {
        let server = try await EchoServer.start()
        let socket = try await WebSocket.connect(
            to: "ws://127.0.0.1:\(server.port)/", configuration: .patient)
        let count = 100_000
        async let sending: Void = {
            for index in 0..<count { try await socket.send("message \(index)") }
        }()
        var index = 0
        for try await message in socket.messages {
            guard message.text == "message \(index)" else {
                Issue.record("message \(index) is \(message.text)")
                break
            }
            index += 1
            if index == count { break }
        }
        try await sending
        #expect(index == count)
        await socket.close()
        try await server.stop()
    }
}
