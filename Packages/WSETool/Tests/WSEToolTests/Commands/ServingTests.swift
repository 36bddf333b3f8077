import Testing
import WSETestServer

@testable import WSEToolKit

@Suite("wse serve", .timeLimit(.minutes(1)))
struct ServingTests {
    /// Runs a function against the server of a `wse serve`.
    private func serve(
        _ configure: (inout ServerSettings) -> Void, _ body: (String) async throws -> Void
    ) async throws {
        var serving = Serving()
        (serving.server.port, serving.rate, serving.topics) = (0, 1_000, ["a"])
        configure(&serving.server)
        let world = TestConsole()
        let stop = TestInterruption()
        let ready = serving
        async let status = ready.run(world.console, stop.interruption)
        await world.output.wait { $0.contains("\n") }
        try await body(try #require(try WSEValue(json: world.output.text)["listening"]?.stringValue))
        stop.send(2)
        let outcome = try await status
        #expect(outcome == .success)
    }

    private func listen(
        to words: [String], count: Int, _ world: TestConsole = TestConsole()
    ) async throws -> ToolStatus {
        var listening = Listening()
        (listening.count, listening.connection.reconnects) = (count, false)
        return try await listening.run(words, world.console, .never)
    }

    @Test("A port that is taken is told with the system's reason, and an address that is none as well")
    func cannotListen() async throws {
        try await withWSETestServer { server in
            var serving = Serving()
            serving.server.port = server.port
            let taken = serving
            let error = await #expect(throws: ToolError.self) {
                try await taken.run(TestConsole().console, .never)
            }
            #expect(error?.status == .unavailable)
            #expect(
                error?.message == "could not listen on 127.0.0.1:\(server.port): Address already in use")
            (serving.server.port, serving.server.host) = (0, "wse.invalid")
            let nowhere = serving
            let unknown = await #expect(throws: ToolError.self) {
                try await nowhere.run(TestConsole().console, .never)
            }
            #expect(unknown?.message.hasPrefix("could not listen on wse.invalid:0: ") == true)
            #expect(unknown?.message.contains("SocketAddressError") == false)
        }
    }

    @Test("A server that is started anew with the same seed counts in epochs of its own")
    func epochs() async throws {
        var epochs: [WSEValue] = []
        for _ in 0..<2 {
            try await serve {
                $0.seed = 7
            } _: { url in
                let world = TestConsole()
                _ = try await listen(to: [url, "a"], count: 1, world)
                epochs.append(try #require(try WSEValue(json: world.output.text)["epoch"]))
            }
        }
        #expect(epochs[0] != epochs[1])
    }

    @Test("Topics of --deny are refused, and others are not")
    func denies() async throws {
        try await serve {
            $0.deniedTopics = ["secret.*", "b"]
        } _: { url in
            for topic in ["secret.plans", "b"] {
                let error = await #expect(throws: ToolError.self) {
                    try await listen(to: [url, topic], count: 1)
                }
                #expect(error?.status == .noPermission)
            }
            let admitted = try await listen(to: [url, "a"], count: 1)
            #expect(admitted == .success)
        }
    }

    @Test("--refuse-with says what the refused requests get", arguments: ["401", "hang-up"])
    func refuses(with refusal: String) async throws {
        try await serve {
            ($0.refuse, $0.refusal) = (1, refusal)
        } _: { url in
            let error = await #expect(throws: ToolError.self) { try await listen(to: [url, "a"], count: 1) }
            #expect(error?.status == (refusal == "401" ? .noPermission : .unavailable))
            let admitted = try await listen(to: [url, "a"], count: 1)
            #expect(admitted == .success)
        }
    }

    @Test("A rule goes before the other faults and hits what it names")
    func rule() async throws {
        try await serve {
            ($0.drop, $0.rules) = (1, ["1-4:pass", #"5:replace={"t":"instead","p":1}"#, "6:cut=reset"])
        } _: { url in
            let world = TestConsole()
            let error = await #expect(throws: ToolError.self) {
                try await listen(to: [url, "a"], count: 10, world)
            }
            #expect(error?.status == .unavailable)
            let types = try world.output.lines.map { try WSEValue(json: $0)["type"] }
            #expect(types == ["value", "value", "value", "value", "instead"])
        }
    }

    @Test(
        "What a rule says is what the server's script has",
        arguments: [
            ("3:drop", .frame(3), .drop), ("5-9:pass", .frames(5...9), .pass),
            ("every=10:duplicate", .every(10), .duplicate()),
            ("every=1:duplicate=3", .every(1), .duplicate(copies: 3)),
            ("chance=0.25:reorder=4", .chance(0.25), .reorder(by: 4)),
            ("type=tick:delay=0.5", .type("tick"), .delay(.milliseconds(500))),
            ("topic=a:b:stall", .topic("a:b"), .stall), ("all:corrupt", .all, .corrupt(.bytes)),
            ("1:corrupt=truncate", .frame(1), .corrupt(.truncate)),
            ("1:corrupt=garbage", .frame(1), .corrupt(.garbage)),
            ("1:corrupt=reserved-bit", .frame(1), .corrupt(.reservedBit)),
            ("1:replace=a:drop", .frame(1), .replace(with: "a:drop")),
            ("1:cut", .frame(1), .cut(.finish)), ("1:cut=reset", .frame(1), .cut(.reset)),
            ("1:close", .frame(1), .close(code: 1_011)), ("1:close=4401", .frame(1), .close(code: 4_401)),
        ] as [(String, FaultScript.Trigger, FaultScript.Action)])
    func rules(text: String, trigger: FaultScript.Trigger, action: FaultScript.Action) throws {
        let rule = try FaultRule(text)
        #expect(rule.trigger == trigger)
        #expect(rule.action == action)
    }

    @Test(
        "Rules that make no sense are refused",
        arguments: [
            "", "drop", ":drop", "0:drop", "9-5:drop", "every=0:drop", "chance=2:drop", "chance=nan:drop",
            "type=:drop", "x:drop", "3:", "3:nothing", "3:drop=1", "3:delay", "3:delay=-1", "3:cut=x",
            "3:close=70000", "3:close=1006", "3:close=1004", "3:close=1015", "3:close=2999", "3:close=5000",
            "3:corrupt=x", "3:duplicate=0", "3:replace",
        ])
    func badRules(text: String) {
        let error = #expect(throws: ToolError.self) { try FaultRule(text) }
        #expect(error?.status == .usage)
    }

    @Test("Delays come behind all other faults, and frames are those that were asked for")
    func script() throws {
        var settings = ServerSettings()
        (settings.delay, settings.duplicate, settings.cutAfterEvents) = (0.5, 0.1, 3)
        (settings.rules, settings.frames, settings.seed) = (["2:drop"], .replays, 7)
        #expect(
            try settings.faults()
                == FaultScript(seed: 7, frames: .replays).on(.frame(2), .drop).on(.frame(3), .cut())
                .on(.chance(0.1), .duplicate()).on(.all, .delay(.milliseconds(500))))
        for change: @Sendable (inout ServerSettings) -> Void in [
            { $0.delay = -1 }, { $0.delay = .nan }, { $0.rules = ["x"] }, { $0.closeCode = 5 },
            { $0.closeCode = 1_005 },
        ] {
            var settings = ServerSettings()
            change(&settings)
            let error = #expect(throws: ToolError.self) { try settings.faults() }
            #expect(error?.status == .usage)
        }
        settings.refusal = "soon"
        #expect(throws: ToolError.self) { try settings.requestRefusal() }
    }
}
