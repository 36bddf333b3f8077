import Testing
import WSETestServer
import WSEWire

@Suite struct HandshakeTests {
    @Test func readyComesFirstAndHelloIsAnswered() async throws {
        try await withWSETestServer { server in
            var client = try await WireClient.connect(to: server)
            let ready = try await client.nextEvent()
            #expect(ready.type == "server_ready")
            #expect(ready.category == .system)
            #expect(ready.payload["details", "features", "recovery"] == true)
            let id = try #require(ready.payload["details", "connection_id"]?.stringValue)
            let connection = try await server.nextConnection()
            #expect(connection.id == id)

            client.send(#"{"c":"WSE","t":"client_hello","p":{"protocol_version":1},"v":1}"#)
            let hello = try await client.nextEvent()
            #expect(hello.type == "server_hello")
            #expect(hello.payload["server_version"] == "2.5.1")
            #expect(hello.payload["features", "client_compression"] == true)
            #expect(hello.payload["limits", "max_message_size"] == 1_048_576)
            #expect(hello.payload["ping_interval"] == 25_000)
            #expect(hello.payload["connection_id"] == .string(id))
        }
    }

    @Test func aSilentServerSpeaksOnlyWhenTold() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.authentication = .silent
        try await withWSETestServer(configuration: configuration) { server in
            var client = try await WireClient.connect(to: server)
            let connection = try await server.nextConnection()
            connection.sendText("first")
            connection.sendServerReady()
            #expect(await client.next() == .text("first"))
            #expect(try await client.nextEvent().type == "server_ready")
        }
    }

    @Test func theRequestIsKept() async throws {
        try await withWSETestServer { server in
            _ = try await WireClient.connect(
                to: server, query: "?format=msgpack&topics=a%2Cb,c+d&x=%zz",
                headers: [("Cookie", "a=1; access_token=t=1"), ("X-Own", "yes")])
            let request = try await server.nextConnection().request
            #expect(request.path == "/wse")
            #expect(request.wantsMessagePack)
            #expect(request.topics == ["a", "b", "c d"])
            #expect(request.queryValue("x") == "%zz")
            #expect(request.header("x-own") == "yes")
            #expect(request.token == "t=1")
        }
    }

    @Test func thePrefixedDialectPutsTheCategoryBeforeTheJSON() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.dialect = .prefixed
        try await withWSETestServer(configuration: configuration) { server in
            var client = try await WireClient.connect(to: server)
            guard case .text(let ready) = await client.next() else { throw CancellationError() }
            #expect(ready.hasPrefix(#"WSE{"id":""#))
            #expect(!ready.contains(#""c":"#))
            try await server.nextConnection().send("hi", ["a": 1])
            guard case .binary(let hi) = await client.next() else { throw CancellationError() }
            #expect(String(decoding: hi, as: UTF8.self).hasPrefix(#"U{"id":""#))
        }
    }

    @Test func tooManyConnectionsAreClosedBeforeHTTP() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.limits.connections = 1
        try await withWSETestServer(configuration: configuration) { server in
            var first = try await WireClient.connect(to: server)
            _ = try await first.nextEvent()
            var second = try await WireClient.connect(to: server)
            var last = await second.next()
            if case .failed = last { last = await second.next() }
            #expect(last == .end)
            #expect(server.connectionCount == 1)
        }
    }

    @Test func aRefusalIsAnHTTPAnswer() async throws {
        try await withWSETestServer { server in
            server.refuseNext(
                .status(503, headers: [.init(name: "Retry-After", value: "7")], body: "later"))
            var refused = try await WireClient.connect(to: server)
            guard case .http(let status, let fields, let body) = await refused.next() else {
                Issue.record("no HTTP answer")
                return
            }
            #expect(status == 503)
            #expect(fields["Retry-After"] == "7")
            #expect(body == "later")
            #expect(await refused.next() == .end)
            #expect(server.refusedRequestCount == 1)
            var client = try await WireClient.connect(to: server)
            #expect(try await client.nextEvent().type == "server_ready")
        }
    }
}
