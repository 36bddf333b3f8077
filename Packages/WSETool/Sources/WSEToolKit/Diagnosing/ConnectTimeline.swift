internal import WSEClient

/// When an attempt to connect came how far, and what was learned on the way.
struct ConnectTimeline: Sendable {
    /// The steps from nothing to a working connection, in order.
    enum Step: String, Sendable, CaseIterable {
        case dns, tcp, proxy, tls, upgrade, auth, handshake, heartbeat
    }

    var start: ContinuousClock.Instant
    /// Whether there is a name to resolve, and not an IP address.
    var hasName = true
    /// When each step was over.
    private(set) var ends: [Step: ContinuousClock.Instant] = [:]
    private(set) var address: String?
    private(set) var tls: WebSocketTLSSummary?
    private(set) var ready: WSEValue?
    private(set) var hello: WSEValue?
    /// The server's `error` before the handshake was over.
    private(set) var refusal: WSEValue?

    init(start: ContinuousClock.Instant) {
        self.start = start
    }

    mutating func reached(_ stage: WebSocketConnectStage, at now: ContinuousClock.Instant) {
        switch stage {
        case .resolved: if hasName { ends[.dns] = now }
        case .connected(let address):
            ends[.tcp] = now
            self.address = address
        case .tunnelled: ends[.proxy] = now
        case .secured(let summary):
            ends[.tls] = now
            tls = summary
        @unknown default: break
        }
    }

    mutating func opened(at now: ContinuousClock.Instant) { ends[.upgrade] = now }

    mutating func received(_ event: WSEEvent, at now: ContinuousClock.Instant) {
        guard ends[.handshake] == nil else { return }
        switch event.type {
        case "server_ready" where ends[.auth] == nil:
            ends[.auth] = now
            ready = event.payload.value
        case "server_hello":
            ends[.handshake] = now
            hello = event.payload.value
        case "error" where refusal == nil: refusal = event.payload.value
        default: break
        }
    }

    mutating func measured(_ roundTrip: Duration) {
        guard let end = ends[.handshake], ends[.heartbeat] == nil else { return }
        ends[.heartbeat] = end + roundTrip
    }

    /// How long a step took: from the end of the latest one before it.
    func duration(of step: Step) -> Duration? {
        guard let end = ends[step] else { return nil }
        let earlier = Step.allCases.prefix { $0 != step }.compactMap { ends[$0] }.max() ?? start
        return earlier.duration(to: end)
    }

    /// The step at which an attempt that failed was.
    ///
    /// - Parameters:
    ///   - isSecure: Whether TLS is one of the steps.
    ///   - hasProxy: Whether a proxy is.
    func failedStep(isSecure: Bool, hasProxy: Bool) -> Step {
        if hasName, ends[.dns] == nil { return .dns }
        if ends[.tcp] == nil { return .tcp }
        if hasProxy, ends[.proxy] == nil { return .proxy }
        if isSecure, ends[.tls] == nil { return .tls }
        if ends[.upgrade] == nil { return .upgrade }
        if ends[.auth] == nil, refusal != nil { return .auth }
        return ends[.handshake] == nil ? .handshake : .heartbeat
    }
}
