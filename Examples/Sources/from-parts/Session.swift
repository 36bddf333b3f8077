import Foundation
import Terminal
import WSEResilience
import WSETransport
import WSEWire

/// One topic of one server, followed through lost connections.
actor Session {
    /// A connection that is no good any more; the next one may be.
    private struct Lost: Error, CustomStringConvertible {
        let description: String
    }

    private let request: WebSocketRequest
    private let topic: String
    private let hasToken: Bool
    private let clock = ContinuousClock()
    private var isLeaving = false
    private var sequencer = EventSequencer<String, String, WSEEvent>(
        // One server; behind a balancer there would be several histories.
        SequencingConfiguration(hasOneHistory: true))
    private var backoff = Backoff(Backoff.Configuration(base: .milliseconds(500), maximum: .seconds(10)))

    // Of the present connection.
    private var socket: WebSocket?
    private var opened: ContinuousClock.Instant?
    private var hasGreeted = false
    private var ready: ContinuousClock.Instant?
    private var lastInbound: ContinuousClock.Instant
    private var lastPing: ContinuousClock.Instant

    private static let handshakeLimit = Duration.seconds(10)
    private static let pingInterval = Duration.seconds(15)
    private static let longestSilence = Duration.seconds(40)

    /// - Throws: ``WebSocketError`` if `url` is none.
    init(url: String, topic: String, token: String?) throws {
        let url = try WebSocketURL(url).appending(queryItems: [
            ("client_version", ClientMessages.version), ("protocol_version", "1"), ("compression", "true"),
            ("encryption", "false"),
        ])
        // Servers take a token from either.
        let headers = token.map {
            [
                WebSocketHeader("Authorization", "Bearer \($0)"),
                WebSocketHeader("Cookie", "access_token=\($0)"),
            ]
        }
        request = WebSocketRequest(url: url, headers: headers ?? [])
        hasToken = token != nil
        self.topic = topic
        lastInbound = clock.now
        lastPing = clock.now
        sequencer.track(topic)
    }

    /// Follows the topic until the task is cancelled or ``leave()`` is called.
    ///
    /// - Throws: `Failure` for what no other attempt mends, and what showing throws.
    func run() async throws {
        var generator = SystemRandomNumberGenerator()
        while true {
            var cause: any Error
            do {
                try await stayConnected()
                let code = socket?.closure?.code.map { " (\($0))" } ?? ""
                cause = Lost(description: "the server closed the connection\(code)")
            } catch let error where error is WebSocketError || error is Lost {
                cause = error
            }
            if isLeaving { return }
            try endOfConnection(cause)
            guard let delay = backoff.next(using: &generator) else { throw cause }
            note("\(cause); again in \(delay)")
            try await clock.sleep(for: delay)
        }
    }

    /// Says goodbye to the server, which ends ``run()``.
    func leave() async {
        isLeaving = true
        await socket?.close()
    }

    private func stayConnected() async throws {
        (opened, ready, hasGreeted) = (nil, nil, false)
        let socket = try await WebSocket.connect(request)
        self.socket = socket
        (opened, lastInbound, lastPing) = (clock.now, clock.now, clock.now)
        // Without authentication a server says nothing before it is greeted. With it, it is heard first, as it may refuse.
        if !hasToken { try await greet(socket) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.receive(from: socket) }
            group.addTask { try await self.watch(socket) }
            // Whichever ends first is the end of the connection.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func greet(_ socket: WebSocket) async throws {
        guard !hasGreeted else { return }
        hasGreeted = true
        try await socket.send(ClientMessages.hello())
    }

    /// Draws the consequences: requests are gone, and whether the next attempt waits for longer depends on how long this
    /// connection was good.
    private func endOfConnection(_ cause: any Error) throws {
        sequencer.connectionLost()
        if let ready { backoff.recordStable(for: clock.now - ready) }
        let code = socket?.closure?.code?.rawValue ?? 0
        let status = (cause as? WebSocketError)?.httpStatus ?? 0
        if [1008, 4401, 4403].contains(code) || [401, 403].contains(status) {
            throw Failure("the server refuses this client: \(cause)")
        }
        socket = nil
    }

    // MARK: What comes

    private func receive(from socket: WebSocket) async throws {
        var decoder = MessageDecoder()
        var items: [WireItem] = []
        for try await message in socket.messages {
            lastInbound = clock.now
            items.removeAll(keepingCapacity: true)
            let kind: FrameKind = message.kind == .text ? .text : .binary
            decoder.decode(message.bytes.span.bytes, as: kind, into: &items)
            for item in items {
                switch item {
                case .event(let event): try await take(event, socket)
                case .legacyPing(let milliseconds): try await socket.send("PONG:\(milliseconds)")
                case .legacyPong: break
                case .encrypted: note("skipped an encrypted frame, for which there is no key")
                case .failure(let error): note("skipped a frame: \(error)")
                }
            }
        }
    }

    private func take(_ event: WSEEvent, _ socket: WebSocket) async throws {
        switch event.type {
        case "server_ready": try await greet(socket)
        case "server_hello":
            ready = clock.now
            let request = sequencer.beginRecovery(of: topic, now: clock.now)
            try await socket.send(ClientMessages.subscribe(topic, after: request?.position))
        case "subscription_update": try answered(event)
        case "ping":
            try await socket.send(ClientMessages.pong(to: event, unixMilliseconds: unixMilliseconds))
        case "PONG", "pong": break
        case "error":
            let code = event.payload["code"]?.stringValue ?? ""
            let message = "the server reports \(code): \(event.payload["message"]?.stringValue ?? "-")"
            if ["AUTH_REQUIRED", "AUTH_FAILED"].contains(code) { throw Failure(message) }
            note(message)
        default: try sequence(event)
        }
        try await act(socket)
    }

    private func sequence(_ event: WSEEvent) throws {
        if let stamp = event.stamp {
            let verdict = sequencer.process(
                event, topic: stamp.topic.string, epoch: stamp.epoch.string, offset: stamp.offset,
                now: clock.now)
            if verdict == .deliver { try deliver(event) }
        } else if let id = event.id {
            let id = EventID(id, key: sequencer.idKey)
            if sequencer.process(id: id, now: clock.now) == .deliver { try deliver(event) }
        } else {
            try deliver(event)
        }
    }

    /// The server's word on a subscription, and on what it replays: that comes before it, though not from every server.
    private func answered(_ event: WSEEvent) throws {
        if event.payload["failed_topics"]?.arrayValue?.contains(.string(topic)) == true {
            throw Failure("the server refuses \(topic)")
        }
        guard let recovery = event.payload["recovery", .key(topic)],
            let recovered = recovery["recovered"]?.boolValue
        else { return }
        var head: TopicPosition<String>?
        if let epoch = recovery["epoch"]?.stringValue, let offset = recovery["offset"]?.uintValue {
            head = TopicPosition(epoch: epoch, offset: offset)
        }
        if recovered, let head, let position = sequencer.position(of: topic), position.epoch == head.epoch,
            position.offset < head.offset
        {
            sequencer.extendRecovery(of: topic, now: clock.now)
        } else {
            sequencer.recoveryAnswered(
                topic, with: RecoveryAnswer(head: head, recovered: recovered), now: clock.now)
        }
    }

    /// Does what the sequencer has to say, in order.
    private func act(_ socket: WebSocket) async throws {
        while let output = sequencer.nextOutput() {
            switch output {
            case .deliver(let event): try deliver(event)
            case .lost(let range):
                note("lost: \(range.topic) \(range.offsets.lowerBound) to \(range.offsets.upperBound)")
            case .epochChanged(let change): note("\(change.topic) began anew as \(change.epoch)")
            case .request(let request):
                try await socket.send(ClientMessages.subscribe(topic, after: request.position))
            }
        }
    }

    private func deliver(_ event: WSEEvent) throws {
        try show("\(event.topic ?? "-") \(event.offset.map(String.init) ?? "-") \(event.payload)")
    }

    // MARK: Time

    /// Keeps the connection alive, finds out that it is not, and ends requests that are never answered.
    private func watch(_ socket: WebSocket) async throws {
        while true {
            try await clock.sleep(for: .seconds(1))
            let now = clock.now
            if now - lastInbound > Self.longestSilence {
                throw Lost(description: "nothing came for \(now - lastInbound)")
            }
            // A token, and a server that does not ask for one.
            try await greet(socket)
            if ready == nil, let opened, now - opened > Self.handshakeLimit {
                throw Lost(description: "no handshake within \(Self.handshakeLimit)")
            }
            if now - lastPing >= Self.pingInterval {
                lastPing = now
                try await socket.send(ClientMessages.ping(unixMilliseconds: unixMilliseconds))
            }
            // What they were for comes out as lost.
            sequencer.expire(now: now)
            try await act(socket)
        }
    }

    private var unixMilliseconds: Int64 { Int64(Date.now.timeIntervalSince1970 * 1_000) }
}
