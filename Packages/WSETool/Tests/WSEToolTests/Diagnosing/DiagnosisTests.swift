import Testing
import WSEClient

@testable import WSEToolKit

@Suite("What a doctor concludes")
struct DiagnosisTests {
    private let start = ContinuousClock.now
    private static let now: UInt64 = 1_800_000_000_000

    private func event(_ json: String) throws -> WSEEvent {
        var decoder = MessageDecoder()
        var items: [WireItem] = []
        decoder.decode(json.utf8Span.span.bytes, as: .text, into: &items)
        guard case .event(let event)? = items.first else { throw ToolError(.dataError, "\(items)") }
        return event
    }

    private func diagnosis(
        _ timeline: ConnectTimeline, of url: String = "wss://example.com/wse", hasProxy: Bool = false,
        token: [String: WSEValue]? = nil, error: WSEError? = nil
    ) throws -> Diagnosis {
        Diagnosis(
            timeline, of: try Target([url], environment: [:]), hasProxy: hasProxy, hasToken: token != nil,
            tokenClaims: token, error: error, unixMilliseconds: Self.now)
    }

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    private func completeTimeline(
        _ hello: String = #"{"server_version":"2.5.1","features":{"recovery":true}}"#
    ) throws
        -> ConnectTimeline
    {
        var timeline = ConnectTimeline(start: start)
        timeline.reached(.resolved, at: at(1))
        timeline.reached(.connected(address: "192.0.2.1:443"), at: at(3))
        let tls = WebSocketTLSSummary(version: "TLSv1.3", certificateExpiration: 1_900_000_000)
        timeline.reached(.secured(tls), at: at(7))
        timeline.opened(at: at(15))
        timeline.received(try event(#"{"t":"server_ready","p":{"details":{"user_id":"ada"}}}"#), at: at(31))
        timeline.received(try event(#"{"t":"server_hello","p":\#(hello)}"#), at: at(63))
        timeline.measured(.milliseconds(64))
        return timeline
    }

    @Test("Each step has the time since the one before it")
    func whole() throws {
        let diagnosis = try diagnosis(try completeTimeline())
        #expect(
            diagnosis.textLines(TextStyle(isColored: false)) == [
                "wss://example.com/wse",
                "  ok      dns             1 ms  example.com",
                "  ok      tcp             2 ms  192.0.2.1:443",
                "  ok      tls             4 ms  TLSv1.3, certificate until 2030-03-17T17:46:40Z",
                "  ok      upgrade         8 ms  HTTP 101",
                "  ok      auth           16 ms  let in as ada",
                "  ok      handshake      32 ms  server 2.5.1, recovery",
                "  ok      heartbeat      64 ms  ping and pong",
                "  ready after 63 ms",
            ])
        #expect(diagnosis.status == .success)
        let json = try WSEValue(json: String(decoding: diagnosis.json(), as: UTF8.self))
        #expect(json["ok"] == true)
        #expect(json["ready_ms"]?.doubleValue == 63)
        #expect(json["steps"]?.arrayValue?.count == 7)
        #expect(json["steps", 2, "step"] == "tls")
    }

    @Test("A step that fails is named, those before it are timed, and those behind it were not reached")
    func failures() throws {
        func steps(_ timeline: ConnectTimeline, _ error: WSEError, hasProxy: Bool = false) throws -> [String]
        {
            try diagnosis(timeline, hasProxy: hasProxy, error: error).lines.map { "\($0.step) \($0.verdict)" }
        }
        func error(_ code: WebSocketError.Code) -> WSEError {
            WSEError(.connection, "no", underlying: WebSocketError(code, "no"))
        }
        var timeline = ConnectTimeline(start: start)
        #expect(
            try steps(timeline, error(.nameResolutionFailed)) == [
                "dns failed", "tcp unknown", "tls unknown", "upgrade unknown", "auth unknown",
                "handshake unknown",
                "heartbeat unknown",
            ])
        timeline.reached(.resolved, at: at(1))
        #expect(try steps(timeline, error(.connectFailed)).prefix(2) == ["dns ok", "tcp failed"])
        timeline.reached(.connected(address: "a:1"), at: at(2))
        #expect(
            try steps(timeline, error(.proxyFailed), hasProxy: true).prefix(4) == [
                "dns ok", "tcp ok", "proxy failed", "tls unknown",
            ])
        #expect(try steps(timeline, error(.tlsFailed))[2] == "tls failed")
        timeline.reached(.secured(WebSocketTLSSummary(version: "", certificateExpiration: 0)), at: at(3))
        #expect(try steps(timeline, error(.upgradeRefused))[3] == "upgrade failed")
        timeline.opened(at: at(4))
        #expect(try steps(timeline, WSEError(.timeout, "no"))[5] == "handshake failed")
        timeline.received(try event(#"{"t":"error","p":{"code":"AUTH_FAILED"}}"#), at: at(5))
        #expect(try steps(timeline, WSEError(.auth, "no"))[4] == "auth failed")
    }

    @Test("Without TLS that step is skipped, and so is a greeting that does not come")
    func skipped() throws {
        var timeline = ConnectTimeline(start: start)
        timeline.hasName = false
        timeline.reached(.resolved, at: at(1))
        timeline.reached(.connected(address: "127.0.0.1:1"), at: at(2))
        timeline.opened(at: at(3))
        timeline.received(try event(#"{"t":"server_hello","p":{}}"#), at: at(7))
        let lines = try diagnosis(timeline, of: "ws://127.0.0.1:1/").lines
        #expect(
            lines.map { "\($0.step) \($0.verdict)" } == [
                "dns skipped", "tcp ok", "tls skipped", "upgrade ok", "auth skipped", "handshake ok",
                "heartbeat unknown",
            ])
        #expect(lines[1].duration == .milliseconds(2))
        #expect(lines[5].duration == .milliseconds(4))
    }

    @Test("Advice follows from what was seen")
    func advice() throws {
        let bare = try diagnosis(
            try completeTimeline("{}"), of: "ws://example.com/", token: ["exp": 1_799_999_000, "sub": "a"])
        #expect(bare.advice.contains { $0.contains("keeps no history") })
        #expect(bare.advice.contains { $0.contains("in the clear: use wss") })
        #expect(bare.advice.contains("the token is expired 16 min ago, at 2027-01-15T07:43:20Z"))
        let late = try diagnosis(
            try completeTimeline(#"{"features":{"recovery":true},"server_time":"2027-01-15T08:10:00.000Z"}"#))
        #expect(late.advice == ["the clocks differ by 600 s, so tokens may seem expired"])
        let refused = try diagnosis(
            ConnectTimeline(start: start), error: WSEError(.auth, "no", serverCode: "AUTH_REQUIRED"))
        #expect(refused.advice.contains { $0.contains("WSE_TOKEN") })
        #expect(refused.status == .noPermission)
        #expect(try diagnosis(try completeTimeline()).advice.isEmpty)
    }

    private func advice(_ error: WebSocketError) -> String? {
        Advice.about(WSEError(.connection, error.message, underlying: error))
    }

    @Test(
        "Where a redirect leads is told, without the values of its query",
        arguments: [
            ("https://a.example/wse?token=s3cret", "connect to wss://a.example/wse?token=…"),
            ("ws://a.example:81/b", "connect to ws://a.example:81/b"),
            ("/new?token=s3cret", "connect to where the server redirects to: /new"),
            ("", "the server redirects without saying where to"),
        ])
    func redirects(location: String, expected: String) {
        let headers = [WebSocketHeader("location", location)]
        #expect(advice(WebSocketError(.redirected, "no", httpStatus: 301, httpHeaders: headers)) == expected)
        #expect(
            advice(WebSocketError(.redirected, "no")) == "the server redirects without saying where to")
    }

    @Test(
        "Each failure of TLS has its own advice",
        arguments: [
            (.certificateExpired, "renewed"), (.certificateNotYetValid, "the time of this machine"),
            (.hostNameMismatch, "stands in the certificate"), (.unknownAuthority, "--ca"),
            (.clientCertificateRefused, "client certificate"), (.protocolVersion, "TLS 1.2"),
            (.other, "is there TLS"),
        ] as [(WebSocketError.TLSFailure, String)])
    func tlsAdvice(failure: WebSocketError.TLSFailure, words: String) {
        let error = WebSocketError(.tlsFailed, "no", tlsFailure: failure)
        #expect(advice(error)?.contains(words) == true, "\(String(describing: advice(error)))")
    }

    @Test(
        "What the TLS library says is translated",
        arguments: [
            ("WRONG_VERSION_NUMBER", "is not TLS", "ws://"), ("UNRECOGNIZED_NAME", "this name", "name right"),
            ("SSLV3_ALERT_HANDSHAKE_FAILURE", "no way to encrypt", "settings for TLS"),
            ("uncleanShutdown", "hung up", "TLS on this port"),
        ])
    func tlsWords(words: String, text: String, advised: String) {
        struct Cause: Error { let words: String }
        let cause = WebSocketError(
            .tlsFailed, "The TLS handshake failed. \(words)", tlsFailure: .other,
            underlying: Cause(words: words))
        let error = ToolError(WSEError(.connection, cause.message, underlying: cause))
        #expect(error.message.contains(text) && !error.message.contains(words), "\(error)")
        #expect(error.advice?.contains(advised) == true)
    }

    @Test(
        "The certificate's end is told a fortnight ahead", arguments: [(13, true), (15, false), (-1, false)])
    func certificate(days: Int64, isTold: Bool) throws {
        var timeline = try completeTimeline()
        let end = Int64(Self.now / 1_000) + days * 86_400
        timeline.reached(
            .secured(WebSocketTLSSummary(version: "TLSv1.3", certificateExpiration: end)), at: at(7))
        #expect(try diagnosis(timeline).advice.isEmpty == !isTold)
    }
}
