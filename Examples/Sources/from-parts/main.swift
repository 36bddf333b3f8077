// A client of one's own, from the parts: WSETransport for the socket, WSEWire for the frames, WSEResilience for the order
// and for the delay between attempts. It has no heartbeat and no queue; WSEClient is what grew out of this.
//
//   swift run from-parts ws://127.0.0.1:5007/wse market.BTC-USD
import WSEResilience
import WSETransport
import WSEWire

guard CommandLine.arguments.count == 3 else {
    print("usage: from-parts URL TOPIC")
    throw CancellationError()
}
let (url, topic) = (CommandLine.arguments[1], CommandLine.arguments[2])

var sequencer = EventSequencer<String, String, WSEEvent>()
sequencer.track(topic)
var backoff = Backoff(Backoff.Configuration(base: .milliseconds(500), maximum: .seconds(10)))
var generator = SystemRandomNumberGenerator()
let clock = ContinuousClock()

/// Says hello, and subscribes from where the topic is.
@MainActor func greet(_ socket: WebSocket) async throws {
    let hello = Envelope(
        type: "client_hello", payload: ["client_version": "from-parts", "protocol_version": 1],
        category: .system)
    try await socket.send(String(decoding: try hello.json(), as: UTF8.self))
    var subscription: [String: WSEValue] = [
        "action": "subscribe", "topics": .array([.string(topic)]), "recover": true,
    ]
    if let request = sequencer.beginRecovery(of: topic, now: clock.now) {
        subscription["recovery"] = [
            topic: ["epoch": .string(request.position.epoch), "offset": WSEValue(request.position.offset)]
        ]
    }
    let update = Envelope(type: "subscription_update", payload: .object(subscription), category: .system)
    try await socket.send(String(decoding: try update.json(), as: UTF8.self))
}

@MainActor func take(_ event: WSEEvent) {
    guard let topic = event.topic, let epoch = event.epoch, let offset = event.offset else { return }
    if sequencer.process(event, topic: topic, epoch: epoch, offset: offset, now: clock.now) == .deliver {
        print(offset, event.payload)
    }
    while let output = sequencer.nextOutput() {
        switch output {
        case .deliver(let event): print(event.offset ?? 0, event.payload)
        case .lost(let range): print("lost", range.offsets)
        case .epochChanged(let change): print("began anew as", change.epoch)
        // The next connection asks for it.
        case .request: break
        }
    }
}

while true {
    do {
        let socket = try await WebSocket.connect(to: url)
        try await greet(socket)
        backoff.reset()
        var decoder = MessageDecoder()
        var items: [WireItem] = []
        for try await message in socket.messages {
            items.removeAll(keepingCapacity: true)
            let kind: FrameKind = message.kind == .text ? .text : .binary
            message.bytes.withUnsafeBytes { decoder.decode(RawSpan(_unsafeBytes: $0), as: kind, into: &items) }
            for case .event(let event) in items { take(event) }
        }
    } catch {
        print("connection lost:", error)
    }
    sequencer.connectionLost()
    guard let delay = backoff.next(using: &generator) else { break }
    try await clock.sleep(for: delay)
}
