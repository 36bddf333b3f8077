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

    @Test(
        "Of a line that was listened to, what a client may say is sent, and that the rest is not is told once"
    )
    func listenedLines() async throws {
        try await withWSETestServer { server in
            let line =
                #"{"type":"n","category":"S","id":"i","timestamp":"2026-11-23T02:39:00.123Z","sequence":7,"priority":8,"#
                + #""correlation_id":"q","topic":"prices","epoch":"e","offset":0,"payload":1}"#
            let world = TestConsole(input: line + "\n" + line)
            var sending = Sending()
            sending.isLineByLine = true
            _ = try await sending.run([server.url], world.console, .never)
            let message = try await server.nextMessage(ofType: "n")
            #expect(message.event?.priority == .high)
            #expect(message.correlationID == "q")
            #expect(message.payload?.value == 1)
            #expect(
                world.diagnostics.text
                    == "· not sent, as a client does not say them: category, epoch, id, offset, sequence, timestamp, topic\n"
            )
        }
    }

    @Test("A line that is no event is named, and nothing is sent")
    func badLine() async throws {
        let input = "{\"type\":\"a\"}\r\n\r\n{\"type\":7}\n"
        var sending = Sending()
        sending.isLineByLine = true
        let ready = sending
        let error = await #expect(throws: ToolError.self) {
            try await ready.run(["ws://127.0.0.1:1/"], TestConsole(input: input).console, .never)
        }
        #expect(error?.message == "line 3: type is not text")
        #expect(error?.status == .dataError)
    }

    @Test("The ids of what was sent are known when what follows fails")
    func partlySent() async throws {
        try await withWSETestServer { server in
            // What cannot be encoded fails on its way, behind a hundred that can.
            let events =
                (0..<100).map { #"{"type":"n","payload":\#($0)}"# } + [#"{"type":"n","payload":1e400}"#]
            let world = TestConsole(input: events.joined(separator: "\n"))
            var sending = Sending()
            sending.isLineByLine = true
            let ready = sending
            let error = await #expect(throws: ToolError.self) {
                try await ready.run([server.url], world.console, .never)
            }
            #expect(error?.status == .dataError)
            #expect(world.output.lines.count == 100)
            #expect(world.diagnostics.text == "100 of 101 events were sent\n")
        }
    }

    @Test(
        "A number that cannot be kept is told of",
        arguments: [
            ("[123456789012345678901234567890]", "1.2345678901234568e+29"),
            (#"{"a":"\"1","b":0.12345678901234567890}"#, "0.12345678901234568"),
            ("[18446744073709551615,-9223372036854775808,9007199254740993,1.10,-0.0,1e300]", nil),
            (#"["123456789012345678901234567890"]"#, nil), ("0.1000000000000000000", nil),
        ] as [(String, String?)])
    func inexactNumbers(payload: String, sent: String?) throws {
        let world = TestConsole()
        _ = try Payload.parse(payload, world.console)
        if let sent {
            #expect(world.diagnostics.text.contains("is sent as \(sent);"), "\(world.diagnostics.text)")
        } else {
            #expect(world.diagnostics.text.isEmpty)
        }
    }

    @Test("Standard input gives one thing, and options that would do nothing are refused")
    func contradictions() async throws {
        func refused(
            _ words: [String], _ configure: (inout Sending) -> Void,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async -> String? {
            var sending = Sending()
            configure(&sending)
            let ready = sending
            let error = await #expect(throws: ToolError.self, sourceLocation: sourceLocation) {
                try await ready.run(
                    ["ws://127.0.0.1:1/"] + words, TestConsole(input: #"{"type":"a"}"#).console, .never)
            }
            #expect(error?.status == .usage, sourceLocation: sourceLocation)
            return error?.message
        }
        #expect(
            await refused(["a", "-"]) { $0.connection.tokenFile = "-" }
                == "standard input gives the payload, so it cannot give the token as well")
        #expect(await refused([""]) { _ in } == "a message wants a type and perhaps a payload")
        let own = "with --lines, each event says its own priority and correlation_id"
        #expect(await refused([]) { ($0.isLineByLine, $0.priority) = (true, "high") } == own)
        #expect(await refused([]) { ($0.isLineByLine, $0.correlationID) = (true, "7") } == own)
    }

    @Test("Header fields come from the command line or a file; those with secrets from a file only")
    func headers() async throws {
        try await withWSETestServer { server in
            let file = TemporaryFile("X-Team: blue\nCookie: a=b\n")
            defer { file.remove() }
            var sending = Sending()
            sending.connection.headers = ["X-Shift: night", "@\(file.path)"]
            _ = try await sending.run([server.url, "a"], TestConsole().console, .never)
            let request = try await server.nextConnection().request
            for (name, value) in [("X-Shift", "night"), ("X-Team", "blue"), ("Cookie", "a=b")] {
                #expect(request.header(name) == value)
            }
            sending.connection.headers = ["Authorization: Bearer s3cret"]
            let ready = sending
            let error = await #expect(throws: ToolError.self) {
                try await ready.run([server.url, "a"], TestConsole().console, .never)
            }
            #expect(error?.status == .usage)
            #expect(error?.description.contains("s3cret") == false)
        }
    }

    @Test("A request about topics that are all refused ends there, and tells of those that are not all")
    func refusedTopics() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.acceptsTopic = { topic, _ in topic != "secret" }
        try await withWSETestServer(configuration: configuration) { server in
            var requesting = Requesting()
            requesting.topics = ["secret"]
            let ready = requesting
            let error = await #expect(throws: ToolError.self) {
                try await ready.run([server.url, "echo"], TestConsole().console, .never)
            }
            #expect(error?.status == .noPermission)
            requesting.topics = ["secret", "open"]
            let world = TestConsole()
            let status = try await requesting.run([server.url, "echo"], world.console, .never)
            #expect(status == .success)
            #expect(world.diagnostics.text.contains("the server refuses secret\n"))
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

    @Test("What a server says of itself does not steer the terminal, not even verbosely")
    func steering() async throws {
        try await withWSETestServer { server in
            server.on("ask") { message in
                try? message.connection.send("error", ["code": "X", "message": "\u{1B}[2Jgone"])
                try? message.connection.reply(to: message, "answer", [:])
            }
            let world = TestConsole(isTerminal: true)
            var requesting = Requesting()
            requesting.connection.isVerbose = true
            let status = try await requesting.run([server.url, "ask"], world.console, .never)
            #expect(status == .success)
            #expect(world.diagnostics.text.contains("info state changed state=connected"))
            #expect(world.diagnostics.text.contains(#"\u001b[2Jgone"#), "\(world.diagnostics.text)")
            #expect(!(world.output.text + world.diagnostics.text).contains("\u{1B}"))
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
