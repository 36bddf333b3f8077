import WSECrypto
import WSETransport
import WSEWire

@testable import WSEClient

/// One of the published servers, as the interoperability tests have seen them behave, and an application behind it.
final class ModelServer {
    let node: Int
    unowned let world: Simulation
    var links: [ModelLink] = []
    var epochs: [PublishedEpoch?]
    private(set) var isDown = false
    /// Asked for connections, it takes its time or refuses.
    var isOutOfReach = false
    /// Tokens below are refused.
    var firstGoodToken = 0
    /// It reads and says nothing.
    var isMute = false
    /// What it publishes does not reach everybody.
    var losesPublications = false
    /// Events of the application leave in the clear.
    var forgetsToSeal = false
    private var lastDispatch = VirtualTime.zero
    private var lastEpoch = 0
    private var lastKey = 0

    init(node: Int, world: Simulation) {
        self.node = node
        self.world = world
        epochs = Array(repeating: nil, count: world.scenario.topics.count)
    }

    private var scenario: Scenario { world.scenario }

    // MARK: Connections

    func accept(_ link: ModelLink) {
        links.removeAll { $0.isCut }
        links.append(link)
        if scenario.asksForToken {
            let number = link.token.flatMap { Int($0.dropFirst()) } ?? -1
            guard number >= firstGoodToken else {
                link.push(
                    .direct,
                    text(
                        #"{"c":"WSE","t":"error","p":{"code":"AUTH_FAILED","message":"Authentication failed"},"v":1}"#
                    ))
                link.serverCloses(scenario.version == .v251 ? WebSocketCloseCode(rawValue: 4401) : .noStatus)
                return
            }
        }
        if scenario.asksForToken || scenario.announces {
            link.push(
                .direct,
                text(
                    #"{"c":"WSE","t":"server_ready","p":{"message":"ready","details":{"features":{"recovery":\#(scenario.recovers)},"connection_id":"s"}},"v":1}"#
                ))
        }
        keepPinging(link)
    }

