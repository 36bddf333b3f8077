import Testing
import WSEClient
import WSETestServer

@testable import WSEToolKit

@Suite("wse listen against the embedded server", .timeLimit(.minutes(1)))
struct ListeningTests {
    private func command(_ configure: (inout Listening) -> Void = { _ in }) -> Listening {
        var listening = Listening()
        configure(&listening)
        return listening
    }

    private func publish(_ count: Int, to topic: String, on server: WSETestServer, from first: Int = 0) throws
    {
        for index in first..<first + count {
            try server.publish("tick", ["i": .int(Int64(index))], to: topic)
        }
    }

    @Test("Into a pipe go lines of JSON and nothing else, and --count ends it")
    func json() async throws {
        try await withWSETestServer { server in
            let world = TestConsole()
            let listening = command { $0.count = 3 }
            async let status = listening.run([server.url, "prices"], world.console, .never)
            try await server.waitForSubscription(to: "prices")
            try publish(5, to: "prices", on: server)
            let outcome = try await status
            #expect(outcome == .success)
            let values = try world.output.lines.map { try WSEValue(json: $0) }
            #expect(values.map { $0["payload", "i"] } == [0, 1, 2])
            #expect(values.allSatisfy { $0["topic"] == "prices" && $0["type"] == "tick" })
            #expect(values.map { $0["offset"] } == [0, 1, 2])
            let end = try await server.nextConnection().ended()
            #expect(end.isClientClose && end.code == 1_000)
        }
    }

    @Test("On a terminal there are lines for people, as wide as it is")
    func pretty() async throws {
        try await withWSETestServer { server in
            let world = TestConsole(isTerminal: true, size: TerminalSize(columns: 40, rows: 20))
            let listening = command { $0.count = 2 }
            async let status = listening.run([server.url, "prices"], world.console, .never)
            try await server.waitForSubscription(to: "prices")
            try server.publish("tick", ["px": 1.5], to: "prices")
            try server.publish("tick", ["text": .string(String(repeating: "x", count: 99))], to: "prices")
            let outcome = try await status
            #expect(outcome == .success)
            #expect(world.output.lines.first == #"prices 0  tick  {"px":1.5}"#)
            #expect(world.output.lines.last?.count == 40)
        }
    }

    @Test("Filters choose, and what they leave out does not count")
    func filters() async throws {
        try await withWSETestServer { server in
            let world = TestConsole()
            let condition = try PayloadCondition("i>=3")
            let listening = command {
                $0.count = 2
                $0.filter.conditions = [condition]
                $0.filter.types = ["t*"]
            }
            async let status = listening.run([server.url, "prices"], world.console, .never)
            try await server.waitForSubscription(to: "prices")
            try server.publish("other", ["i": 9], to: "prices")
            try publish(6, to: "prices", on: server)
            let outcome = try await status
            #expect(outcome == .success)
            #expect(try world.output.lines.map { try WSEValue(json: $0)["payload", "i"] } == [3, 4])
        }
    }

    @Test("Ctrl-C ends it cleanly: the server hears a goodbye, and the counts are shown")
    func interrupted() async throws {
        try await withWSETestServer { server in
            let world = TestConsole(isTerminal: true)
            let stop = TestInterruption()
            let listening = command { $0.isCounting = true }
            async let status = listening.run([server.url, "a", "b"], world.console, stop.interruption)
            let connection = try await server.nextConnection()
            try await server.waitForSubscription(to: "b")
            try publish(2, to: "a", on: server)
            try publish(1, to: "b", on: server)
            // An answer on the same connection comes behind the events.
            try connection.send("done", [:])
            await world.output.wait { _ in true }
            try await waitUntilRead(connection, server)
            stop.send(2)
            let outcome = try await status
            #expect(outcome == .success)
            #expect(world.output.text.contains("        2  a      tick"))
            #expect(world.output.text.contains("        1  b      tick"))
            #expect(try await connection.ended().code == 1_000)
        }
    }

    /// Returns once the client has answered a question that was asked behind everything else.
    private func waitUntilRead(_ connection: WSETestServer.Connection, _ server: WSETestServer) async throws {
        try connection.send("health_check", [:])
        _ = try await server.nextMessage(ofType: "health_check_response")
    }

    @Test("Interrupted before --count was reached is not done", arguments: [2, 15] as [Int32])
    func interruptedEarly(signal: Int32) async throws {
        try await withWSETestServer { server in
            let stop = TestInterruption()
            let listening = command { $0.count = 3 }
            async let status = listening.run([server.url, "a"], TestConsole().console, stop.interruption)
            try await server.waitForSubscription(to: "a")
            stop.send(signal)
            let outcome = try await status
            #expect(outcome.code == 128 + signal)
        }
    }

