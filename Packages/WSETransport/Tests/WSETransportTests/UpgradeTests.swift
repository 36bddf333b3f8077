import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import WSETransport

@Suite("Upgrade")
struct UpgradeTests {
    private func connect(
        to server: RawServer, path: String = "/", headers: [WebSocketHeader] = [],
        _ configure: (inout WebSocketConfiguration) -> Void = { _ in }
    ) throws -> (any WebSocketConnection, RecordingHandler) {
        var configuration = WebSocketConfiguration.patient
        configure(&configuration)
        let handler = RecordingHandler()
        let url = try WebSocketURL("ws://127.0.0.1:\(server.port)\(path)")
        let connection = NIOWebSocketTransport(configuration: configuration)
            .connect(WebSocketRequest(url: url, headers: headers), handler: handler)
        return (connection, handler)
    }

    @Test("The request has what RFC 6455 demands, the query, and the user's headers in order")
    func request() async throws {
        let server = try await RawServer.start()
        let (connection, handler) = try connect(
            to: server, path: "/feed?a=1&b=%20",
            headers: [.init("Authorization", "Bearer x"), .init("Cookie", "c=1"), .init("X-Last", "3")])
        let peer = try await server.nextConnection()
        let request = try await peer.acceptUpgrade()
        let lines = request.split(separator: "\r\n")
        #expect(lines[0] == "GET /feed?a=1&b=%20 HTTP/1.1")
        #expect(lines[1] == "Host: 127.0.0.1:\(server.port)")
        #expect(lines[2] == "Upgrade: websocket")
        #expect(lines[3] == "Connection: Upgrade")
        #expect(lines[4].hasPrefix("Sec-WebSocket-Key: "))
        #expect(lines[5] == "Sec-WebSocket-Version: 13")
        #expect(lines[6...] == ["Authorization: Bearer x", "Cookie: c=1", "X-Last: 3"])
        #expect(await handler.opened())
        connection.abort()
        #expect(await handler.closure()?.error?.code == .cancelled)
        try await server.stop()
    }

    @Test("Frames in the same write as the 101 arrive, even if the connection ends with them")
    func bytesAfterTheAnswer() async throws {
        let server = try await RawServer.start()
        let (_, handler) = try connect(to: server)
        let peer = try await server.nextConnection()
        try await peer.acceptUpgrade(followedBy: [0x81, 1, 0x61, 0x82, 1, 0x62, 0x88, 2, 0x11, 0x31])
        try await peer.close()
        #expect(await handler.opened())
        #expect(await handler.nextMessages() == ["t:a", "b:b"])
        let closure = await handler.closure()
        #expect(closure?.code?.rawValue == 4401)
        #expect(closure?.error == nil)
        try await server.stop()
    }

    @Test("The answer may arrive byte by byte, frames behind it included")
    func byteByByte() async throws {
        let server = try await RawServer.start()
        let (connection, handler) = try connect(to: server)
        let peer = try await server.nextConnection()
        let request = try await peer.readRequest()
        let answer = Array(try upgradeResponse(to: request).readableBytesView) + [0x81, 2, 0x68, 0x69]
        for byte in answer { try await peer.send([byte]) }
        #expect(await handler.opened())
        #expect(await handler.nextMessages() == ["t:hi"])
        connection.abort()
        _ = await handler.closure()
        try await server.stop()
    }

    @Test("A refusal is surfaced with status, headers and body", arguments: [401, 403, 404, 429, 500, 503])
    func refusal(status: Int) async throws {
        let server = try await RawServer.start()
        let (_, handler) = try connect(to: server)
        let peer = try await server.nextConnection()
        _ = try await peer.readRequest()
        try await peer.send(
            "HTTP/1.1 \(status) Whatever\r\nRetry-After: 7\r\nContent-Length: 9\r\n\r\nno access")
        let error = try #require(await handler.closure()?.error)
        #expect(error.code == .upgradeRefused)
        #expect(error.httpStatus == status)
        #expect(error.httpHeaders.contains(WebSocketHeader("Retry-After", "7")))
        #expect(error.httpBodyStart == Array("no access".utf8))
        #expect(!error.description.contains("no access"))
        #expect(await peer.isClosedByClient())
        try await server.stop()
    }

    @Test("A refusal's body is cut at its limit, and without length read to the end of the connection")
    func refusalBody() async throws {
        let server = try await RawServer.start()
        let (_, cutHandler) = try connect(to: server) { $0.limits.refusalBody = 4 }
        let cutPeer = try await server.nextConnection()
        _ = try await cutPeer.readRequest()
        try await cutPeer.send("HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\nabcdefg")
        #expect(await cutHandler.closure()?.error?.httpBodyStart == Array("abcd".utf8))

        let (_, openHandler) = try connect(to: server)
        let openPeer = try await server.nextConnection()
        _ = try await openPeer.readRequest()
        try await openPeer.send("HTTP/1.1 403 No\r\n\r\nabc")
        try await openPeer.close()
        #expect(await openHandler.closure()?.error?.httpBodyStart == Array("abc".utf8))
        try await server.stop()
    }

