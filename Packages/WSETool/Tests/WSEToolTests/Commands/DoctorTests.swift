import Testing
import WSETestServer

@testable import WSEToolKit

@Suite("wse doctor, bench, top and serve against the embedded server", .timeLimit(.minutes(1)))
struct DoctorTests {
    private func examine(
        _ url: String, environment: [String: String] = [:], _ configure: (inout Doctor) -> Void = { _ in }
    ) async throws -> (report: WSEValue, status: ToolStatus) {
        let world = TestConsole(environment: environment)
        var doctor = Doctor()
        configure(&doctor)
        let status = try await doctor.run([url], world.console, .never)
        return (try WSEValue(json: world.output.text), status)
    }

    private func verdicts(_ report: WSEValue) -> [String] {
        (report["steps"]?.arrayValue ?? []).map {
            "\($0["step"]?.stringValue ?? "?") \($0["verdict"]?.stringValue ?? "?")"
        }
    }

    @Test("A good connection has every step timed, and the server gets one connection")
    func good() async throws {
        try await withWSETestServer { server in
            let (report, status) = try await examine(server.url)
            #expect(status == .success)
            #expect(report["ok"] == true)
            #expect(
                verdicts(report) == [
                    "dns skipped", "tcp ok", "tls skipped", "upgrade ok", "auth ok", "handshake ok",
                    "heartbeat ok",
                ])
            for step in report["steps"]?.arrayValue ?? [] where step["verdict"] == "ok" {
                #expect((step["ms"]?.doubleValue ?? -1) >= 0)
            }
            #expect(server.connectionCount == 1)
            #expect(try await server.nextConnection().ended().code == 1_000)
        }
    }

    @Test("With TLS and a token, both are part of it")
    func secure() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.tls = .localhost
        configuration.authentication = .token(secret: "a secret of tests")
        try await withWSETestServer(configuration: configuration) { server in
            let file = TemporaryFile(WSETestServer.TLS.localhost.certificateChain)
            defer { file.remove() }
            let token = JSONWebToken.make(subject: "ada", secret: "a secret of tests")
            let (report, status) = try await examine(server.url, environment: ["WSE_TOKEN": token]) {
                $0.connection.authorities = file.path
            }
            #expect(status == .success)
            #expect(verdicts(report)[2] == "tls ok")
            #expect(report["steps", 4, "text"] == "let in as ada")
        }
    }

    @Test("Tokens and secrets come from standard input, too")
    func tokenFromInput() async throws {
        let secret = "a secret of tests"
        let world = TestConsole(input: secret + "\n")
        let stop = TestInterruption()
        var serving = Serving()
        (serving.server.port, serving.server.secretFile) = (0, "-")
        async let status = serving.run(world.console, stop.interruption)
        await world.output.wait { $0.contains("\n") }
        let greeting = try WSEValue(json: world.output.text)
        #expect(greeting["wants_token"] == true)
        let url = try #require(greeting["listening"]?.stringValue)
        let guest = TestConsole(input: JSONWebToken.make(subject: "ada", secret: secret))
        var doctor = Doctor()
        doctor.connection.tokenFile = "-"
        let diagnosis = try await doctor.run([url], guest.console, .never)
        #expect(diagnosis == .success)
        #expect(guest.output.text.contains("let in as ada"))
        stop.send(2)
        let outcome = try await status
        #expect(outcome == .success)
    }

    @Test("A certificate that nobody vouches for fails at TLS")
    func untrusted() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.tls = .localhost
        try await withWSETestServer(configuration: configuration) { server in
            let (report, status) = try await examine(server.url)
            #expect(status == .unavailable)
            #expect(verdicts(report).prefix(4) == ["dns skipped", "tcp ok", "tls failed", "upgrade unknown"])
            #expect(report["advice", 0]?.stringValue?.contains("--ca") == true)
        }
    }

    @Test("A certificate for another name, and a server without TLS, fail at TLS in words of their own")
    func wrongTLS() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.tls = .localhost
        let file = TemporaryFile(WSETestServer.TLS.localhost.certificateChain)
        defer { file.remove() }
        try await withWSETestServer(configuration: configuration) { server in
            // An address of this machine that the certificate does not have.
            let other = server.url.replacing("127.0.0.1", with: "[::ffff:127.0.0.1]")
            let (report, status) = try await examine(other) { $0.connection.authorities = file.path }
            #expect(status == .unavailable)
            #expect(verdicts(report)[2] == "tls failed")
            #expect(report["advice", 0]?.stringValue?.contains("stands in the certificate") == true)
        }
        try await withWSETestServer { server in
            let (report, status) = try await examine(server.url.replacing("ws:", with: "wss:"))
            #expect(status == .unavailable)
            #expect(report["steps", 2, "text"] == "connection: What answers there is not TLS.")
            #expect(report["advice", 0]?.stringValue?.contains("ws://") == true)
        }
    }

    @Test("Where a redirect leads is told")
    func redirected() async throws {
        try await withWSETestServer { server in
            let field = WSETestServer.Request.HeaderField(name: "Location", value: "https://a.example/wse")
            server.refuseNext(.status(307, headers: [field]))
            let (report, status) = try await examine(server.url)
            #expect(status == .unavailable)
            #expect(report["advice", 0] == "connect to wss://a.example/wse")
        }
    }

    @Test("A refused upgrade, a hang-up and a refused token fail where they happen")
    func refusals() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.authentication = .token(secret: "a secret of tests")
        try await withWSETestServer(configuration: configuration) { server in
            server.refuseNext(.status(404))
            let missing = try await examine(server.url)
            #expect(missing.status == .unavailable)
            #expect(verdicts(missing.report)[3] == "upgrade failed")
            #expect(missing.report["advice", 0]?.stringValue?.contains("under this path") == true)
            server.refuseNext(.hangUp)
            #expect(verdicts(try await examine(server.url).report)[3] == "upgrade failed")
            let anonymous = try await examine(server.url)
            #expect(anonymous.status == .noPermission)
            #expect(verdicts(anonymous.report)[4] == "auth failed")
            #expect(
                anonymous.report["advice"]?.arrayValue?.contains {
                    $0.stringValue?.contains("WSE_TOKEN") ?? false
                } == true)
        }
    }

    @Test("A name that does not exist fails at its resolution")
    func noName() async throws {
        // RFC 6761: this name never has an address.
        let (report, status) = try await examine("ws://wse.invalid/")
        #expect(status == .unavailable)
        #expect(verdicts(report).first == "dns failed")
    }

    @Test("With a proxy it is the proxy's name that is resolved, and an address is not")
    func proxyName() async throws {
        let (report, status) = try await examine("ws://wse.invalid/") { $0.connection.proxy = "localhost:1" }
        #expect(status == .unavailable)
        #expect(verdicts(report).prefix(2) == ["dns ok", "tcp failed"])
        #expect(report["steps", 0, "text"] == "localhost, the proxy")
        let address = try await examine("ws://wse.invalid/") { $0.connection.proxy = "127.0.0.1:1" }
        #expect(verdicts(address.report).prefix(2) == ["dns skipped", "tcp failed"])
        #expect(address.report["steps", 0, "text"] == "the proxy has an address")
    }

    @Test("A benchmark counts what it timed")
    func bench() async throws {
        try await withWSETestServer { server in
            let world = TestConsole()
            var benchmark = Benchmark()
            (benchmark.connects, benchmark.requests, benchmark.warmUp) = (2, 20, 3)
            (benchmark.concurrency, benchmark.events) = (3, 50)
            let ready = benchmark
            let feed = Task { await server.run(DemoFeed(topics: ["a"]), rate: 10_000) }
            let status = try await ready.run([server.url, "a"], world.console, .never)
            feed.cancel()
            #expect(status == .success)
            let report = try WSEValue(json: world.output.text)
            #expect(report["connect_ms", "count"] == 2)
            #expect(report["round_trip_ms", "count"] == 20)
            #expect(report["events"] == 50)
            #expect(server.messages(ofType: "echo").count == 23)
            #expect(server.connectionCount == 4)
        }
    }

    @Test("On a terminal a benchmark tells how far it is, and leaves nothing of that behind")
    func benchProgress() async throws {
        try await withWSETestServer { server in
            let world = TestConsole(isDiagnosticsTerminal: true)
            var benchmark = Benchmark()
            (benchmark.connects, benchmark.requests, benchmark.warmUp, benchmark.events) = (1, 2, 0, 5)
            let ready = benchmark
            let stop = TestInterruption()
            async let status = ready.run([server.url, "silent"], world.console, stop.interruption)
            await world.diagnostics.wait { $0.contains("\revents: 0 of 5") }
            for words in ["\rconnections: 0 of 1", "\rrequests: 0 of 2"] {
                #expect(world.diagnostics.text.contains(words))
            }
            stop.send(2)
            let outcome = try await status
            #expect(outcome.code == 130)
            #expect(world.diagnostics.text.hasSuffix("\r\u{1B}[K"))
        }
    }

    @Test("Progress is drawn as it goes on, and nowhere but on a terminal")
    func progress() {
        let world = TestConsole(isDiagnosticsTerminal: true)
        let line = ProgressLine(console: world.console, interval: .zero)
        line?.begin("requests", of: 2_000)
        line?.advance()
        line?.end()
        #expect(
            world.diagnostics.text
                == "\rrequests: 0 of 2,000\u{1B}[K\rrequests: 1 of 2,000\u{1B}[K\r\u{1B}[K")
        #expect(ProgressLine(console: TestConsole().console) == nil)
    }

    @Test("top that is interrupted before there is a connection has shown nothing")
    func topBeforeConnecting() async throws {
        try await withWSETestServer { server in
            server.refuseNext(.silence)
            let stop = TestInterruption()
            let outcome = Task {
                try await Watching().run([server.url], TestConsole().console, stop.interruption)
            }
            try await server.waitForRefusedRequests(1)
            stop.send(2)
            let error = await #expect(throws: ToolError.self) { try await outcome.value }
            #expect(error?.status.code == 130)
        }
    }

    @Test("top writes a line of JSON for each interval")
    func top() async throws {
        try await withWSETestServer { server in
            let world = TestConsole()
            let stop = TestInterruption()
            var watching = Watching()
            watching.interval = 0.02
            let ready = watching
            async let status = ready.run([server.url, "a"], world.console, stop.interruption)
            try await server.waitForSubscription(to: "a")
            try server.publish("tick", [:], to: "a")
            await world.output.wait { $0.contains(#""server_version":"2.5.1","events":1,"#) }
            stop.send(2)
            let outcome = try await status
            #expect(outcome == .success)
        }
    }

    @Test("The first interval of top has rates, too")
    func topFirstRates() async throws {
        try await withWSETestServer { server in
            let world = TestConsole()
            var watching = Watching()
            (watching.interval, watching.count) = (0.05, 1)
            _ = try await watching.run([server.url, "a"], world.console, .never)
            let line = try WSEValue(json: world.output.text)
            // At least the subscription went out, and the answer to it came in.
            #expect(line["messages_out_per_second"]?.doubleValue ?? 0 > 0)
            #expect(line["bytes_per_second"]?.doubleValue ?? 0 > 0)
        }
    }

    @Test("top of topics that the server refuses ends there")
    func topRefused() async throws {
        var configuration = WSETestServer.Configuration()
        configuration.acceptsTopic = { topic, _ in topic != "secret" }
        try await withWSETestServer(configuration: configuration) { server in
            let world = TestConsole()
            let error = await #expect(throws: ToolError.self) {
                try await Watching().run([server.url, "secret"], world.console, .never)
            }
            #expect(error?.status == .noPermission)
            #expect(world.output.text.isEmpty)
        }
    }

    @Test("top ends after --count screens")
    func topCount() async throws {
        try await withWSETestServer { server in
            let world = TestConsole()
            var watching = Watching()
            (watching.interval, watching.count) = (0.02, 2)
            let outcome = try await watching.run([server.url], world.console, .never)
            #expect(outcome == .success)
            #expect(world.output.lines.count == 2)
        }
    }

    @Test("top gives the screen back after Ctrl-C")
    func topOnATerminal() async throws {
        try await withWSETestServer { server in
            let world = TestConsole(isTerminal: true, size: TerminalSize(columns: 80, rows: 24))
            let stop = TestInterruption()
            var watching = Watching()
            watching.interval = 0.02
            let ready = watching
            async let status = ready.run([server.url, "a"], world.console, stop.interruption)
            await world.output.wait { $0.contains("losses") }
            stop.send(2)
            let outcome = try await status
            #expect(outcome == .success)
            #expect(world.output.text.hasPrefix("\u{1B}[?1049h"))
            #expect(world.output.text.hasSuffix("\u{1B}[?1049l"))
            #expect(try await server.nextConnection().ended().code == 1_000)
        }
    }

    @Test("serve tells where it listens, feeds who comes, and says goodbye")
    func serve() async throws {
        let world = TestConsole()
        let stop = TestInterruption()
        var serving = Serving()
        (serving.server.port, serving.rate, serving.topics) = (0, 1_000, ["market.A"])
        serving.tellsMessages = true
        let ready = serving
        async let status = ready.run(world.console, stop.interruption)
        await world.output.wait { $0.contains("\n") }
        let greeting = try WSEValue(json: world.output.text)
        let url = try #require(greeting["listening"]?.stringValue)
        #expect(greeting["wants_token"] == false)
        let client = TestConsole()
        var listening = Listening()
        listening.count = 3
        let guest = listening
        let heard = try await guest.run([url, "market.A"], client.console, .never)
        #expect(heard == .success)
        #expect(client.output.lines.count == 3)
        _ = try await Sending().run([url, "hello"], TestConsole().console, .never)
        var requesting = Requesting()
        requesting.topics = ["room"]
        let asking = requesting
        let refused = await #expect(throws: ToolError.self) {
            try await asking.run([url, "publish", #"{"topic":"room"}"#], TestConsole().console, .never)
        }
        #expect(refused?.message.contains("publish wants topic, type and payload") == true)
        await world.diagnostics.wait { $0.contains("hello from connection 2") }
        stop.send(2)
        let outcome = try await status
        #expect(outcome == .success)
        #expect(world.diagnostics.lines.last?.hasPrefix("· stopped after 3 connections") == true)
    }

    @Test("The faults of serve are those of its options")
    func faults() async throws {
        var serving = Serving()
        (serving.server.port, serving.rate) = (0, 1_000)
        (serving.server.refuse, serving.server.cutAfterEvents) = (1, 2)
        let world = TestConsole()
        let stop = TestInterruption()
        let ready = serving
        async let status = ready.run(world.console, stop.interruption)
        await world.output.wait { $0.contains("\n") }
        let url = try #require(try WSEValue(json: world.output.text)["listening"]?.stringValue)
        let refused = try await examine(url)
        #expect(verdicts(refused.report)[3] == "upgrade failed")
        let client = TestConsole()
        var listening = Listening()
        (listening.count, listening.connection.reconnects) = (10, false)
        let guest = listening
        let error = await #expect(throws: ToolError.self) {
            try await guest.run([url, "market.BTC-USD"], client.console, .never)
        }
        #expect(error?.status == .unavailable)
        #expect(client.output.lines.count == 2)
        stop.send(15)
        let outcome = try await status
        #expect(outcome == .success)
    }

    @Test("Options of serve that make no sense are refused")
    func badOptions() async {
        for change: @Sendable (inout Serving) -> Void in [
            { $0.rate = 0 }, { $0.server.drop = 1.5 }, { $0.server.port = 70_000 },
            { $0.server.cutAfterEvents = 0 }, { $0.server.cutEverySeconds = 0 },
            { $0.rate = .nan }, { $0.server.refuse = -1 }, { $0.count = 0 },
            { $0.certificateFile = "localhost.pem" },
            { ($0.certificateFile, $0.rate) = ("localhost.pem", -1) }, { $0.server.refusal = "soon" },
            { $0.server.rules = ["3:nothing"] }, { $0.topics = ["a", ""] }, { $0.server.delay = -1 },
        ] {
            var serving = Serving()
            serving.server.port = 0
            change(&serving)
            let ready = serving
            let error = await #expect(throws: ToolError.self) {
                try await ready.run(TestConsole().console, .never)
            }
            #expect(error?.status == .usage)
        }
    }
}
