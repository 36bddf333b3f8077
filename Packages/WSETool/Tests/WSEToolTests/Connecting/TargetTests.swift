import Foundation
import Testing
import WSEClient
import WSETestServer

@testable import WSEToolKit

@Suite("URL, token and connection settings")
struct TargetTests {
    @Test("The first word is the URL if it looks like one; otherwise WSE_URL is")
    func words() throws {
        let given = try Target(["ws://a/b", "t1", "t2"], environment: ["WSE_URL": "ws://other/"])
        #expect(given.url == "ws://a/b")
        #expect(given.words == ["t1", "t2"])
        let fromEnvironment = try Target(["t1"], environment: ["WSE_URL": "wss://other/"])
        #expect(fromEnvironment.url == "wss://other/")
        #expect(fromEnvironment.words == ["t1"])
    }

    @Test(
        "Without a URL, or with one that is none, the command line makes no sense",
        arguments: [
            ([], [:]), (["t1"], ["WSE_URL": ""]), (["ftp://a/"], [:]), (["t"], ["WSE_URL": "nonsense"]),
        ] as [([String], [String: String])])
    func noURL(words: [String], environment: [String: String]) {
        let error = #expect(throws: ToolError.self) { try Target(words, environment: environment) }
        #expect(error?.status == .usage)
    }

    @Test("A URL is shown without the values of its query")
    func hidden() throws {
        #expect(try Target(["ws://a/b?key=s3cret"], environment: [:]).shown == "ws://a/b?key=…")
    }