    @Test("A refusal's body start is kept even if far more arrives at once")
    func largeRefusal() throws {
        let request = try UpgradeRequest(WebSocketRequest(url: try WebSocketURL("ws://h/")))
        var error: WebSocketError?
        let upgrade = UpgradeHandler(
            request: request, isSecure: false, refusalBodyLimit: 1000, didSecure: { _ in },
            complete: { if case .refused(let refusal) = $0 { error = refusal } })
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers(
            HandshakeSplitter(limit: 2000), HTTPRequestEncoder(),
            ByteToMessageHandler(HTTPResponseDecoder()), upgrade)
        upgrade.start()
        let body = String(repeating: "x", count: 50_000)
        try channel.writeInbound(
            ByteBuffer(string: "HTTP/1.1 503 Busy\r\nContent-Length: 50000\r\n\r\n" + body))
        #expect(error?.code == .upgradeRefused)
        #expect(error?.httpStatus == 503)
        #expect(error?.httpBodyStart == Array(body.utf8.prefix(1000)))
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("Lines that end without a carriage return do not swallow the frames behind them")
    func bareLineFeeds() async throws {
        let server = try await RawServer.start()
        let (_, handler) = try connect(to: server)
        let peer = try await server.nextConnection()
        let good = String(buffer: try upgradeResponse(to: try await peer.readRequest()))
        try await peer.send(
            Array(good.replacing("\r\n", with: "\n").utf8) + [0x81, 1, 0x61, 0x88, 2, 3, 232])
        try await peer.close()
        switch await handler.next() {
        case .opened: #expect(await handler.nextMessages() == ["t:a"])
        case .closed(let closure): #expect(closure.error?.code == .upgradeRefused)
        default: Issue.record("neither opened nor refused")
        }
        try await server.stop()
    }

    @Test("Redirects are refused by their own code", arguments: [301, 302, 307, 308])
    func redirect(status: Int) async throws {
        let server = try await RawServer.start()
        let (_, handler) = try connect(to: server)
        let peer = try await server.nextConnection()
        _ = try await peer.readRequest()
        try await peer.send(
            "HTTP/1.1 \(status) Moved\r\nLocation: ws://elsewhere/\r\nContent-Length: 0\r\n\r\n")
        let error = try #require(await handler.closure()?.error)
        #expect(error.code == .redirected)
        #expect(error.httpStatus == status)
        #expect(error.httpHeaders.contains(WebSocketHeader("Location", "ws://elsewhere/")))
        try await server.stop()
    }

    @Test(
        "A 101 that is not the asked-for one is refused",
        arguments: [
            ("wrong accept", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n"),
            ("no accept", "Upgrade: websocket\r\nConnection: Upgrade\r\n"),
            ("no upgrade", "Connection: Upgrade\r\nSec-WebSocket-Accept: @\r\n"),
            ("no connection", "Upgrade: websocket\r\nSec-WebSocket-Accept: @\r\n"),
            ("other upgrade", "Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: @\r\n"),
            (
                "extension",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: @\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
            ),
            (
                "subprotocol",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: @\r\nSec-WebSocket-Protocol: chat\r\n"
            ),
        ])
    func bad101(name: String, headers: String) async throws {
        let server = try await RawServer.start()
        let (_, handler) = try connect(to: server)
        let peer = try await server.nextConnection()
        let good = String(buffer: try upgradeResponse(to: try await peer.readRequest()))
        let accept = good.split(separator: "\r\n").first {
            $0.lowercased().hasPrefix("sec-websocket-accept: ")
        }
        let key = accept.map { String($0.dropFirst("sec-websocket-accept: ".count)) } ?? ""
        try await peer.send(
            "HTTP/1.1 101 Switching Protocols\r\n" + headers.replacing("@", with: key) + "\r\n")
        let error = try #require(await handler.closure()?.error)
        #expect(error.code == .upgradeRefused)
        #expect(error.httpStatus == 101)
        try await server.stop()
    }

    @Test("Endless headers are given up at the limit")
    func endlessHeaders() async throws {
        let server = try await RawServer.start()
        let (_, handler) = try connect(to: server) { $0.limits.handshake = 2000 }
        let peer = try await server.nextConnection()
        _ = try await peer.readRequest()
        try await peer.send("HTTP/1.1 200 OK\r\n")
        for index in 0..<200 {
            do { try await peer.send("X-\(index): \(String(repeating: "y", count: 30))\r\n") } catch { break }
        }
        #expect(await handler.closure()?.error?.code == .upgradeRefused)
        try await server.stop()
    }

    @Test("An answer that is not HTTP is refused")
    func notHTTP() async throws {
        let server = try await RawServer.start()
        let (_, handler) = try connect(to: server)
        let peer = try await server.nextConnection()
        _ = try await peer.readRequest()
        try await peer.send("220 mail.example.com ESMTP\r\n\r\n")
        #expect(await handler.closure()?.error?.code == .upgradeRefused)
        try await server.stop()
    }

    @Test("A server that never answers is given up in time")
    func handshakeTimeout() async throws {
        let server = try await RawServer.start()
        let (_, handler) = try connect(to: server) { $0.timeouts.handshake = .milliseconds(50) }
        let peer = try await server.nextConnection()
        #expect(await handler.closure()?.error?.code == .upgradeTimeout)
        #expect(await peer.isClosedByClient())
        try await server.stop()
    }

    @Test("A refusal whose body never ends is reported as a refusal when time is up")
    func refusalTimeout() throws {
        let request = try UpgradeRequest(WebSocketRequest(url: try WebSocketURL("ws://h/")))
        var error: WebSocketError?
        let upgrade = UpgradeHandler(
            request: request, isSecure: false, refusalBodyLimit: 100, didSecure: { _ in },
            complete: { if case .refused(let refusal) = $0 { error = refusal } })
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(upgrade)
        let head = HTTPResponseHead(version: .http1_1, status: .serviceUnavailable)
        try channel.writeInbound(HTTPClientResponsePart.head(head))
        try channel.writeInbound(HTTPClientResponsePart.body(ByteBuffer(string: "soon")))
        #expect(error == nil)
        #expect(upgrade.reportRefusal())
        #expect(error?.code == .upgradeRefused)
        #expect(error?.httpStatus == 503)
        #expect(error?.httpBodyStart == Array("soon".utf8))
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("A connection closed before the answer is a reset")
    func closedBeforeAnswer() async throws {
        let server = try await RawServer.start()
        let (_, handler) = try connect(to: server)
        let peer = try await server.nextConnection()
        try await peer.close()
        #expect(await handler.closure()?.error?.code == .connectionReset)
        try await server.stop()
    }

    @Test("Nobody listening, an unknown host, and an abort each have their own code")
    func cannotConnect() async throws {
        let server = try await RawServer.start()
        let port = server.port
        try await server.stop()
        let refused = RecordingHandler()
        _ = NIOWebSocketTransport(configuration: .patient).connect(
            WebSocketRequest(url: try WebSocketURL("ws://127.0.0.1:\(port)")), handler: refused)
        let refusal = await refused.closure()?.error
        #expect(refusal?.code == .connectFailed)
        let message = try #require(refusal?.message)
        #expect(
            message.wholeMatch(
                of: /No address of the host took the connection: Connection refused \(errno [0-9]+\)/) != nil,
            "\(message)")

        let unknown = RecordingHandler()
        _ = NIOWebSocketTransport(configuration: .patient).connect(
            WebSocketRequest(url: try WebSocketURL("ws://no-such-host.invalid")), handler: unknown)
        #expect(await unknown.closure()?.error?.code == .nameResolutionFailed)

        let aborted = RecordingHandler()
        NIOWebSocketTransport(configuration: .patient).connect(
            WebSocketRequest(url: try WebSocketURL("ws://no-such-host.invalid")), handler: aborted
        ).abort()
        #expect(await aborted.closure()?.error?.code == .cancelled)
    }

    @Test(
        "Headers that cannot be sent are refused before anything is sent",
        arguments: [
            WebSocketHeader("X", "a\r\nEvil: 1"), WebSocketHeader("", "a"), WebSocketHeader("X Y", "a"),
            WebSocketHeader("Connection", "close"), WebSocketHeader("Sec-WebSocket-Key", "k"),
            WebSocketHeader("content-length", "3"),
        ])
    func badHeader(header: WebSocketHeader) async throws {
        let handler = RecordingHandler()
        _ = NIOWebSocketTransport(configuration: .patient).connect(
            WebSocketRequest(url: try WebSocketURL("ws://127.0.0.1:9"), headers: [header]), handler: handler)
        #expect(await handler.closure()?.error?.code == .invalidArgument)
    }

    @Test("Limits and times may be as large as numbers go")
    func endlessConfiguration() async throws {
        let server = try await RawServer.start()
        let (connection, handler) = try connect(to: server) {
            $0.limits.inboundFrame = .max
            $0.limits.inboundMessage = .max
            $0.limits.outboundMessage = .max
            $0.limits.handshake = .max
            $0.limits.refusalBody = .max
            $0.limits.receiveBuffer = .max
            $0.output.limit = .max
            $0.timeouts.connect = .seconds(Int64.max)
            $0.timeouts.handshake = .seconds(Int64.max)
            $0.timeouts.close = .seconds(Int64.max)
        }
        let peer = try await server.nextConnection()
        try await peer.acceptUpgrade(followedBy: [0x81, 1, 0x61])
        #expect(await handler.opened())
        #expect(await handler.nextMessages() == ["t:a"])
        connection.close(code: .normal, reason: "")
        #expect(try await peer.readFrame() == ClientFrame(0x88, [3, 232]))
        try await peer.close()
        _ = await handler.closure()
        try await server.stop()
    }

    @Test("A configuration that makes no sense is refused")
    func badConfiguration() async throws {
        var configuration = WebSocketConfiguration.patient
        configuration.output.lowWatermark = configuration.output.highWatermark
        let handler = RecordingHandler()
        _ = NIOWebSocketTransport(configuration: configuration).connect(
            WebSocketRequest(url: try WebSocketURL("ws://127.0.0.1:9")), handler: handler)
        #expect(await handler.closure()?.error?.code == .invalidArgument)
    }
}
