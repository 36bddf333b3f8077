import Testing
import WSETestServer

@testable import WSEToolKit

@Suite("wse send and wse request against the embedded server", .timeLimit(.minutes(1)))
struct SendingTests {
    @Test("A message arrives as it was given, and its id is printed")
    func send() async throws {
        try await withWSETestServer { server in
            let world = TestConsole()
            var sending = Sending()
            sending.priority = "critical"
            sending.correlationID = "q-7"
            let status = try await sending.run(
                [server.url, "order", #"{"qty":3}"#], world.console, .never)
            #expect(status == .success)
            let message = try await server.nextMessage(ofType: "order")
            #expect(message.payload?.value == ["qty": 3])
            #expect(message.event?.priority == .critical)
            #expect(message.correlationID == "q-7")
            #expect(world.output.text == #"{"id":"\#(message.event?.id ?? "?")"}"# + "\n")
        }
    }

    @Test("The payload may come from standard input, and is {} without one")
    func payloads() async throws {
        try await withWSETestServer { server in
            let world = TestConsole(input: "[1,2]\n", environment: ["WSE_URL": server.url])
            _ = try await Sending().run(["a", "-"], world.console, .never)
            _ = try await Sending().run(["b"], world.console, .never)
            #expect(try await server.nextMessage(ofType: "a").payload?.value == [1, 2])
            #expect(try await server.nextMessage(ofType: "b").payload?.value == [:])
        }
    }

    @Test("Lines of events go in order, many at once")
    func lines() async throws {
        try await withWSETestServer { server in
            let input = (0..<250).map { #"{"type":"n","payload":\#($0)}"# }.joined(separator: "\n")
            let world = TestConsole(input: input)
            var sending = Sending()
            sending.isLineByLine = true
            let status = try await sending.run([server.url], world.console, .never)
            #expect(status == .success)
            #expect(world.output.lines.count == 250)
            for index in 0..<250 {
                let message = try await server.nextMessage(ofType: "n")
                #expect(message.payload?.value == .int(Int64(index)))
            }
        }
    }

    @Test("A payload that is not JSON is refused before anything is connected")
    func notJSON() async throws {
        let error = await #expect(throws: ToolError.self) {
            try await Sending().run(["ws://127.0.0.1:1/", "a", "text"], TestConsole().console, .never)
        }
        #expect(error?.status == .dataError)
        #expect(error?.advice?.contains("quotes") == true)
    }

    @Test("The answer of a request is shown")
    func request() async throws {
        try await withWSETestServer { server in
            let world = TestConsole()
            let status = try await Requesting().run(
                [server.url, "echo", #"{"text":"hello"}"#], world.console, .never)
            #expect(status == .success)
            let answer = try WSEValue(json: try #require(world.output.lines.first))
            #expect(answer["type"] == "echo")
            #expect(answer["payload"] == ["text": "hello"])
            #expect(world.diagnostics.text.hasPrefix("answered in "))
        }
    }

    @Test("An answer that is an error fails the request")
    func refused() async throws {
        try await withWSETestServer { server in
            server.on("ask") { message in
                try? message.connection.reply(
                    to: message, "error", ["code": "HANDLER_ERROR", "message": "not today"])
            }
            let error = await #expect(throws: ToolError.self) {
                try await Requesting().run([server.url, "ask"], TestConsole().console, .never)
            }
            #expect(error?.status == .failure)
            #expect(error?.message.contains("not today") == true)
        }
    }

    @Test("No answer in time is told as such, and so is Ctrl-C before it")
    func noAnswer() async throws {
        try await withWSETestServer { server in
            var requesting = Requesting()
            requesting.answerTimeout = 0.01
            let late = await #expect(throws: ToolError.self) {
                try await requesting.run([server.url, "ask"], TestConsole().console, .never)
            }
            #expect(late?.status == .temporaryFailure)
            let stop = TestInterruption()
            let outcome = Task {
                try await Requesting().run([server.url, "wait"], TestConsole().console, stop.interruption)
            }
            let message = try await server.nextMessage(ofType: "wait")
            stop.send(2)
            let interrupted = await #expect(throws: ToolError.self) { try await outcome.value }
            #expect(interrupted?.status.code == 130)
            #expect(try await message.connection.ended().code == 1_000)
        }
    }

    @Test("Everything is sealed where that is asked for")
    func encrypted() async throws {
        try await withWSETestServer { server in
            var requesting = Requesting()
            requesting.connection.encrypts = true
            let world = TestConsole()
            let status = try await requesting.run([server.url, "echo", "7"], world.console, .never)
            #expect(status == .success)
            let message = try await server.nextMessage(ofType: "echo")
            #expect(message.wasEncrypted)
        }
    }

    @Test("Where it cannot be had, nothing is sent")
    func notEncrypted() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.encryption = .refused
        try await withWSETestServer(configuration: configuration) { server in
            var sending = Sending()
            sending.connection.encrypts = true
            let sealed = sending
            let error = await #expect(throws: ToolError.self) {
                try await sealed.run([server.url, "a"], TestConsole().console, .never)
            }
            #expect(error?.status == .protocolError)
            #expect(server.messages(ofType: "a").isEmpty)
        }
    }
}
