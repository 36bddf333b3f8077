import NIOCore
import NIOWebSocket
import Testing
@testable import WSETestServer
import WSEWire

@Suite struct InboundTests {
    private func client(
        _ server: WSETestServer, query: String = ""
    ) async throws -> (WireClient, WSETestServer.Connection) {
        var client = try await WireClient.connect(to: server, query: query)
        _ = try await client.nextEvent()
        return (client, try await server.nextConnection())
    }

    private func compressed(_ text: String) throws -> [UInt8] {
        var encoder = MessageEncoder(compressionThreshold: 0)
        var bytes: [UInt8] = []
        _ = try encoder.encode(Envelope(type: "big", payload: .string(text)), into: &bytes)
        #expect(bytes.starts(with: "C:".utf8))
        return bytes
    }

    @Test func compressedMessagesAreInflatedWhereTheServerSaysSo() async throws {
        try await withWSETestServer { server in
            let (client, _) = try await client(server)
            client.send(binary: try compressed(String(repeating: "x", count: 3_000)))
            let message = try await server.nextMessage()
            #expect(message.type == "big")
            #expect(message.payload?.value.stringValue?.count == 3_000)
            #expect(message.kind == .binary)
        }
    }

    @Test func compressedMessagesAreBytesWhereItDoesNot() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.features.clientCompression = false
        try await withWSETestServer(configuration: configuration) { server in
            let (client, _) = try await client(server)
            let bytes = try compressed(String(repeating: "x", count: 3_000))
            client.send(binary: bytes)
            let message = try await server.nextMessage()
            #expect(message.event == nil)
            #expect(message.bytes == bytes)
        }
    }

    /// As on the published servers: MessagePack without `M:` where it was asked for, JSON text all the same.
    @Test func messagePackIsReadWhereItWasAskedFor() async throws {
        let pack = try Envelope(type: "packed", payload: ["a": 1]).messagePack()
        try await withWSETestServer { server in
            let (client, _) = try await client(server, query: "?format=msgpack")
            client.send(binary: pack)
            client.send(#"{"t":"text"}"#)
            let packed = try await server.nextMessage()
            #expect(packed.type == "packed")
            #expect(packed.payload?["a"] == 1)
            #expect(try await server.nextMessage().type == "text")
            client.send(binary: Array("M:".utf8) + pack)
            #expect(try await server.nextMessage().event == nil)
        }
        try await withWSETestServer { server in
            let (client, _) = try await client(server)
            client.send(binary: pack)
            #expect(try await server.nextMessage().event == nil)
        }
    }

    /// Handshake and heartbeat in MessagePack reach the application and are never answered.
    @Test func heartbeatsAreAnsweredInTextOnly() async throws {
        try await withWSETestServer { server in
            var (client, _) = try await client(server, query: "?format=msgpack")
            client.send(binary: try Envelope(type: "ping", payload: ["timestamp": 1]).messagePack())
            client.send(#"{"t":"ping","p":{"timestamp":2}}"#)
            #expect(try await client.nextEvent().payload["client_timestamp"] == 2)
            #expect(server.messages(ofType: "ping").count == 2)
        }
    }

    @Test func aBatchIsSeveralMessages() async throws {
        try await withWSETestServer { server in
            let (client, _) = try await client(server)
            client.send(#"{"t":"batch","p":{"messages":[{"t":"a","p":1},{"t":"b","p":2}],"count":2}}"#)
            #expect(try await server.nextMessage().type == "a")
            #expect(try await server.nextMessage().payload?.value == 2)
        }
    }

    @Test func aClientAboveItsRateIsToldSo() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.limits.rateLimitCapacity = 10
        configuration.limits.rateLimitRefill = 2
        configuration.unixMilliseconds = { 1_000_000 }
        try await withWSETestServer(configuration: configuration) { server in
            var (client, _) = try await client(server)
            for index in 0..<12 { client.send(#"{"t":"m","p":\#(index)}"#) }
            client.send(#"{"t":"ping","p":{}}"#)
            let warning = try await client.nextEvent()
            #expect(warning.type == "rate_limit_warning")
            #expect(warning.payload["remaining"] == 1)
            #expect(warning.payload["limit"] == 10)
            for _ in 0..<2 {
                let error = try await client.nextEvent()
                #expect(error.payload["code"] == "RATE_LIMITED")
                #expect(error.payload["retry_after"]?.doubleValue == 0.5)
            }
            #expect(try await client.nextEvent().type == "PONG")
            #expect(
                server.messages(ofType: "m").map(\.wasRateLimited) == [Bool](repeating: false, count: 10) + [
                    true, true,
                ])
        }
    }

    /// As to the published servers, it is one message.
    @Test func aBatchIsChargedOnce() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.limits.rateLimitCapacity = 2
        configuration.limits.rateLimitRefill = 0
        configuration.unixMilliseconds = { 0 }
        try await withWSETestServer(configuration: configuration) { server in
            let batch = #"{"t":"batch","p":{"messages":[{"t":"a"},{"t":"a"},{"t":"a"}],"count":3}}"#
            var (client, connection) = try await client(server)
            #expect(!connection.wasRateLimited)
            for _ in 0..<3 { client.send(batch) }
            client.send(#"{"t":"ping","p":{}}"#)
            #expect(try await client.nextEvent().type == "rate_limit_warning")
            #expect(try await client.nextEvent().payload["code"] == "RATE_LIMITED")
            #expect(try await client.nextEvent().type == "PONG")
            #expect(
                server.messages(ofType: "a").map(\.wasRateLimited) == [
                    false, false, false, false, false, false, true, true, true,
                ])
            #expect(connection.wasRateLimited)
            #expect(connection.rateLimitedMessageCount == 3)
            server.clearMessages()
            try await client.drop()
            _ = try await connection.ended()
            #expect(connection.rateLimitedMessageCount == 3)
        }
    }

    /// They are direct sends like any other.
    @Test(arguments: [("", "C:"), ("?format=msgpack", "M:")])
    func snapshotsComeInTheFormOfDirectSends(query: String, prefix: String) async throws {
        try await withWSETestServer { server in
            var (client, _) = try await client(server, query: query)
            let text = String(repeating: "x", count: 3_000)
            try server.setSnapshot(Envelope(type: "book", payload: ["text": .string(text)]), of: "x")
            client.send(#"{"c":"S","t":"sync_request","p":{"topics":["x"]}}"#)
            guard case .binary(let bytes) = await client.next() else { throw CancellationError() }
            #expect(bytes.starts(with: prefix.utf8))
            guard case .event(let event) = WireClient.decode(bytes, as: .binary).first else {
                throw CancellationError()
            }
            #expect(event.type == "book")
            #expect(event.payload["text"] == .string(text))
        }
    }

    @Test(arguments: [
        ("client_hello", true), ("ping", true), ("PING", true), ("PONG", true), ("pong", true),
        ("heartbeat", true), ("subscription_update", true), ("sync_request", true), ("sync_response", true),
        ("health_check", true), ("health_check_response", true), ("metrics_request", true),
        ("metrics_response", true), ("error", false), ("presence_update", false), ("order", false),
    ])
    func controlMessagesAreToldFromTheApplications(type: String, isControl: Bool) async throws {
        try await withWSETestServer { server in
            let (client, _) = try await client(server, query: "?format=msgpack")
            client.send(#"{"t":"\#(type)","p":{}}"#)
            client.send(binary: try Envelope(type: type, payload: [:]).messagePack())
            let text = try await server.nextMessage(ofType: type)
            #expect(text.isControl == isControl)
            // Handshake and heartbeat are text or the application's.
            let isText = ["client_hello", "ping", "PING", "PONG", "pong", "heartbeat"].contains(type)
            #expect(try await server.nextMessage(ofType: type).isControl == (isControl && !isText))
        }
    }

    @Test func snapshotsComeBeforeTheirEnd() async throws {
        try await withWSETestServer { server in
            var (client, _) = try await client(server)
            try server.setSnapshot(Envelope(type: "book", payload: ["bid": 1]), of: "x")
            try server.publish("tick", to: "x")
            client.send(
                #"{"c":"S","t":"sync_request","cid":"9","p":{"topics":["x","y"],"include_snapshots":true,"include_history":true}}"#
            )
            let snapshot = try await client.nextEvent()
            #expect(snapshot.type == "book")
            #expect(snapshot.category == .snapshot)
            #expect(snapshot.payload["bid"] == 1)
            #expect(try await client.nextEvent().type == "tick")
            let complete = try await client.nextEvent()
            #expect(complete.type == "snapshot_complete")
            #expect(complete.payload.value == ["topics": ["x"], "count": 1])
            #expect(complete.correlationID == "9")
        }
    }

    @Test func healthAndMetricsAreAnswered() async throws {
        try await withWSETestServer { server in
            var (client, _) = try await client(server)
            client.send(#"{"t":"health_check","cid":"1","p":{}}"#)
            let health = try await client.nextEvent()
            #expect(health.type == "health_check_response")
            #expect(health.correlationID == "1")
            #expect(health.payload["connections"] == 1)
            client.send(#"{"t":"metrics_request","p":{}}"#)
            let metrics = try await client.nextEvent()
            #expect(metrics.type == "metrics_response")
            #expect(metrics.payload["messages_received"] == 2)
        }
    }

    @Test func aServerAsksAndGetsItsAnswer() async throws {
        try await withWSETestServer { server in
            var (client, connection) = try await client(server)
            async let answer = connection.ask("health_check", expecting: "health_check_response")
            #expect(try await client.nextEvent().type == "health_check")
            client.send(#"{"t":"health_check_response","p":{"ok":true}}"#)
            #expect(try await answer.payload?["ok"] == true)
        }
    }

    @Test func aRoundTripSaysThatAllIsRead() async throws {
        try await withWSETestServer { server in
            var (client, connection) = try await client(server)
            async let trip: Void = connection.roundTrip()
            guard case .ping(let payload) = await client.next() else { throw CancellationError() }
            client.send(#"{"t":"before"}"#)
            client.send(.pong, .init(bytes: payload))
            try await trip
            #expect(connection.messages.map(\.type) == ["before"])
            let broken = Task { try await connection.roundTrip() }
            _ = await client.next()
            try await client.drop()
            await #expect(throws: WSETestServerError.self) { try await broken.value }
        }
    }

    @Test func aServerMaySubscribeByItself() async throws {
        try await withWSETestServer { server in
            var (client, connection) = try await client(server)
            connection.subscribe(to: ["x"])
            try server.publish("tick", to: "x")
            #expect(try await client.nextEvent().topic == "x")
            connection.unsubscribe(from: ["x"])
            #expect(connection.topics.isEmpty)
        }
    }

    /// As on the published servers, only messages are signs of life.
    @Test func webSocketPingsDoNotKeepAClientAlive() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.heartbeat.pingInterval = .milliseconds(5)
        configuration.heartbeat.idleTimeout = .milliseconds(300)
        try await withWSETestServer(configuration: configuration) { server in
            let (client, connection) = try await client(server)
            let pinging = Task {
                while !Task.isCancelled {
                    client.send(.ping)
                    client.send(.pong)
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            try await server.wait(for: "the server to give up", within: .seconds(10)) { _ -> Void? in
                connection.isStalled ? () : nil
            }
            pinging.cancel()
        }
    }

    /// The client's silence is measured on the system's clock, so that only its consequence is asserted.
    @Test func aSilentClientIsGivenUpWithTCPOpen() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.heartbeat.pingInterval = .milliseconds(1)
        configuration.heartbeat.idleTimeout = .zero
        try await withWSETestServer(configuration: configuration) { server in
            let (_, connection) = try await client(server)
            try await server.wait(for: "the server to give up", within: .seconds(10)) { _ -> Void? in
                connection.isStalled ? () : nil
            }
            connection.sendText("never")
            #expect(connection.isOpen)
            #expect(connection.pendingBytes >= 5)
        }
    }
}
