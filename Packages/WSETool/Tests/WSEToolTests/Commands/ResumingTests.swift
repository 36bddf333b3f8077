import Foundation
import Testing
import WSEClient
import WSETestServer

@testable import WSEToolKit

@Suite("wse listen --save --resume against the embedded server", .timeLimit(.minutes(1)))
struct ResumingTests {
    private func publish(_ numbers: Range<Int>, to topic: String, on server: WSETestServer) throws {
        for number in numbers { try server.publish("tick", ["i": .int(Int64(number))], to: topic) }
    }

    private func numbers(_ world: TestConsole) throws -> [WSEValue?] {
        try world.output.lines.map { try WSEValue(json: $0)["payload", "i"] }
    }

    private func listening(_ file: TemporaryFile, count: Int?) -> Listening {
        var listening = Listening()
        (listening.positionsFile, listening.resumes, listening.count) = (file.path, true, count)
        return listening
    }

    @Test("What was published while nobody listened comes first, and nothing comes twice")
    func resumes() async throws {
        try await withWSETestServer { server in
            let file = TemporaryFile()
            defer { file.remove() }
            let first = TestConsole()
            let beginning = listening(file, count: 2)
            async let status = beginning.run([server.url, "a"], first.console, .never)
            try await server.waitForSubscription(to: "a")
            // One more than is shown.
            try publish(0..<3, to: "a", on: server)
            let outcome = try await status
            #expect(outcome == .success)
            #expect(try numbers(first) == [0, 1])
            #expect(first.diagnostics.text.contains("is not there yet"))
            let saved = try #require(try SavedPositions(path: file.path))
            #expect(saved.server == server.url)
            #expect(saved.positions["a"]?.offset == 1)

            try await server.waitForNoSubscription(to: "a")
            try publish(3..<5, to: "a", on: server)
            // Without topics, those of the file are meant.
            let second = TestConsole()
            let rest = try await listening(file, count: 3).run([server.url], second.console, .never)
            #expect(rest == .success)
            #expect(try numbers(second) == [2, 3, 4])
        }
    }

    @Test("After Ctrl-C the file has what was shown")
    func interrupted() async throws {
        try await withWSETestServer { server in
            let file = TemporaryFile()
            defer { file.remove() }
            let world = TestConsole()
            let stop = TestInterruption()
            let command = listening(file, count: nil)
            async let status = command.run([server.url, "a", "silent"], world.console, stop.interruption)
            try await server.waitForSubscription(to: "silent")
            try publish(0..<4, to: "a", on: server)
            await world.output.wait { $0.split(separator: "\n").count == 4 }
            stop.send(2)
            let outcome = try await status
            #expect(outcome == .success)
            #expect(try SavedPositions(path: file.path)?.positions.mapValues(\.offset) == ["a": 3])
        }
    }

    @Test("An event that the output did not take comes again")
    func outputCloses() async throws {
        try await withWSETestServer { server in
            let file = TemporaryFile()
            defer { file.remove() }
            let world = TestConsole()
            let command = listening(file, count: nil)
            async let status = command.run([server.url, "a"], world.console, .never)
            try await server.waitForSubscription(to: "a")
            try publish(0..<2, to: "a", on: server)
            await world.output.wait { $0.split(separator: "\n").count == 2 }
            world.output.fail(with: .outputClosed)
            try publish(2..<3, to: "a", on: server)
            let outcome = try await status
            #expect(outcome == .success)
            #expect(try SavedPositions(path: file.path)?.positions["a"]?.offset == 1)
        }
    }

    @Test("Topics that are silent keep their places")
    func silent() async throws {
        try await withWSETestServer { server in
            let file = TemporaryFile()
            defer { file.remove() }
            try publish(0..<1, to: "a", on: server)
            let position = try #require(server.position(of: "a"))
            let known = TopicPosition(epoch: position.epoch.string, offset: position.offset)
            let foreign = TopicPosition(epoch: "0000002a", offset: .max)
            try SavedPositions(server: server.url, positions: ["a": known, "b": foreign]).write(
                to: OutputFile(file.path))
            let world = TestConsole()
            let command = listening(file, count: 1)
            async let status = command.run([server.url, "a"], world.console, .never)
            try await server.waitForSubscription(to: "a")
            try publish(1..<2, to: "a", on: server)
            let outcome = try await status
            #expect(outcome == .success)
            #expect(try numbers(world) == [1])
            let saved = try SavedPositions(path: file.path)
            #expect(saved?.positions["a"]?.offset == 1)
            #expect(saved?.positions["b"] == foreign)
        }
    }