    @Test(
        "A secret in a URL of the command line is refused, without showing it",
        arguments: [
            (["ws://a/b?token=s3cret"], [:], "token in the URL"),
            (["ws://a/?x=1&api_key=s3cret"], [:], "api_key in the URL"),
            (["ws://a/?access=s3cret&sig=s3cret"], [:], "access in the URL"),
            (["ws://a/?X-Amz-Signature=s3cret"], [:], "X-Amz-Signature in the URL"),
            (["ws://a/?accessToken=s3cret"], [:], "accessToken in the URL"),
            (["ws://a/?topics=prices&monkey=1&author=x"], [:], nil),
            ([], ["WSE_URL": "ws://a/?token=s3cret"], nil),
        ] as [([String], [String: String], String?)])
    func secretInURL(words: [String], environment: [String: String], complaint: String?) throws {
        let world = TestConsole(environment: environment)
        guard let complaint else {
            _ = try Target(words, world.console)
            return
        }
        let error = #expect(throws: ToolError.self) { try Target(words, world.console) }
        #expect(error?.status == .usage)
        #expect(error?.message.hasPrefix(complaint) == true)
        #expect(error?.advice?.contains("WSE_URL") == true)
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test(
        "Header fields with secrets are refused by what their names say",
        arguments: [
            ("X-Auth-Token", true), ("Authorization", true), ("Cookie", true), ("X-Api-Key", true),
            ("apikey", true),
            ("X_SECRET", true), ("X-Password", true), ("X-Signature", true), ("X-Team", false),
            ("X-Author", false),
            ("X-Monkey", false),
        ])
    func secretHeaders(name: String, isSecret: Bool) throws {
        var settings = ConnectionSettings()
        settings.headers = ["\(name): s3cret"]
        guard isSecret else {
            #expect(try settings.configuration(TestConsole().console).headers.map(\.name) == [name])
            return
        }
        let error = #expect(throws: ToolError.self) { try settings.configuration(TestConsole().console) }
        #expect(error?.status == .usage)
        #expect(error?.message == "\(name) on the command line can be read by every user of this machine")
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test("A file of header fields that holds anything else is told by its line")
    func badHeaderFile() {
        let file = TemporaryFile("X-Team: blue\nX Shift: s3cret\n")
        defer { file.remove() }
        var settings = ConnectionSettings()
        settings.headers = ["@\(file.path)"]
        let error = #expect(throws: ToolError.self) { try settings.configuration(TestConsole().console) }
        #expect(error?.status == .dataError)
        #expect(error?.message.hasPrefix("line 2 of \(file.path) is no ") == true)
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test(
        "Without TLS everything can be read, but on this machine",
        arguments: [
            ("ws://example.com/", true), ("wss://example.com/", false), ("ws://localhost/", false),
            ("ws://127.0.0.1:80/", false), ("ws://[::1]/", false), ("ws://10.0.0.1/", true),
        ])
    func exposed(url: String, isExposed: Bool) throws {
        #expect(try Target([url], environment: [:]).isExposed == isExposed)
    }

    @Test("A token comes from the file, and without one from the environment")
    func token() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(
            "wse-token-\(UUID().uuidString)")
        try Data(" from.the.file \n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let world = TestConsole(input: "from.the.input\n", environment: ["WSE_TOKEN": "from.the.environment"])
        func find(_ path: String?) throws -> String? {
            try Secret.find(file: path, variable: "WSE_TOKEN", in: world.console)?.value
        }
        #expect(try find(file.path) == "from.the.file")
        #expect(try find("-") == "from.the.input")
        #expect(try find(nil) == "from.the.environment")
        let error = #expect(throws: ToolError.self) { try find(file.path + ".not") }
        #expect(error?.status == .noInput)
    }

    @Test("A secret is not shown, however it is printed")
    func secret() {
        let secret = Secret(value: "s3cret")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("s3cret"))
    }

    @Test("Settings that cannot be used are told before anything is connected")
    func badSettings() {
        let world = TestConsole()
        for change: @Sendable (inout ConnectionSettings) -> Void in [
            { $0.headers = ["no colon"] }, { $0.headers = ["A B: x"] }, { $0.headers = ["A: x\r\nB: y"] },
            { $0.headers = ["A\n: x"] }, { $0.headers = ["Ä: x"] }, { $0.headers = ["A: x\u{0}"] },
            { $0.proxy = "nonsense:x" }, { $0.proxy = "host:1/path" },
            { $0.timeout = 0 },
            { $0.timeout = .infinity }, { $0.timeout = .nan },
        ] {
            var settings = ConnectionSettings()
            change(&settings)
            let error = #expect(throws: ToolError.self) { try settings.configuration(world.console) }
            #expect(error?.status == .usage)
        }
        var settings = ConnectionSettings()
        settings.authorities = "/nonexistent.pem"
        let error = #expect(throws: ToolError.self) { try settings.configuration(world.console) }
        #expect(error?.status == .noInput)
    }

    @Test(
        "A file that holds no certificates is told as such",
        arguments: ["", "hello", "begun", "cut", "damaged"])
    func badAuthorities(kind: String) throws {
        let good = WSETestServer.TLS.localhost.certificateChain
        let lines = good.split(separator: "\n")
        let contents =
            switch kind {
            case "begun": String(good.prefix(200))
            case "cut": (lines.prefix(4) + lines.suffix(1)).joined(separator: "\n")
            case "damaged": good.replacing("A", with: "!")
            default: kind
            }
        let file = TemporaryFile(contents)
        defer { file.remove() }
        let error = #expect(throws: ToolError.self) { try CertificateFile(file.path) }
        #expect(error?.status == .dataError)
        #expect(error?.message.contains("no certificates in PEM") == true)
        let whole = TemporaryFile("some text before\n" + good + good)
        defer { whole.remove() }
        #expect(throws: Never.self) { try CertificateFile(whole.path) }
    }

    @Test("What cannot be a token is told before anything is connected", arguments: ["a\nb", "a b", "ä"])
    func badToken(token: String) {
        let world = TestConsole(environment: ["WSE_TOKEN": token])
        let error = #expect(throws: ToolError.self) { try ConnectionSettings().token(world.console) }
        #expect(error?.status == .dataError)
        #expect(error?.message.contains(token) == false)
    }

    @Test("Settings reach the client")
    func goodSettings() throws {
        var settings = ConnectionSettings()
        settings.headers = ["X-Place:  here "]
        settings.encrypts = true
        settings.reconnects = false
        settings.timeout = 2.5
        let configuration = try settings.configuration(TestConsole().console)
        #expect(configuration.headers.map(\.name) == ["X-Place"])
        #expect(configuration.headers.map(\.value) == ["here"])
        #expect(configuration.encryption != nil)
        #expect(!configuration.reconnects)
        #expect(configuration.connectTimeout == .milliseconds(2_500))
        #expect(configuration.tokenProvider == nil)
    }
}
