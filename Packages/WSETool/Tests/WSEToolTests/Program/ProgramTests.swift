import Foundation
import Testing
import WSEClient
import WSETestServer

@testable import WSEToolKit

@Suite("The program wse", .serialized, .timeLimit(.minutes(2)))
struct ProgramTests {
    @Test("Every frame of the protocol goes through wse decode", arguments: RecordedFrame.all)
    func decode(frame: RecordedFrame) async throws {
        let program = try ToolProcess(
            ["decode"], input: frame.bytes, environment: frame.key.map { ["WSE_KEY": $0] } ?? [:])
        let code = await program.exitCode()
        try frame.check(output: program.output.text, diagnostics: program.diagnostics.text, exitCode: code)
    }

    @Test("What decode writes, encode reads")
    func encode() async throws {
        let encoder = try ToolProcess(["encode", "order", #"{"qty":3}"#, "--format", "messagepack"])
        #expect(await encoder.exitCode() == 0)
        let decoder = try ToolProcess(["decode"], input: encoder.output.bytes)
        #expect(await decoder.exitCode() == 0)
        #expect(decoder.output.text == #"{"type":"order","category":"U","payload":{"qty":3}}"# + "\n")
    }

    @Test("listen into a pipe writes lines of JSON, and Ctrl-C ends it with a goodbye and 0")
    func listen() async throws {
        try await withWSETestServer { server in
            let program = try ToolProcess(["listen", "prices"], environment: ["WSE_URL": server.url])
            let connection = try await server.nextConnection()
            try await server.waitForSubscription(to: "prices")
            try server.publish("tick", ["px": 1.5], to: "prices")
            await program.output.wait { $0.contains("\n") }
            #expect(try WSEValue(json: program.output.text)["payload"] == ["px": 1.5])
            program.interrupt()
            #expect(await program.exitCode() == 0)
            let end = try await connection.ended()
            #expect(end.isClientClose && end.code == 1_000)
            #expect(program.diagnostics.text.isEmpty)
        }
    }

    @Test("Ctrl-C ends it while nobody takes its output, with a goodbye", arguments: ["listen", "top"])
    func interruptedWhileWriting(command: String) async throws {
        try await withWSETestServer { server in
            let options = command == "top" ? ["--interval", "0.01"] : []
            let program = try ToolProcess([command, server.url, "a"] + options, readsOutput: false)
            let connection = try await server.nextConnection()
            try await server.waitForSubscription(to: "a")
            for number in 0..<2_000 { try server.publish("tick", ["i": .int(Int64(number))], to: "a") }
            try await program.waitUntilOutputIsFull()
            program.interrupt()
            #expect(await program.exitCode() == 0)
            #expect(try await connection.ended().code == 1_000)
        }
    }

    @Test(
        "A command that waits for standard input ends with the first Ctrl-C", arguments: ["decode", "encode"])
    func interruptedWhileReading(command: String) async throws {
        let program = try ToolProcess([command], keepsInputOpen: true)
        // Nothing tells that it has begun to read: until it has, the signal ends it just so.
        try await Task.sleep(for: .milliseconds(300))
        program.interrupt()
        #expect(await program.exitCode() == 130)
    }

    @Test("Interrupted before it was done is 130, terminated 143")
    func interrupted() async throws {
        try await withWSETestServer { server in
            for (end, code) in [(ToolProcess.interrupt, 130), (ToolProcess.terminate, 143)]
                as [(
                    (ToolProcess) -> () -> Void, Int32
                )]
            {
                let program = try ToolProcess(["request", server.url, "never-answered"])
                let message = try await server.nextMessage(ofType: "never-answered")
                end(program)()
                #expect(await program.exitCode() == code)
                #expect(program.output.text.isEmpty)
                let closed = try await message.connection.ended()
                #expect(closed.code == 1_000)
            }
        }
    }

    @Test(
        "The exit code says what is wrong, and standard error says it to people",
        arguments: [
            (["listen"], 64, "which server?"), (["nonsense"], 64, "nonsense"),
            (["send", "ws://127.0.0.1:1/", "a", "{"], 65, "not JSON"),
            (["listen", "ws://127.0.0.1:1/", "--token-file", "/nonexistent"], 66, "/nonexistent"),
            (["listen", "ws://127.0.0.1:1/", "a"], 69, "nothing listens there"),
            (["decode"], 65, "no frame"), (["decode", "--from", "hex"], 65, "no frame"),
            (["listen", "ws://127.0.0.1:1/", "a", "--where", "px>"], 64, "nothing behind"),
            (["listen", "ws://127.0.0.1:1/", "--header", "A B: x"], 64, "no name"),
            (["send", "ws://127.0.0.1:1/?access=s3cret", "a"], 64, "can be read by every user"),
            (["serve", "--close-after", "1", "--close-code", "5"], 64, "--close-code"),
        ] as [([String], Int32, String)])
    func exitCodes(arguments: [String], code: Int32, words: String) async throws {
        let program = try ToolProcess(arguments)
        #expect(await program.exitCode() == code)
        #expect(program.diagnostics.text.contains(words), "\(program.diagnostics.text)")
        #expect(program.output.text.isEmpty)
    }

    @Test(
        "What was shown is in the file of --save soon, also where nothing more comes, for when it is killed")
    func killed() async throws {
        try await withWSETestServer { server in
            let file = TemporaryFile()
            defer { file.remove() }
            let arguments = ["listen", server.url, "a", "--save", file.path, "--resume"]
            let program = try ToolProcess(arguments)
            try await server.waitForSubscription(to: "a")
            for number in 0..<3 { try server.publish("tick", ["i": .int(Int64(number))], to: "a") }
            while try SavedPositions(path: file.path)?.positions["a"]?.offset != 2 {
                try await Task.sleep(for: .milliseconds(10))
            }
            program.kill()
            #expect(await program.exitCode() == 137)
            #expect(program.output.lines.count == 3)
            try await server.waitForNoSubscription(to: "a")
            for number in 3..<5 { try server.publish("tick", ["i": .int(Int64(number))], to: "a") }
            let next = try ToolProcess(arguments + ["--count", "2"])
            #expect(await next.exitCode() == 0)
            #expect(try next.output.lines.map { try WSEValue(json: $0)["payload", "i"] } == [3, 4])
        }
    }

    @Test("A full disk and a closed output are told, a reader that has gone is not")
    func unwritable() async throws {
        try await withWSETestServer { server in
            for arguments in [
                ["doctor"], ["send", "a"], ["request", "echo"], ["encode", "a"], ["serve", "--port", "0"],
            ] {
                for (redirection, code) in [("> /dev/full", 74), (">&-", 74), ("| true", 0)]
                    as [(String, Int32)]
                {
                    // `serve` writes one line only, which a pipe takes.
                    if arguments[0] == "serve", code == 0 { continue }
                    let program = try ToolProcess(
                        arguments, through: redirection, environment: ["WSE_URL": server.url])
                    #expect(await program.exitCode() == code, "\(arguments) \(redirection)")
                    #expect(program.diagnostics.text.contains("cannot write") == (code != 0))
                }
            }
        }
    }

    @Test("The exit codes are those that help, the README and the page of the module list, in the same words")
    func exitCodeTables() async throws {
        let help = try ToolProcess(["--help"])
        #expect(await help.exitCode() == 0)
        let listed = help.output.text.matches(of: /(?m)^  (\d+(?:, \d+)?) +(\S.*)$/).map { "\($0.1) \($0.2)" }
        let codes = [
            ToolStatus.success, .failure, .usage, .dataError, .noInput, .unavailable, .software,
            .cannotCreate,
            .ioError, .temporaryFailure, .protocolError, .noPermission, .interrupted(by: 2),
        ].map(\.code)
        #expect(listed.map { Int32($0.prefix { $0.isNumber }) ?? -1 } == codes)
        let package = URL(fileURLWithPath: #filePath).appending(path: "../../../..").standardized
        for page in ["README.md", "Sources/wse/wse.docc/wse.md"] {
            let text = try String(contentsOf: package.appending(path: page), encoding: .utf8)
            let rows = text.matches(of: /(?m)^\| (\d+(?:, \d+)?) \| (.*) \|$/).map { "\($0.1) \($0.2)" }
            #expect(rows == listed, "\(page)")
        }
    }

    @Test(
        "A secret on the command line is refused, and not repeated",
        arguments: [
            ["listen", "ws://127.0.0.1:1/", "--token", "s3cret"], ["serve", "--secret", "s3cret"],
            ["token", "make", "--secret", "s3cret"], ["token", "inspect", "--token", "s3cret"],
        ])
    func secrets(arguments: [String]) async throws {
        let program = try ToolProcess(arguments)
        #expect(await program.exitCode() == 64)
        #expect(program.diagnostics.text.contains("can be read by every user"))
        #expect(!(program.diagnostics.text + program.output.text).contains("s3cret"))
    }

    @Test("A token from a file lets in, and is shown nowhere, not even verbosely")
    func token() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.authentication = .token(secret: "a secret of tests")
        try await withWSETestServer(configuration: configuration) { server in
            let maker = try ToolProcess(
                ["token", "make", "--subject", "ada"], environment: ["WSE_SECRET": "a secret of tests"])
            #expect(await maker.exitCode() == 0)
            let file = TemporaryFile(maker.output.text)
            defer { file.remove() }
            let program = try ToolProcess(
                ["request", "echo", "--token-file", file.path, "--verbose"],
                environment: ["WSE_URL": "\(server.url)?api_key=s3cret"])
            #expect(await program.exitCode() == 0)
            let all = program.diagnostics.text + program.output.text
            #expect(all.contains("state changed"))
            #expect(!all.contains(maker.output.text.dropLast()))
            #expect(!all.contains("s3cret"))
            let connection = try await server.nextConnection()
            #expect(connection.userID == "ada")
        }
    }

    @Test("The server of serve is there for the other commands")
    func serve() async throws {
        let program = try ToolProcess(["serve", "--port", "0", "--rate", "1000"])
        await program.output.wait { $0.contains("\n") }
        let url = try #require(try WSEValue(json: program.output.text)["listening"]?.stringValue)
        let doctor = try ToolProcess(["doctor", url])
        #expect(await doctor.exitCode() == 0)
        let listener = try ToolProcess(["listen", url, "load.web-1", "--count", "3"])
        #expect(await listener.exitCode() == 0)
        #expect(listener.output.lines.count == 3)
        program.interrupt()
        #expect(await program.exitCode() == 0)
    }

    @Test(
        "Every command has help with examples",
        arguments: [
            [], ["token"], ["listen"], ["send"], ["request"], ["top"], ["doctor"], ["bench"], ["serve"],
            ["decode"],
            ["encode"],
            ["token", "make"], ["token", "inspect"],
        ])
    func help(command: [String]) async throws {
        let program = try ToolProcess(command + ["--help"])
        #expect(await program.exitCode() == 0)
        #expect(program.output.text.contains("EXAMPLES:"))
        #expect(program.output.text.contains((["wse"] + command).joined(separator: " ")))
        // None is broken where a terminal of 80 columns ends, so that each can be copied.
        let examples = program.output.text.split(separator: "EXAMPLES:\n").last?.split(separator: "\n\n")
            .first
        for line in (examples ?? "").split(separator: "\n") {
            #expect(line.hasPrefix("  ") && line.contains("wse "), "\(line)")
        }
    }

    @Test("Shells complete commands and options", arguments: ["bash", "zsh", "fish"])
    func completion(shell: String) async throws {
        let program = try ToolProcess(["--generate-completion-script", shell])
        #expect(await program.exitCode() == 0)
        for word in ["doctor", "token-file", "not-type"] { #expect(program.output.text.contains(word)) }
    }
}
