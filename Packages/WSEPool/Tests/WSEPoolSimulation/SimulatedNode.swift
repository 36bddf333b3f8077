import WSETransport
import WSEWire

/// One epoch of a topic on one node.
final class SimulatedEpoch {
    let name: String
    let topic: Int
    let node: Int
    /// The number of each publication, which is in its id.
    var numbers: [Int] = []
    /// When each was published.
    var times: [VirtualTime] = []
    /// The first that the node still has.
    var firstKept = 0
    var isAlive = true
    /// From here on the pool has to get everything that the node still has.
    var due: Int?
    /// The last that was delivered with its stamp.
    var last: UInt64?
    /// Announced as lost, or what lies before is unknown.
    var announced: Set<UInt64> = []
    var isOpen = false

    init(name: String, topic: Int, node: Int) {
        self.name = name
        self.topic = topic
        self.node = node
    }

    var head: Int { numbers.count - 1 }
}

/// A published server, with an application that takes clients into topics, replays and answers.
final class SimulatedNode {
    let number: Int
    unowned let world: PoolSimulation
    var epochs: [SimulatedEpoch?]
    var links: [SimulatedLink] = []
    var isDown = false
    private var lastEpoch = 0

    init(_ number: Int, world: PoolSimulation) {
        self.number = number
        self.world = world
        epochs = world.scenario.topics.map { _ in nil }
    }

    // MARK: Life

    func kill(for down: VirtualTime) {
        guard !isDown else { return }
        world.note(10, UInt64(number), "node \(number) is killed")
        isDown = true
        for epoch in epochs { epoch?.isAlive = false }
        epochs = world.scenario.topics.map { _ in nil }
        for link in links { link.cut() }
        links = []
        world.after(down) {
            self.isDown = false
            self.world.note(11, UInt64(self.number), "node \(self.number) is back")
        }
    }

    // MARK: Publications