    @Test(
        "A file of another kind is left alone",
        arguments: ["", "[]", "{}", #"{"server":"a","positions":{"t":{"epoch":1}}}"#])
    func otherFile(contents: String) async throws {
        let file = TemporaryFile(contents)
        defer { file.remove() }
        let error = await #expect(throws: ToolError.self) {
            try await listening(file, count: 1).run(
                ["ws://127.0.0.1:1/", "a"], TestConsole().console, .never)
        }
        #expect(error?.status == .dataError)
        #expect(file.contents == contents)
    }

    @Test("A position only moves on within an epoch, and another epoch replaces it")
    func advance() {
        func stamp(_ epoch: InternedString, _ offset: UInt64) -> RecoveryStamp {
            RecoveryStamp(topic: "a", epoch: epoch, offset: offset)
        }
        var saved = SavedPositions(server: "s", positions: ["a": TopicPosition(epoch: "e", offset: 8)])
        saved.advance("a", to: stamp("e", 7))
        #expect(saved.positions["a"] == TopicPosition(epoch: "e", offset: 8))
        saved.advance("a", to: stamp("e", 12))
        #expect(saved.positions["a"] == TopicPosition(epoch: "e", offset: 12))
        saved.advance("a", to: stamp("f", 0))
        #expect(saved.positions["a"] == TopicPosition(epoch: "f", offset: 0))
    }

    @Test("What was shown is saved, whether or not the client counts it as handed over yet")
    func aheadOfTheClient() throws {
        let file = TemporaryFile()
        defer { file.remove() }
        // It has received nothing, so it has no positions at all.
        let client = try WSEClient(url: "ws://127.0.0.1:1/")
        let keeper = PositionKeeper(file: try OutputFile(file.path), from: SavedPositions(server: "s"))
        var decoder = MessageDecoder()
        var items: [WireItem] = []
        for offset in 3..<6 {
            let json = #"{"t":"x","tp":"a","e":"0000007b","o":\#(offset)}"#
            decoder.decode(json.utf8Span.span.bytes, as: .text, into: &items)
        }
        for case .event(let event) in items { keeper.passed(event) }
        try keeper.finish(with: client.positions())
        #expect(
            try SavedPositions(path: file.path)?.positions == [
                "a": TopicPosition(epoch: "0000007b", offset: 5)
            ])
    }

    @Test("A topic that the server refuses for now keeps its place")
    func refused() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.acceptsTopic = { topic, _ in topic != "b" }
        try await withWSETestServer(configuration: configuration) { server in
            let file = TemporaryFile()
            defer { file.remove() }
            let place = TopicPosition(epoch: "0000002a", offset: 7)
            try SavedPositions(server: server.url, positions: ["b": place]).write(to: OutputFile(file.path))
            let command = listening(file, count: 1)
            async let status = command.run([server.url, "a", "b"], TestConsole().console, .never)
            try await server.waitForSubscription(to: "a")
            try publish(0..<1, to: "a", on: server)
            let outcome = try await status
            #expect(outcome == .success)
            let saved = try SavedPositions(path: file.path)
            #expect(saved?.positions["b"] == place)
            #expect(saved?.positions["a"]?.offset == 0)
        }
    }

    @Test("A file that cannot be written is told before anything is connected", arguments: [true, false])
    func cannotWrite(resumes: Bool) async {
        for path in ["/nonexistent/positions.json", "/dev/null", "/"] {
            var command = Listening()
            (command.positionsFile, command.resumes) = (path, resumes)
            let ready = command
            let error = await #expect(throws: ToolError.self) {
                try await ready.run(["ws://127.0.0.1:1/", "a"], TestConsole().console, .never)
            }
            #expect(error?.status == .cannotCreate, "\(path)")
        }
    }

    @Test("A file that cannot be written any more ends it, also where nothing more comes")
    func noLongerWritable() async throws {
        try await withWSETestServer { server in
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
                "wse-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            var command = Listening()
            command.positionsFile = folder.appendingPathComponent("positions").path
            let ready = command
            let world = TestConsole()
            let outcome = Task { try await ready.run([server.url, "a"], world.console, .never) }
            try await server.waitForSubscription(to: "a")
            try FileManager.default.removeItem(at: folder)
            try publish(0..<1, to: "a", on: server)
            let error = await #expect(throws: ToolError.self) { try await outcome.value }
            #expect(error?.status == .cannotCreate)
            #expect(try await server.nextConnection().ended().code == 1_000)
        }
    }

    @Test("Without --resume, too, a file of another kind is left alone, and an empty one is taken")
    func foreignFile() async throws {
        let file = TemporaryFile("my notes\n")
        defer { file.remove() }
        var command = listening(file, count: 1)
        command.resumes = false
        let ready = command
        let error = await #expect(throws: ToolError.self) {
            try await ready.run(["ws://127.0.0.1:1/", "a"], TestConsole().console, .never)
        }
        #expect(error?.status == .dataError)
        #expect(file.contents == "my notes\n")
        let empty = TemporaryFile("")
        defer { empty.remove() }
        try await withWSETestServer { server in
            var command = listening(empty, count: 1)
            command.resumes = false
            let ready = command
            async let status = ready.run([server.url, "a"], TestConsole().console, .never)
            try await server.waitForSubscription(to: "a")
            try publish(0..<1, to: "a", on: server)
            let outcome = try await status
            #expect(outcome == .success)
            #expect(try SavedPositions(path: empty.path)?.positions["a"]?.offset == 0)
        }
    }

    @Test("Going on without a file makes no sense")
    func noFile() async {
        var command = Listening()
        command.resumes = true
        let ready = command
        let error = await #expect(throws: ToolError.self) {
            try await ready.run(["ws://127.0.0.1:1/", "a"], TestConsole().console, .never)
        }
        #expect(error?.status == .usage)
    }
}
