import Testing

@testable import WSETestServer

@Suite struct RecordingTests {
    private func client(_ server: WSETestServer) async throws -> WireClient {
        var client = try await WireClient.connect(to: server)
        _ = try await client.nextEvent()
        return client
    }

    @Test(arguments: [(5, 1 << 20), (1_000, 5 * 10)])
    func whatIsKeptIsBoundedInNumberAndBytes(capacity: Int, bytes: Int) async throws {
        var configuration = WSETestServer.Configuration()
        configuration.recordingCapacity = capacity
        configuration.recordingBytes = bytes
        try await withWSETestServer(configuration: configuration) { server in
            let client = try await client(server)
            for index in 10..<40 { client.send(#"{"t":"\#(index)"}"#) }
            #expect(try await server.nextMessage(ofType: "39").index == 29)
            #expect((1...5).contains(server.messages.count))
            #expect(server.messages.last?.type == "39")
            #expect(server.messageCount == 30)
        }
    }

    @Test func messagesAreHandedOutOnceAcrossClients() async throws {
        try await withWSETestServer { server in
            let first = try await client(server)
            let one = try await server.nextConnection()
            let second = try await client(server)
            let two = try await server.nextConnection()
            first.send(#"{"t":"a","p":1}"#)
            _ = try await one.nextMessage(ofType: "a")
            second.send(#"{"t":"a","p":2}"#)
            first.send(#"{"t":"a","p":3}"#)
            #expect(try await two.nextMessage(ofType: "a").payload?.value == 2)
            #expect(try await server.nextMessage(ofType: "a").payload?.value == 3)
            server.clearMessages()
            #expect(server.messages.isEmpty)
            first.send(#"{"t":"a","p":4}"#)
            #expect(try await server.nextMessage(ofType: "a").payload?.value == 4)
        }
    }

    @Test func aTimeoutSaysWhatWasWaitedForAndWhatCame() async throws {
        try await withWSETestServer { server in
            let client = try await client(server)
            for type in ["a", "b", "a", "last"] { client.send(#"{"t":"\#(type)","p":"secret"}"#) }
            client.send(binary: [1])
            _ = try await server.nextMessage(ofType: "last")
            _ = try await server.nextMessage { $0.kind == .binary }
            client.send(binary: [2])
            try await server.wait(for: "the bytes", within: .seconds(10)) {
                $0.recording.total == 6 ? () : nil
            }
            let error = await #expect(throws: WSETestServerError.self) {
                try await server.nextMessage(ofType: "order", within: .milliseconds(20))
            }
            #expect(
                error?.message
                    == "waited 0.02 seconds for a message of type order; meanwhile came 2 of a, b, no envelope"
            )
            server.clearMessages()
            let other = await #expect(throws: WSETestServerError.self) {
                try await server.nextMessage(within: .milliseconds(20))
            }
            #expect(other?.message == "waited 0.02 seconds for a message; meanwhile came none")
        }
    }

    /// Two who wait for the same message: one gets it, the other the next one.
    @Test func twoWhoWaitGetOneEach() async throws {
        try await withWSETestServer { server in
            let client = try await client(server)
            async let first = server.nextMessage(ofType: "a")
            async let second = server.nextMessage(ofType: "a")
            client.send(#"{"t":"a","p":1}"#)
            client.send(#"{"t":"a","p":2}"#)
            let values = try await [first.payload?.value, second.payload?.value]
            #expect(Set(values) == [1, 2])
        }
    }

    /// The test's function may use the server.
    @Test func aConditionMayAskTheServer() async throws {
        try await withWSETestServer { server in
            let client = try await client(server)
            client.send(#"{"t":"a"}"#)
            let message = try await server.nextMessage {
                $0.connection.topics.isEmpty && server.messageCount > 0
            }
            #expect(message.type == "a")
        }
    }

    @Test func endedConnectionsAreForgottenInTime() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.recordingCapacity = 2
        try await withWSETestServer(configuration: configuration) { server in
            let stays = try await client(server)
            for _ in 0..<9 {
                let client = try await client(server)
                let connection = try #require(server.connections.last)
                try await client.drop()
                _ = try await connection.ended()
            }
            #expect(server.connectionCount == 10)
            #expect(server.allConnections.count <= 4)
            #expect(server.allConnections.contains { $0.number == 1 && $0.isOpen })
            stays.send("")
        }
    }
}