    private func keepPinging(_ link: ModelLink) {
        world.after(world.random.time(.seconds(5) ... .seconds(25))) {
            guard !link.isCut, !link.isSilent else { return }
            link.push(
                .direct, self.text(#"{"c":"WSE","t":"ping","p":{"server_time":"2026-01-01T00:00:00Z"}}"#))
            self.keepPinging(link)
        }
    }

    /// Everything it knew of publications is gone, and so are its connections.
    func restart(closing code: WebSocketCloseCode?, down: VirtualTime) {
        for link in links {
            if code == nil { link.cut() } else { link.serverCloses(code) }
        }
        links = []
        for topic in epochs.indices { forget(topic) }
        isDown = true
        world.after(down) { self.isDown = false }
    }

    /// As when the time for which publications are kept is over.
    func forget(_ topic: Int) {
        epochs[topic]?.isAlive = false
        epochs[topic] = nil
    }

    // MARK: Publications

    func publish(_ topic: Int) {
        guard !isDown else { return }
        let epoch = epochs[topic] ?? begin(topic)
        epoch.publish(
            isStamped: world.isCalm || !world.random.chance(scenario.unstamped), keeping: scenario.kept,
            now: world.now)
        let offset = epoch.head
        world.note(
            20, offset,
            "server \(node) publishes \(epoch.topic) \(epoch.name) \(offset)\(epoch.has(offset, .stamped) ? "" : " unstamped")"
        )
        // Who subscribes meanwhile gets it as well.
        lastDispatch = max(lastDispatch, world.now + world.random.time(.zero ... .milliseconds(20)))
        world.after(lastDispatch - world.now) {
            guard !self.isDown else { return }
            for link in self.links where link.subscribed[topic] {
                if self.losesPublications, self.world.random.chance(0.5) {
                    self.world.note(21, offset, "  lost on its way to \(link.attempt.rawValue)")
                    continue
                }
                self.send(epoch, offset, to: link, .live)
                if self.world.random.chance(self.scenario.duplicates) {
                    self.send(epoch, offset, to: link, .live)
                }
            }
        }
    }

    private func begin(_ topic: Int) -> PublishedEpoch {
        lastEpoch += 1
        let number = String(lastEpoch * 16 + node, radix: 16)
        let name = String(repeating: "0", count: 8 - number.count) + number
        let epoch = PublishedEpoch(name: name, topic: scenario.topics[topic], node: node)
        epochs[topic] = epoch
        world.ledger.begin(epoch, topic: topic)
        return epoch
    }

    func send(_ epoch: PublishedEpoch, _ offset: UInt64, to link: ModelLink, _ lane: ModelLink.Lane) {
        guard epoch.has(offset, .stamped) else {
            link.push(lane, Array("[\(offset)]".utf8))
            return
        }
        let id = "\(epoch.topic)/\(epoch.name)/\(offset)"
        let hasStamps = scenario.version == .v251 && scenario.recovers
        let stamp = hasStamps ? #""tp":"\#(epoch.topic)","e":"\#(epoch.name)","o":\#(offset),"# : ""
        let category = scenario.version == .v251 ? #""c":"U","# : ""
        let bytes = Array(#"{\#(stamp)\#(category)"t":"tick","id":"\#(id)","p":\#(offset),"v":1}"#.utf8)
        push(lane, bytes, to: link, isSealed: !(forgetsToSeal && world.random.chance(0.5)))
    }

    /// Something for everybody, of no topic.
    func broadcast(_ number: Int) {
        for link in links {
            push(
                .live, Array(#"{"c":"U","t":"news","id":"news-\#(node)-\#(number)","p":0,"v":1}"#.utf8),
                to: link, isSealed: true)
        }
    }

    func push(
        _ lane: ModelLink.Lane, _ bytes: [UInt8], to link: ModelLink, isSealed: Bool,
        whenRead: (() -> Void)? = nil
    ) {
        if isSealed, let cipher = link.cipher, let sealed = try? cipher.seal(bytes) {
            link.push(lane, sealed, .binary, whenRead: whenRead)
        } else {
            link.push(lane, bytes, .text, whenRead: whenRead)
        }
    }

    /// Text of the server's own, in its dialect.
    func text(_ json: String) -> [UInt8] {
        let prefix = #"{"c":"WSE","#
        guard scenario.version == .v201, json.hasPrefix(prefix) else { return Array(json.utf8) }
        return Array("WSE{".utf8) + Array(json.utf8.dropFirst(prefix.utf8.count))
    }

    // MARK: What clients say

    /// - Parameter number: Of the message among all that the client has sent.
    func received(_ bytes: [UInt8], number: Int, from link: ModelLink) {
        var bytes = bytes
        if bytes.starts(with: [UInt8(ascii: "E"), UInt8(ascii: ":")]) {
            guard let cipher = link.cipher, let opened = try? cipher.open(Array(bytes.dropFirst(2))) else {
                return world.fails("3: a message was sealed with a key that the server does not have")
            }
            bytes = opened
        }
        guard let message = try? WSEValue(json: bytes.span.bytes), let type = message["t"]?.stringValue else {
            return world.fails("3: the server cannot read what the client sent")
        }
        switch type {
        case "client_hello": greeted(by: link, message["p"] ?? .null)
        case "ping":
            let time = message["p", "timestamp"]?.intValue ?? 0
            link.push(
                .direct,
                text(#"{"c":"WSE","t":"PONG","p":{"client_timestamp":\#(time),"server_timestamp":0},"v":1}"#))
        case "subscription_update": asked(message, number: number, by: link)
        default: break
        }
    }

    private func greeted(by link: ModelLink, _ hello: WSEValue) {
        guard !isMute else { return }
        var confirmation = ""
        if let key = hello["encryption_public_key"]?.stringValue {
            let number = key.split(separator: "-").last.flatMap { Int($0) } ?? 0
            lastKey += 1
            link.cipher = SimulatedCipher(client: number, server: lastKey, isServer: true)
            confirmation = #","encryption_public_key":"server-\#(lastKey)""#
            // Servers seal as soon as they have the key, and lanes may overtake the hello.
            if world.random.chance(0.1) { broadcast(1_000_000 + lastKey) }
        }
        let confirms = !(forgetsToSeal && world.random.chance(0.3))
        if !confirms { confirmation = "" }
        link.isGreeted = true
        link.push(
            .direct,
            text(
                #"{"c":"WSE","t":"server_hello","p":{"server_version":"\#(scenario.version.rawValue)","protocol_version":1,"features":{"recovery":\#(scenario.recovers),"encryption":\#(confirms && link.cipher != nil)},"limits":{"max_message_size":1048576},"connection_id":"s"\#(confirmation)},"v":1}"#
            ))
        if !confirms { link.cipher = nil }
    }
}
