import WSEResilience
import WSETransport
import WSEWire

@testable import WSEClient

/// Drives a ``SessionMachine`` in virtual time, without engine, transport or tasks, and keeps what it wants done.
struct SessionHarness: ~Copyable {
    var machine: SessionMachine
    var now: Moment
    /// All actions so far, oldest first.
    private(set) var actions: [SessionAction] = []
    /// Timers that run, with the time at which they are due.
    private(set) var timers: [SessionTimer: ContinuousClock.Instant] = [:]

    init(_ configure: (inout SessionSettings) -> Void = { _ in }) throws {
        var settings = SessionSettings()
        configure(&settings)
        now = Moment(instant: ContinuousClock.now, unixMilliseconds: 1_763_800_000_000)
        machine = SessionMachine(
            settings: settings, url: try WebSocketURL("ws://localhost:1/wse"), random: SessionRandom(seed: 1),
            now: now)
    }

    /// Gives the machine an input and takes its actions; returns the new ones.
    @discardableResult
    mutating func give(_ input: (inout SessionMachine, Moment) -> Void) -> [SessionAction] {
        input(&machine, now)
        var new: [SessionAction] = []
        machine.takeActions(into: &new)
        for action in new {
            switch action {
            case .startTimer(let timer, let delay): timers[timer] = now.instant + delay
            case .cancelTimer(let timer): timers[timer] = nil
            default: break
            }
        }
        actions += new
        return new
    }

    /// Moves time forward, firing the timers on the way.
    @discardableResult
    mutating func advance(by duration: Duration) -> [SessionAction] {
        let end = now.instant + duration
        var new: [SessionAction] = []
        while let next = timers.filter({ $0.value <= end }).min(by: { $0.value < $1.value }) {
            timers[next.key] = nil
            move(to: max(next.value, now.instant))
            new += give { machine, now in machine.timerFired(next.key, now: now) }
        }
        move(to: end)
        return new
    }

    private mutating func move(to instant: ContinuousClock.Instant) {
        let passed = (instant - now.instant).components
        now.unixMilliseconds +=
            UInt64(passed.seconds) * 1_000 + UInt64(passed.attoseconds / 1_000_000_000_000_000)
        now.instant = instant
    }

    // MARK: The peer

    var attempt: AttemptID { machine.lastAttempt }
    var isReady: Bool { machine.isReady }

    /// The server sends text on the current connection.
    @discardableResult
    mutating func receive(_ text: String) -> [SessionAction] {
        receive(text, from: attempt)
    }

    @discardableResult
    mutating func receive(_ text: String, from attempt: AttemptID) -> [SessionAction] {
        receive(Array(text.utf8), as: .text, from: attempt)
    }

    @discardableResult
    mutating func receive(_ bytes: [UInt8], as kind: FrameKind, from attempt: AttemptID) -> [SessionAction] {
        give { machine, now in
            machine.heartbeat.received(now.instant)
            machine.received(bytes.span.bytes, as: kind, from: attempt, now: now)
            machine.finishedRead(now: now)
        }
    }

    /// The user connects, the network and the server do their part.
    mutating func becomeReady() {
        give { $0.connect(now: $1) }
        open()
    }

    /// The attempt under way opens and is greeted.
    mutating func open() {
        give { $0.opened($0.lastAttempt, now: $1) }
        receive(SessionHarness.hello)
    }

    @discardableResult
    mutating func close(code: UInt16?) -> [SessionAction] {
        let attempt = attempt
        return give {
            $0.closed(
                attempt, WebSocketClosure(code: code.map(WebSocketCloseCode.init(rawValue:))), now: $1)
        }
    }

    static let hello =
        #"{"c":"WSE","t":"server_hello","p":{"server_version":"2.5.1","protocol_version":1,"features":{"recovery":true},"limits":{"max_message_size":1048576},"ping_interval":25000,"connection_id":"s1"},"v":1}"#

    static func publication(_ topic: String, _ offset: UInt64, epoch: String = "0000007b") -> String {
        #"{"c":"U","t":"tick","p":{"n":\#(offset)},"id":"\#(topic)-\#(epoch)-\#(offset)","tp":"\#(topic)","e":"\#(epoch)","o":\#(offset),"v":1}"#
    }

    /// The answer to a `subscription_update`; of servers that do not say to which unless `request` is given.
    static func answer(
        accepted: [String], refused: [String] = [], recovery: String = "{}", action: String? = nil,
        request: String? = nil
    ) -> String {
        let action = action.map { #""action":"\#($0)","# } ?? ""
        let request = request.map { #","cid":"\#($0)""# } ?? ""
        return
            #"{"c":"WSE","t":"subscription_update","p":{\#(action)"success_topics":\#(accepted),"failed_topics":\#(refused),"recovery":\#(recovery)},"v":1\#(request)}"#
    }

    /// How far the server says a topic is.
    static func recovery(
        _ topic: String, head: UInt64?, epoch: String = "0000007b", recovered: Bool = false
    ) -> String {
        guard let head else {
            return #"{"\#(topic)":{"epoch":null,"offset":0,"recovered":false,"recoverable":false,"count":0}}"#
        }
        return
            #"{"\#(topic)":{"epoch":"\#(epoch)","offset":\#(head),"recovered":\#(recovered),"recoverable":true,"count":0}}"#
    }
}

extension SessionAction {
    fileprivate var sentBytes: [UInt8]? {
        switch self {
        case .control(_, _, let bytes): bytes
        case .transmit(_, let message): message.wireBytes
        default: nil
        }
    }
}

extension [SessionAction] {
    /// The envelopes that were sent, as values with the short keys of the wire.
    var sent: [WSEValue] {
        compactMap {
            guard let bytes = $0.sentBytes else { return nil }
            return try? WSEValue(json: bytes.span.bytes)
        }
    }

    func sent(_ type: String) -> [WSEValue] {
        sent.filter { $0["t"]?.stringValue == type }
    }

    var connects: [ConnectionTarget] {
        compactMap { if case .connect(_, let target) = $0 { target } else { nil } }
    }

    var delivered: [WSEEvent] {
        flatMap { if case .deliver(let events) = $0 { events } else { [] as [WSEEvent] } }
    }

    /// Offsets of the delivered events of one topic.
    func offsets(_ topic: String) -> [UInt64] {
        delivered.filter { $0.topic == topic }.compactMap(\.offset)
    }

    var gaps: [WSEGap] {
        compactMap { if case .signal(.gap(let gap)) = $0 { gap } else { nil } }
    }

    /// The epochs that topics are said to begin.
    var resyncs: [String] {
        compactMap { if case .signal(.resync(_, let epoch)) = $0 { epoch } else { nil } }
    }

    var states: [ConnectionState] {
        compactMap { if case .signal(.state(let state)) = $0 { state } else { nil } }
    }

    var aborts: [AttemptID] {
        compactMap { if case .abort(let attempt) = $0 { attempt } else { nil } }
    }

    /// The outcomes of `connect()`: `nil` inside for success.
    var connectOutcomes: [WSEError?] {
        reduce(into: []) { if case .resolveConnect(let error, _) = $1 { $0.append(error) } }
    }

    var finishes: [WSEError?] {
        reduce(into: []) { if case .finish(let error) = $1 { $0.append(error) } }
    }

    var subscriptions: [SubscriptionResult] {
        compactMap { if case .resolveSubscription(_, let result) = $0 { result } else { nil } }
    }
}
