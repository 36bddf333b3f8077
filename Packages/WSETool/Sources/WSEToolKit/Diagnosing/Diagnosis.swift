internal import WSEClient

/// What a doctor found: each step with its time, and what to do.
struct Diagnosis: Sendable {
    enum Verdict: String, Sendable {
        case ok, failed
        /// Not part of this connection.
        case skipped
        /// Not reached.
        case unknown
    }

    struct Line: Sendable {
        var step: ConnectTimeline.Step
        var verdict: Verdict
        var duration: Duration?
        var text: String
    }

    private(set) var lines: [Line] = []
    private(set) var advice: [String] = []
    /// `success` if all is well.
    private(set) var status = ToolStatus.success
    let shownURL: String
    let total: Duration?

    /// - Parameters:
    ///   - proxyHost: Whose name is resolved and to which TCP connects; `nil` without a proxy, or if it is not known which.
    ///   - error: What ended the attempt; `nil` if it did not fail.
    ///   - tokenClaims: What the token says; `nil` without a token, or if it says nothing.
    init(
        _ timeline: ConnectTimeline, of target: Target, hasProxy: Bool, proxyHost: String? = nil,
        hasToken: Bool,
        tokenClaims: [String: WSEValue]?, error: WSEError?, unixMilliseconds: UInt64
    ) {
        let url = try? WebSocketURL(target.url)
        let isSecure = url?.isSecure ?? false
        shownURL = target.shown
        total = timeline.ends[.handshake].map { timeline.start.duration(to: $0) }
        let failed = error.map { _ in timeline.failedStep(isSecure: isSecure, hasProxy: hasProxy) }
        var isOver = false
        for step in ConnectTimeline.Step.allCases {
            if let duration = timeline.duration(of: step) {
                add(step, .ok, duration, Self.text(of: step, timeline, url, hasProxy: hasProxy, proxyHost))
            } else if step == failed, let error {
                add(step, .failed, nil, ToolError.text(error))
                isOver = true
            } else if !isOver,
                let reason = Self.reasonToSkip(
                    step, isSecure, hasProxy, proxyHost, timeline, failed)
            {
                add(step, .skipped, nil, reason)
            } else if step != .proxy {
                add(step, .unknown, nil, "not reached")
            }
        }
        advise(timeline, target, hasToken, tokenClaims, error, unixMilliseconds)
        if let error { status = ToolError(error).status }
    }

    private mutating func add(
        _ step: ConnectTimeline.Step, _ verdict: Verdict, _ duration: Duration?, _ text: String
    ) {
        lines.append(Line(step: step, verdict: verdict, duration: duration, text: text))
    }

    private static func reasonToSkip(
        _ step: ConnectTimeline.Step, _ isSecure: Bool, _ hasProxy: Bool, _ proxyHost: String?,
        _ timeline: ConnectTimeline, _ failed: ConnectTimeline.Step?
    ) -> String? {
        switch step {
        case .dns where !timeline.hasName:
            proxyHost == nil ? "the URL has an address" : "the proxy has an address"
        case .tls where !isSecure: "not asked for: the URL says ws"
        case .proxy where !hasProxy && failed != .proxy: nil
        case .auth where timeline.ends[.handshake] != nil: "the server greets nobody, so it asks for no token"
        default: nil
        }
    }

    private static func text(
        of step: ConnectTimeline.Step, _ timeline: ConnectTimeline, _ url: WebSocketURL?, hasProxy: Bool,
        _ proxyHost: String?
    ) -> String {
        switch step {
        case .dns:
            if let proxyHost {
                "\(proxyHost), the proxy"
            } else if hasProxy {
                // With that of the environment only the transport knows which it is.
                timeline.ends[.proxy] != nil ? "the proxy of the environment" : ""
            } else {
                url?.host ?? ""
            }
        case .tcp: timeline.address ?? ""
        case .proxy: "the proxy opened a tunnel"
        case .tls:
            timeline.tls.map {
                "\($0.version), certificate until \(ISOTime.text(unixSeconds: $0.certificateExpiration))"
            } ?? ""
        case .upgrade: "HTTP 101"
        case .auth:
            "let in" + (timeline.ready?["details", "user_id"]?.stringValue.map { " as \($0)" } ?? "")
        case .handshake: handshake(timeline.hello ?? .null)
        case .heartbeat: "ping and pong"
        }
    }

    private static func handshake(_ hello: WSEValue) -> String {
        let features = (hello["features"]?.objectValue ?? [:]).filter { $0.value == .bool(true) }.keys
            .sorted()
        return "server \(hello["server_version"]?.stringValue ?? "of unknown version"), "
            + "\(features.isEmpty ? "no features" : features.joined(separator: " "))"
    }

    private mutating func advise(
        _ timeline: ConnectTimeline, _ target: Target, _ hasToken: Bool, _ claims: [String: WSEValue]?,
        _ error: WSEError?, _ unixMilliseconds: UInt64
    ) {
        let now = Int64(clamping: unixMilliseconds / 1_000)
        if let error, error.code != .auth || hasToken, let text = Advice.about(error) { advice.append(text) }
        if error?.code == .timeout, timeline.ends[.upgrade] != nil {
            advice.append("something took the connection but does not answer as a WSE server")
        }
        if error?.code == .auth, !hasToken {
            advice.append("no token was sent: set WSE_TOKEN or --token-file")
        }
        if let claims {
            let finding = TokenLife(claims).finding(now)
            if !finding.isGood { advice.append("the token is \(finding.text)") }
        }
        if hasToken, target.isExposed {
            advice.append("the token goes over the network in the clear: use wss://")
        }
        if let end = timeline.tls?.certificateExpiration, end > now, end - now < 14 * 86_400 {
            advice.append("the certificate ends in \((end - now) / 86_400) days")
        }
        guard let hello = timeline.hello else { return }
        if hello["features", "recovery"] != .bool(true) {
            advice.append(
                "this server keeps no history: what is published while a client is away is lost to it")
        }
        if let time = hello["server_time"]?.stringValue.flatMap(ISOTime.unixMilliseconds) {
            let skew = Int64(clamping: time) - Int64(clamping: unixMilliseconds)
            if abs(skew) > 30_000 {
                advice.append("the clocks differ by \(abs(skew) / 1_000) s, so tokens may seem expired")
            }
        }
        if let duration = timeline.duration(of: .heartbeat), duration > .milliseconds(300) {
            advice.append("a round trip takes \(duration.shown), which is poor")
        }
    }
}
