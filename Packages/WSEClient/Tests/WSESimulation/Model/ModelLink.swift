import WSECrypto
import WSETransport
import WSEWire

@testable import WSEClient

/// One connection: a client's socket, the network, and the server's socket.
///
/// What the server sends is in order within a lane; which lane is first is chance. What has left the server is lost with
/// the connection.
final class ModelLink {
    enum Lane: Int {
        case direct, live, replay
    }

    struct Frame {
        var time: VirtualTime
        var order: UInt64
        var kind: FrameKind
        var bytes: [UInt8]
        /// Done once the client has read it.
        var whenRead: (() -> Void)?
    }

    let attempt: AttemptID
    let node: Int
    let token: String?
    unowned let world: Simulation

    // The client's end.
    private(set) var isOpen = false
    /// The handler has had its last call.
    private(set) var isOver = false
    private(set) var isPaused = false
    private var closure: WebSocketClosure?

    // On the way to the client.
    private var lanes: [[Frame]] = [[], [], []]
    private var latest = [VirtualTime](repeating: .zero, count: 3)
    private var wakeAt: VirtualTime?
    private var lastOrder: UInt64 = 0

    // On the way to the server.
    private(set) var accepted: UInt64 = 0
    private var flushed: UInt64 = 0
    private var output: [(number: Int, kind: WebSocketMessageKind, bytes: [UInt8])] = []
    private var isFlushing = false
    private var latestUp = VirtualTime.zero
    var stalledUntil = VirtualTime.zero

    /// Nothing gets through any more and nobody is told.
    private(set) var isSilent = false
    /// Nothing gets through any more.
    private(set) var isCut = false

    // The server's end.
    var subscribed: [Bool]
    var cipher: SimulatedCipher?
    var isGreeted = false
    /// The server application does one thing after the other.
    var busyUntil = VirtualTime.zero
    var lastHeard = VirtualTime.zero

    init(_ attempt: AttemptID, node: Int, token: String?, world: Simulation) {
        self.attempt = attempt
        self.node = node
        self.token = token
        self.world = world
        subscribed = Array(repeating: false, count: world.scenario.topics.count)
    }

    // MARK: Opening and closing

    func open() {
        guard !isOver, !isOpen else { return }
        isOpen = true
        lastHeard = world.now
        world.client { $0.opened(self.attempt, now: $1) }
    }

    /// The handler's last call.
    func end(_ closure: WebSocketClosure) {
        guard !isOver else { return }
        // Who does not read does not see the end either.
        if isPaused, isOpen {
            self.closure = closure
            return
        }
        isOver = true
        isOpen = false
        isCut = true
        lanes = [[], [], []]
        world.closed(self, closure)
    }

    /// The network breaks it; the client hears of it soon.
    func cut(code: WebSocketCloseCode? = nil) {
        guard !isCut else { return }
        isCut = true
        lanes = [[], [], []]
        world.after(world.random.time(.zero ... .milliseconds(50))) {
            self.end(WebSocketClosure(code: code))
        }
    }

    /// The server closes it, behind what it has sent or without regard for that.
    func serverCloses(_ code: WebSocketCloseCode?) {
        guard !isCut, !isSilent else { return }
        if world.random.chance(0.5) { return cut(code: code) }
        let time = max(latest.max() ?? .zero, world.now + world.random.time(world.scenario.latency))
        subscribed = subscribed.map { _ in false }
        world.after(time - world.now) {
            guard !self.isCut, !self.isSilent else { return }
            self.isCut = true
            self.end(WebSocketClosure(code: code))
        }
    }

    func fallSilent() {
        isSilent = true
        lanes = lanes.map { $0.filter { $0.time <= world.now } }
    }

    func abort() {
        guard !isOver else { return }
        isPaused = false
        closure = nil
        isOpen = false
        isCut = true
        world.after(world.random.time(.zero ... .milliseconds(5))) {
            self.end(WebSocketClosure(code: nil, error: WebSocketError(.cancelled, "aborted")))
        }
    }

