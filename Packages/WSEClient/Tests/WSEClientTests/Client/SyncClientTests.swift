import Testing
import WSETestServer

@testable import WSEClient

/// Row `SyncWSEClient`: everything blocking; `run_forever()`, `recv(timeout)`, `close()`.
@Suite(.timeLimit(.minutes(1))) struct SyncClientTests {
    @Test func `row SyncWSEClient: connects, subscribes, sends, asks, receives and closes`() async throws {
        let server = try await WSETestServer.start()
        let url = server.url
        try await BlockingThread.run {
            let client = try SyncWSEClient(url: url)
            try client.connect()
            #expect(try client.subscribe(["a"]).accepted == ["a"])
            try server.publish("tick", ["n": 1], to: "a")
            #expect(try client.receive(timeout: .seconds(30))?.payload["n"] == 1)
            #expect(try client.send("note", ["x": 1]).disposition == .sent)
            #expect(try client.sendBatch([WSEMessage("b", ["x": 2])]).count == 1)
            #expect(try client.request("echo", ["y": 3]).payload["y"] == 3)
            let value: WSEValue = ["y": 4]
            #expect(try client.request("echo", value).payload["y"] == 4)
            #expect(try client.request("echo").payload.value == [:])
            #expect(try client.sendWithRetry("note", value).disposition == .sent)
            #expect(client.client.isReady)
            try client.close()
            #expect(try client.receive() == nil)
        }
        await server.stop()
    }

    @Test func `errors are thrown: a wrong URL, nobody there, no event in time`() async throws {
        let server = try await WSETestServer.start()
        let url = server.url
        try await BlockingThread.run {
            #expect { try SyncWSEClient(url: "nonsense") } throws: {
                ($0 as? WSEError)?.code == .invalidArgument
            }
            let client = try SyncWSEClient(url: url)
            try client.connect()
            #expect { try client.receive(timeout: .zero) } throws: { ($0 as? WSEError)?.code == .timeout }
            try client.close()
        }
        await server.stop()
        try await BlockingThread.run {
            let client = try SyncWSEClient(url: url)
            #expect { try client.connect() } throws: { ($0 as? WSEError)?.code == .connection }
        }
    }

    @Test func `row run_forever: handlers do the work until somebody closes`() async throws {
        let server = try await WSETestServer.start()
        let client = try SyncWSEClient(url: server.url)
        client.on("stop") { [inner = client.client] _ in await inner.disconnect() }
        async let running: Void = BlockingThread.run { try client.runForever() }
        let connection = try await server.nextConnection()
        try await server.wait(for: connection)
        try connection.send("stop")
        try await running
        #expect(client.client.state == .disconnected)
        await server.stop()
    }

    @Test func `inside of a task every call throws instead of blocking`() async throws {
        let client = try SyncWSEClient(url: "ws://localhost:1/wse")
        #expect { try call(client) } throws: { ($0 as? WSEError)?.code == .blocking }
    }

    @MainActor @Test func `and so it does on the main actor`() async throws {
        let client = try SyncWSEClient(url: "ws://localhost:1/wse")
        #expect { try call(client) } throws: { ($0 as? WSEError)?.code == .blocking }
    }

    private nonisolated func call(_ client: SyncWSEClient) throws { try client.connect() }
}

extension WSETestServer {
    /// Returns once the client has said hello and heard the answer.
    fileprivate func wait(for connection: Connection) async throws {
        _ = try await connection.nextMessage(ofType: "client_hello")
        try await connection.roundTrip()
    }
}