    func publish(_ topic: Int) {
        guard !isDown else { return }
        let epoch = epochs[topic] ?? begin(topic)
        let number = world.nextNumber()
        epoch.numbers.append(number)
        epoch.times.append(world.now)
        epoch.firstKept = max(epoch.firstKept, epoch.numbers.count - world.scenario.kept)
        world.note(
            20, UInt64(number),
            "node \(self.number) publishes \(number) on t\(topic) \(epoch.name) \(epoch.head)")
        let offset = epoch.head
        for link in links where link.subscribed.contains(topic) { send(epoch, offset, to: link) }
        for other in world.nodes where other !== self {
            world.after(world.random.time(world.scenario.relayDelay)) {
                guard !other.isDown, !self.isDown else { return }
                for link in other.links where link.subscribed.contains(topic) {
                    link.send(#"{"c":"U","t":"tick","id":"\#(number)","p":0,"v":1}"#)
                }
            }
        }
    }

    private func begin(_ topic: Int) -> SimulatedEpoch {
        lastEpoch += 1
        let epoch = SimulatedEpoch(name: "n\(number)e\(lastEpoch)", topic: topic, node: number)
        epochs[topic] = epoch
        world.ledger.begin(epoch)
        return epoch
    }

    private func send(_ epoch: SimulatedEpoch, _ offset: Int, to link: SimulatedLink) {
        let topic = world.scenario.topics[epoch.topic]
        let stamp = world.scenario.stamps ? #""tp":"\#(topic)","e":"\#(epoch.name)","o":\#(offset),"# : ""
        link.send(#"{\#(stamp)"c":"U","t":"tick","id":"\#(epoch.numbers[offset])","p":0,"v":1}"#)
    }

    // MARK: What clients say

    func received(_ bytes: [UInt8], from link: SimulatedLink) {
        guard !isDown, let message = try? WSEValue(json: bytes.span.bytes) else { return }
        switch message["t"]?.stringValue {
        case "client_hello":
            link.send(
                #"{"c":"WSE","t":"server_hello","p":{"server_version":"\#(world.scenario.stamps ? "2.5.1" : "2.0.1")","protocol_version":1,"features":{"recovery":true},"connection_id":"s"},"v":1}"#
            )
        case "ping":
            let time = message["p", "timestamp"]?.intValue ?? 0
            link.send(#"{"c":"WSE","t":"PONG","p":{"client_timestamp":\#(time),"server_timestamp":0},"v":1}"#)
        case "subscription_update": answer(message, to: link)
        default: break
        }
    }

    private func answer(_ message: WSEValue, to link: SimulatedLink) {
        let names = (message["p", "topics"]?.arrayValue ?? []).compactMap(\.stringValue)
        let topics = names.compactMap { world.scenario.topics.firstIndex(of: $0) }
        let id = message["id"]?.stringValue ?? ""
        guard message["p", "action"]?.stringValue == "subscribe" else {
            link.subscribed.subtract(topics)
            link.send(
                #"{"c":"WSE","t":"subscription_update","p":{"success_topics":\#(names),"failed_topics":[]},"cid":"\#(id)","v":1}"#,
                overtakes: world.scenario.answersOvertake && world.random.chance(0.5))
            return
        }
        link.subscribed.formUnion(topics)
        var recovery: [String] = []
        var replays: [(SimulatedEpoch, Int)] = []
        var heads: [(Int, SimulatedEpoch?, Int)] = []
        for (name, topic) in zip(names, topics) {
            guard let epoch = epochs[topic] else {
                recovery.append(
                    #""\#(name)":{"epoch":null,"offset":0,"recovered":false,"recoverable":false,"count":0}"#)
                heads.append((topic, nil, 0))
                continue
            }
            var recovered = false
            let position = message["p", "recovery"]?[name]
            if let offset = position?["offset"]?.intValue, position?["epoch"]?.stringValue == epoch.name,
                offset + 1 >= epoch.firstKept
            {
                recovered = true
                if offset < epoch.head { replays += ((offset + 1)...epoch.head).map { (epoch, $0) } }
            }
            recovery.append(
                #""\#(name)":{"epoch":"\#(epoch.name)","offset":\#(epoch.head),"recovered":\#(recovered),"recoverable":true,"count":0}"#
            )
            heads.append((topic, epoch, epoch.numbers.count))
        }
        let answer =
            #"{"c":"WSE","t":"subscription_update","p":{"success_topics":\#(names),"failed_topics":[],"recovery":{\#(recovery.joined(separator: ","))}},"cid":"\#(id)","v":1}"#
        let overtakes = world.scenario.answersOvertake && world.random.chance(0.5)
        let confirm = { [world, number] in
            for (topic, epoch, next) in heads {
                world.ledger.confirmed(topic, node: number, epoch: epoch, next: next)
            }
        }
        if overtakes { link.send(answer, whenRead: confirm) }
        for (epoch, offset) in replays { send(epoch, offset, to: link) }
        if !overtakes { link.send(answer, whenRead: confirm) }
    }
}

/// A connection: what is sent arrives in order, or not at all once it is cut.
final class SimulatedLink {
    let attempt: UInt64
    let node: SimulatedNode
    unowned let member: SimulatedMember
    unowned let world: PoolSimulation
    var subscribed: Set<Int> = []
    private(set) var isCut = false
    /// It carries nothing any more, and nobody says so.
    var isStalled = false
    private var inbox: [(text: String, whenRead: (() -> Void)?)] = []
    private var toClient = VirtualTime.zero
    private var toServer = VirtualTime.zero
    var isPaused = false {
        didSet { if oldValue, !isPaused { read() } }
    }

    init(attempt: UInt64, node: SimulatedNode, member: SimulatedMember) {
        self.attempt = attempt
        self.node = node
        self.member = member
        world = node.world
    }

    /// - Parameter overtakes: Whether it goes past what was sent before.
    func send(_ text: String, overtakes: Bool = false, whenRead: (() -> Void)? = nil) {
        guard !isCut, !isStalled else { return }
        let arrival =
            overtakes ? world.now : max(toClient, world.now + world.random.time(world.scenario.latency))
        toClient = max(toClient, arrival)
        world.after(arrival - world.now) { [self] in
            guard !isCut, !isStalled else { return }
            inbox.append((text, whenRead))
            if !isPaused { read() }
        }
    }

    private func read() {
        guard !inbox.isEmpty, !isCut else { return }
        let messages = inbox
        inbox = []
        member.received(messages, on: self)
    }

    func receive(_ bytes: [UInt8]) {
        guard !isCut, !isStalled else { return }
        toServer = max(toServer, world.now + world.random.time(world.scenario.latency))
        world.after(toServer - world.now) { [self] in
            if !isCut, !isStalled { node.received(bytes, from: self) }
        }
    }

    /// Both sides hear of it.
    func cut() {
        guard !isCut else { return }
        drop()
        world.after(world.random.time(world.scenario.latency)) { [self] in member.closed(self) }
    }

    /// The client gives it up.
    func drop() {
        isCut = true
        inbox = []
        node.links.removeAll { $0 === self }
    }
}