    func close(code: WebSocketCloseCode) {
        guard isOpen else { return }
        isPaused = false
        let isAnswered = !isSilent && !isCut
        let delay = isAnswered ? world.random.time(world.scenario.latency) : .seconds(5)
        isOpen = false
        world.after(delay) { self.end(WebSocketClosure(code: isAnswered ? code : nil)) }
    }

    // MARK: To the client

    func push(
        _ lane: Lane, _ bytes: [UInt8], _ kind: FrameKind = .text, whenRead: (() -> Void)? = nil
    ) {
        guard !isCut, !isSilent else { return }
        // Who says nothing for long is given up for dead, without a word.
        if world.now - lastHeard > .seconds(60) { return fallSilent() }
        var time = world.now + world.random.time(world.scenario.latency) + world.extraLatency
        if lane != .direct { time = time + world.random.time(.zero...world.laneDelay) }
        time = max(time, latest[lane.rawValue])
        latest[lane.rawValue] = time
        lastOrder += 1
        lanes[lane.rawValue].append(
            Frame(time: time, order: lastOrder, kind: kind, bytes: bytes, whenRead: whenRead))
        wake(at: time)
    }

    private func wake(at time: VirtualTime) {
        if let wakeAt, wakeAt <= time { return }
        wakeAt = time
        world.after(time - world.now) {
            guard self.wakeAt == time else { return }
            self.wakeAt = nil
            self.read()
        }
    }

    /// One read of the client: whatever is there, up to a bound.
    private func read() {
        guard isOpen, !isPaused else { return }
        let horizon = world.now + VirtualTime(microseconds: Int64(world.random.below(2_000)))
        var frames: [Frame] = []
        for lane in lanes.indices {
            let due = lanes[lane].prefix { $0.time <= horizon }
            frames += due
            lanes[lane].removeFirst(due.count)
        }
        frames.sort { $0.time == $1.time ? $0.order < $1.order : $0.time < $1.time }
        if let next = lanes.compactMap(\.first?.time).min() { wake(at: max(next, world.now)) }
        if !frames.isEmpty { world.received(frames, on: self) }
    }

    func pauseReading() {
        isPaused = true
    }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        wake(at: world.now)
        if closure != nil { noticeEnd() }
    }

    private func noticeEnd() {
        world.after(.milliseconds(1)) {
            guard let closure = self.closure else { return }
            self.isPaused = false
            self.closure = nil
            self.end(closure)
        }
    }

    // MARK: To the server

    /// - Returns: How far the connection's output reaches.
    func send(_ kind: WebSocketMessageKind, _ bytes: [UInt8]) throws(WebSocketError) -> UInt64 {
        guard isOpen else { throw WebSocketError(.notOpen, "not open") }
        guard Int(accepted - flushed) + bytes.count <= world.scenario.transportBuffer else {
            throw WebSocketError(.outputBufferFull, "full")
        }
        accepted += UInt64(bytes.count + 6)
        output.append((world.countSent(kind, bytes), kind, bytes))
        flush()
        if closure != nil { noticeEnd() }
        return accepted
    }

    private func flush() {
        guard !isFlushing, !output.isEmpty else { return }
        isFlushing = true
        let transfer = VirtualTime(microseconds: 50 + Int64((accepted - flushed) / 10))
        world.after(max(transfer, stalledUntil - world.now)) {
            self.isFlushing = false
            guard self.isOpen, !self.isCut, !self.isSilent else { return }
            if self.stalledUntil > self.world.now { return self.flush() }
            let sent = self.output
            self.output = []
            self.flushed = self.accepted
            let time = max(
                self.latestUp,
                self.world.now + self.world.random.time(self.world.scenario.latency) + self.world.extraLatency
            )
            self.latestUp = time
            self.world.after(time - self.world.now) {
                guard !self.isCut, !self.isSilent else { return }
                self.lastHeard = self.world.now
                for message in sent {
                    self.world.servers[self.node].received(message.bytes, number: message.number, from: self)
                }
            }
            self.world.client { $0.flushed(self.attempt, through: self.flushed, now: $1) }
        }
    }
}
