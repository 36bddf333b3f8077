import Testing
import WSETestServer

@testable import WSEToolKit

@Suite("wse token")
struct TokenTests {
    private static let now: UInt64 = 1_800_000_000_000
    private static let secret = ["WSE_SECRET": "a secret of tests"]

    private func make(_ configure: (inout TokenMaking) -> Void = { _ in }) throws -> String {
        let world = TestConsole(environment: Self.secret)
        var making = TokenMaking()
        making.unixMilliseconds = Self.now
        configure(&making)
        try making.run(world.console)
        return world.output.text
    }

    private func inspect(
        _ token: String, _ environment: [String: String] = secret
    ) throws -> (claims: String, findings: [String], status: ToolStatus) {
        let world = TestConsole(input: token, environment: environment)
        var inspection = TokenInspection()
        inspection.unixMilliseconds = Self.now
        let status = try inspection.run(world.console)
        return (world.output.text, world.diagnostics.lines, status)
    }

    @Test("A token that was made holds")
    func good() throws {
        let token = try make {
            $0.subject = "ada"
            $0.lifetime = 90
            $0.issuer = "tests"
            $0.claims = ["role=admin", "level=7"]
        }
        let (claims, findings, status) = try inspect(token)
        #expect(
            claims
                == #"{"algorithm":"HS256","claims":{"exp":1800000090,"iat":1800000000,"iss":"tests","level":7,"#
                + #""role":"admin","sub":"ada"}}"# + "\n")
        #expect(
            findings == [
                "ok   signed with this secret", "ok   expires in 90 s, at 2027-01-15T08:01:30Z",
                "ok   subject ada",
            ])
        #expect(status == .success)
    }

    @Test("What makes a server refuse a token is found")
    func bad() throws {
        let expired = try inspect(try make { $0.lifetime = -7_200 })
        #expect(expired.status == .failure)
        #expect(expired.findings.contains("bad  expired 2 h ago, at 2027-01-15T06:00:00Z"))
        let foreign = try inspect(try make(), ["WSE_SECRET": "another"])
        #expect(foreign.status == .failure)
        #expect(foreign.findings.contains("bad  not signed with this secret"))
        let nobody = try inspect(try make { $0.subject = "" })
        #expect(nobody.status == .failure)
        let early = try inspect(try make { $0.claims = ["nbf=1800000001"] })
        #expect(early.status == .failure)
        let hostile = try inspect(try make { $0.lifetime = .min })
        #expect(hostile.status == .failure)
    }

    @Test(
        "Times are numbers, with a fraction or without, and nothing else",
        arguments: [
            ("exp=1800000090.5", "ok   expires in 90 s, at 2027-01-15T08:01:30Z", .success),
            ("exp=1799999999.5", "bad  expired 1 s ago, at 2027-01-15T07:59:59Z", .failure),
            ("exp=1.8e9", "bad  expired 0 s ago, at 2027-01-15T08:00:00Z", .failure),
            (#"exp="soon""#, "bad  exp is no number", .failure), ("nbf=x", "bad  nbf is no number", .failure),
            ("nbf=1800000000.5", "bad  not good before 2027-01-15T08:00:01Z", .failure),
            ("iat=[]", "bad  iat is no number", .failure), ("exp=1e300", "bad  exp is no time", .failure),
        ] as [(String, String, ToolStatus)])
    func times(claim: String, finding: String, status: ToolStatus) throws {
        let (_, findings, outcome) = try inspect(try make { $0.claims = [claim] })
        #expect(findings.contains(finding), "\(findings)")
        #expect(outcome == status)
    }

    @Test("Without a secret the signature is left open")
    func unsigned() throws {
        let (_, findings, status) = try inspect(try make(), [:])
        #expect(!findings.contains { $0.contains("signed") })
        #expect(status == .success)
    }

    @Test("The token comes from the environment if it is there")
    func environment() throws {
        let token = try make { $0.subject = "eve" }
        #expect(try inspect("", ["WSE_TOKEN": token]).findings.last == "ok   subject eve")
    }

    @Test("What is no token is told as such, and not shown")
    func noToken() {
        let error = #expect(throws: ToolError.self) { try inspect("s3cret") }
        #expect(error?.status == .dataError)
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test("A token wants a secret")
    func noSecret() {
        let error = #expect(throws: ToolError.self) { try TokenMaking().run(TestConsole().console) }
        #expect(error?.status == .usage)
    }
}
