// A client of one's own, from the parts: WSETransport for the socket, WSEWire for the frames, WSEResilience for the order
// and for the delay between attempts. It has no heartbeat and no queue; WSEClient is what grew out of this.
//
//   swift run from-parts ws://127.0.0.1:5007/wse market.BTC-USD
import Foundation
import WSEResilience
import WSETransport
import WSEWire

guard CommandLine.arguments.count == 3 else {
    print("usage: from-parts URL TOPIC")
    exit(64)
}
let (url, topic) = (CommandLine.arguments[1], CommandLine.arguments[2])

var sequencer = EventSequencer<String, String, WSEEvent>()
sequencer.track(topic)
var backoff = Backoff(Backoff.Configuration(base: .milliseconds(500), maximum: .seconds(10)))
var generator = SystemRandomNumberGenerator()
let clock = ContinuousClock()

/// Subscribes, from where the topic is if it is anywhere. The same message asks for what is missing later on.
@MainActor func subscribe(_ request: RecoveryRequest<String, String>?, _ socket: WebSocket) async throws {
    var subscription: [String: WSEValue] = [
        "action": "subscribe", "topics": .array([.string(topic)]), "recover": true,
    ]
    if let position = request?.position {
        subscription["recovery"] = [
            topic: ["epoch": .string(position.epoch), "offset": WSEValue(position.offset)]
        ]
    }
    let update = Envelope(type: "subscription_update", payload: .object(subscription), category: .system)
    try await socket.send(String(decoding: try update.json(), as: UTF8.self))
}

@MainActor func greet(_ socket: WebSocket) async throws {
    let hello = Envelope(
        type: "client_hello", payload: ["client_version": "from-parts", "protocol_version": 1],
        category: .system)
    try await socket.send(String(decoding: try hello.json(), as: UTF8.self))
    try await subscribe(sequencer.beginRecovery(of: topic, now: clock.now), socket)
}

@MainActor func take(_ event: WSEEvent) {
    switch event.type {
    // Not before: a server that takes connections and drops them shall see fewer and fewer of them.
    case "server_ready": backoff.reset()
    case "subscription_update": take(answer: event)
    default:
        guard let topic = event.topic, let epoch = event.epoch, let offset = event.offset else { return }
        let verdict = sequencer.process(event, topic: topic, epoch: epoch, offset: offset, now: clock.now)
        if verdict == .deliver { print(offset, event.payload) }
    }
}

/// The server says how it went. That it replayed all may come before what it replayed, so only the other answer, that there
/// will be nothing, counts at once.
@MainActor func take(answer: WSEEvent) {
    let recovery = answer.payload["recovery", .key(topic)]
    guard recovery?["recovered"]?.boolValue == false, let epoch = recovery?["epoch"]?.stringValue,
        let offset = recovery?["offset"]?.integer(as: UInt64.self)
    else { return }
    let head = TopicPosition(epoch: epoch, offset: offset)
    sequencer.recoveryAnswered(topic, with: RecoveryAnswer(head: head, recovered: false), now: clock.now)
}

/// What the sequencer has to say.
@MainActor func act(_ socket: WebSocket) async throws {
    while let output = sequencer.nextOutput() {
        switch output {
        case .deliver(let event): print(event.offset ?? 0, event.payload)
        case .lost(let range): print("lost", range.offsets)
        case .epochChanged(let change): print("began anew as", change.epoch)
        case .request(let request): try await subscribe(request, socket)
        }
    }
}

@MainActor func receive(_ socket: WebSocket) async throws {
    var decoder = MessageDecoder()
    var items: [WireItem] = []
    for try await message in socket.messages {
        items.removeAll(keepingCapacity: true)
        let kind: FrameKind = message.kind == .text ? .text : .binary
        message.bytes.withUnsafeBytes { decoder.decode(RawSpan(_unsafeBytes: $0), as: kind, into: &items) }
        for item in items {
            switch item {
            case .event(let event): take(event)
            case .failure(let error): print("a frame that cannot be read:", error)
            case .encrypted, .legacyPing, .legacyPong: break
            }
        }
        try await act(socket)
    }
}

/// Ends requests that are never answered; what they were for is announced as lost.
@MainActor func giveUp(_ socket: WebSocket) async throws {
    while true {
        try await clock.sleep(for: .seconds(1))
        sequencer.expire(now: clock.now)
        try await act(socket)
    }
}

while true {
    do {
        let socket = try await WebSocket.connect(to: url)
        try await greet(socket)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await receive(socket) }
            group.addTask { try await giveUp(socket) }
            try await group.next()
            group.cancelAll()
        }
    } catch {
        print("connection lost:", error)
    }
    sequencer.connectionLost()
    guard let delay = backoff.next(using: &generator) else { break }
    try await clock.sleep(for: delay)
}