    @Test("Through a cut every event comes once, and the loss is told")
    func reconnects() async throws {
        try await withWSETestServer { server in
            let world = TestConsole()
            let listening = command { $0.count = 6 }
            async let status = listening.run([server.url, "a"], world.console, .never)
            try await server.waitForSubscription(to: "a")
            try publish(3, to: "a", on: server)
            await world.output.wait { $0.split(separator: "\n").count == 3 }
            server.cutAll()
            try publish(3, to: "a", on: server, from: 3)
            let outcome = try await status
            #expect(outcome == .success)
            #expect(
                try world.output.lines.map { try WSEValue(json: $0)["payload", "i"] } == [0, 1, 2, 3, 4, 5])
            #expect(world.diagnostics.text.contains("lost the connection"))
            #expect(world.diagnostics.text.contains("connected again"))
        }
    }

    @Test("A reader that goes, as of a pipe into head, is the end and no failure")
    func outputCloses() async throws {
        try await withWSETestServer { server in
            let world = TestConsole()
            async let status = command().run([server.url, "a"], world.console, .never)
            let connection = try await server.nextConnection()
            try await server.waitForSubscription(to: "a")
            world.output.fail(with: .outputClosed)
            try publish(1, to: "a", on: server)
            let outcome = try await status
            #expect(outcome == .success)
            #expect(try await connection.ended().isClientClose)
        }
    }

    @Test("A server that refuses every topic has refused")
    func refused() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.acceptsTopic = { topic, _ in topic != "secret" }
        try await withWSETestServer(configuration: configuration) { server in
            let error = await #expect(throws: ToolError.self) {
                try await command().run([server.url, "secret"], TestConsole().console, .never)
            }
            #expect(error?.status == .noPermission)
        }
    }

    @Test("A refused token is told as such, and not shown")
    func badToken() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.authentication = .token(secret: "a secret of tests")
        try await withWSETestServer(configuration: configuration) { server in
            let anonymous = await #expect(throws: ToolError.self) {
                try await command().run([server.url, "a"], TestConsole().console, .never)
            }
            #expect(anonymous?.status == .noPermission)
            #expect(anonymous?.advice?.contains("WSE_TOKEN") == true)
            let token = JSONWebToken.make(subject: "ada", secret: "another secret")
            let world = TestConsole(environment: ["WSE_TOKEN": token])
            let error = await #expect(throws: ToolError.self) {
                try await command().run([server.url, "a"], world.console, .never)
            }
            #expect(error?.status == .noPermission)
            #expect(error?.advice?.contains("wse token inspect") == true)
            #expect(error?.description.contains(token) == false)
            let good = JSONWebToken.make(subject: "ada", secret: "a secret of tests")
            let listening = command { $0.count = 1 }
            let known = TestConsole(environment: ["WSE_TOKEN": good])
            async let status = listening.run([server.url, "a"], known.console, .never)
            try await server.waitForSubscription(to: "a")
            try publish(1, to: "a", on: server)
            let outcome = try await status
            #expect(outcome == .success)
        }
    }

    @Test("Where nothing listens there is no connection, and advice")
    func nobody() async throws {
        let server = try await WSETestServer.start()
        let url = server.url
        await server.stop()
        let error = await #expect(throws: ToolError.self) {
            try await command().run([url, "a"], TestConsole().console, .never)
        }
        #expect(error?.status == .unavailable)
        #expect(error?.advice?.contains("nothing listens") == true)
    }

    @Test("What the client told before the command ends is shown before it ends")
    func lastNotice() async throws {
        let world = TestConsole()
        let (signals, input) = AsyncStream<WSESignal>.makeStream()
        try await SignalNotices(console: world.console).show(signals) {
            _ = input.yield(.gap(WSEGap(topic: "a", epoch: "e", offsets: 4...4)))
        }
        #expect(world.diagnostics.text == "· missing for good: a 4\n")
    }

    @Test("A gap that nothing fills is told")
    func gap() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.historyCapacity = 1
        try await withWSETestServer(configuration: configuration) { server in
            let world = TestConsole()
            let listening = command { $0.count = 3 }
            async let status = listening.run([server.url, "a"], world.console, .never)
            try await server.waitForSubscription(to: "a")
            try publish(2, to: "a", on: server)
            await world.output.wait { $0.split(separator: "\n").count == 2 }
            await server.takeDown()
            try publish(3, to: "a", on: server, from: 2)
            try await server.bringUp(.keep)
            try await server.waitForSubscription(to: "a")
            try publish(1, to: "a", on: server, from: 5)
            let outcome = try await status
            #expect(outcome == .success)
            // Told by the time the command ends, though the event behind it was the last.
            #expect(world.diagnostics.text.contains("missing for good: a 2 to"))
        }
    }
}
