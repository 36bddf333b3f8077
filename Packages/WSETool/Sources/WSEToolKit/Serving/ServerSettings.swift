internal import WSETestServer

/// What the server of `wse serve` is like, and what goes wrong with it.
public struct ServerSettings: Sendable {
    public var host = "127.0.0.1"
    /// 0 for a free one.
    public var port = 8_765
    /// Whether to behave as version 2.0.1 of the published server instead of 2.5.1.
    public var isPrefixed = false
    /// A file with the secret that tokens are signed with; otherwise `WSE_SECRET`, and without that no token is asked for.
    public var secretFile: String?
    /// Whether to listen with TLS, under a certificate for `localhost` that anybody has the key of.
    public var usesTLS = false
    /// Publications kept for each topic.
    public var history = 1_024
    /// Probabilities that an event is lost, comes twice, comes after the next one, or comes damaged.
    public var drop = 0.0
    public var duplicate = 0.0
    public var reorder = 0.0
    public var corrupt = 0.0
    /// All connections end without a goodbye, every so many seconds.
    public var cutEverySeconds: Double?
    /// Each connection ends without a goodbye, is closed with ``closeCode``, or goes silent after so many events.
    public var cutAfterEvents: Int?
    public var closeAfterEvents: Int?
    public var stallAfterEvents: Int?
    public var closeCode: UInt16 = 1_011
    /// Seconds to wait before each event that nothing else happens to; what comes behind it waits, too.
    public var delay = 0.0
    /// Rules such as `every=10:drop`, which go before all others.
    public var rules: [String] = []
    /// Which frames the faults count and hit.
    public var frames = Frames.application
    /// How many of the first requests get something else than a WebSocket, and what.
    public var refuse = 0
    public var refusal = "503"
    /// Topics that are refused; `*` stands for anything.
    public var deniedTopics: [String] = []
    /// The same seed gives the same faults and values.
    public var seed: UInt64 = 1

    public init() {}

    /// Kinds of frames that faults can hit.
    public enum Frames: String, Sendable, CaseIterable {
        /// All but control.
        case application
        /// Those that are published, live.
        case publications
        /// Those that are published, replayed to a client that resumes.
        case replays
        /// Those to one client alone.
        case direct
        /// Handshake, heartbeat, errors, answers to subscriptions.
        case control
        case all

        fileprivate var kinds: WSETestServer.FrameKinds {
            switch self {
            case .application: .application
            case .publications: .publications
            case .replays: .replays
            case .direct: .direct
            case .control: .control
            case .all: .all
            }
        }
    }

    func configuration(secret: Secret?) throws(ToolError) -> WSETestServer.Configuration {
        guard (0...65_535).contains(port), history >= 0, (0...10_000).contains(refuse) else {
            throw ToolError(.usage, "--port wants 0 to 65535, --history 0 or more, --refuse 0 to 10,000")
        }
        var configuration = WSETestServer.Configuration()
        configuration.host = host
        configuration.port = port
        configuration.dialect = isPrefixed ? .prefixed : .current
        configuration.historyCapacity = history
        if usesTLS { configuration.tls = .localhost }
        if !deniedTopics.isEmpty {
            configuration.acceptsTopic = { [deniedTopics] topic, _ in
                !deniedTopics.contains { EventFilter.matches(topic, $0) }
            }
        }
        if let secret { configuration.authentication = .token(secret: secret.value) }
        return configuration
    }

    func secret(_ console: Console) throws(ToolError) -> Secret? {
        try Secret.find(file: secretFile, variable: "WSE_SECRET", in: console)
    }

    /// What the first requests get.
    func requestRefusal() throws(ToolError) -> WSETestServer.Refusal {
        switch refusal {
        case "hang-up": return .hangUp
        case "silence": return .silence
        default:
            guard let status = Int(refusal), (200...599).contains(status) else {
                throw ToolError(.usage, "--refuse-with wants an HTTP status, hang-up or silence")
            }
            return .status(status)
        }
    }

    /// What happens to events on their way.
    func faults() throws(ToolError) -> FaultScript {
        for (chance, option) in [
            (drop, "--drop"), (duplicate, "--duplicate"), (reorder, "--reorder"), (corrupt, "--corrupt"),
        ] where !(0...1).contains(chance) {
            throw ToolError(.usage, "\(option) wants a probability from 0 to 1")
        }
        for (count, option) in [
            (cutAfterEvents, "--cut-after"), (closeAfterEvents, "--close-after"),
            (stallAfterEvents, "--stall-after"),
        ] where count ?? 1 < 1 {
            throw ToolError(.usage, "\(option) wants a number above 0")
        }
        guard (0...86_400).contains(delay) else {
            throw ToolError(.usage, "--delay wants seconds from 0 to 86,400")
        }
        guard FaultRule.mayClose(with: closeCode) else {
            throw ToolError(.usage, "--close-code wants 1000 to 1003, 1007 to 1014, or 3000 to 4999")
        }
        if let cutEverySeconds { _ = try ConnectionSettings.duration(cutEverySeconds, "--cut-every") }
        var script = FaultScript(seed: seed, frames: frames.kinds)
        for text in rules {
            let rule = try FaultRule(text)
            script = script.on(rule.trigger, rule.action)
        }
        if let count = cutAfterEvents { script = script.on(.frame(count), .cut()) }
        if let count = closeAfterEvents { script = script.on(.frame(count), .close(code: closeCode)) }
        if let count = stallAfterEvents { script = script.on(.frame(count), .stall) }
        for (chance, action) in [
            (drop, FaultScript.Action.drop), (duplicate, .duplicate()), (reorder, .reorder(by: 1)),
            (corrupt, .corrupt()),
        ] where chance > 0 {
            script = script.on(.chance(chance), action)
        }
        if delay > 0 { script = script.on(.all, .delay(.seconds(delay))) }
        return script
    }
}
