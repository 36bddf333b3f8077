import Testing
import WSEWire

@testable import WSEClient

@Suite struct SendingTests {
    private func message(_ number: Int, _ priority: MessagePriority? = nil, size: Int = 0) -> MessageDraft {
        MessageDraft(
            type: "note",
            payload: ["n": .int(Int64(number)), "pad": .string(String(repeating: "x", count: size))],
            priority: priority)
    }

    private func numbers(_ actions: [SessionAction]) -> [Int] {
        actions.sent("note").compactMap { $0["p", "n"]?.intValue }
    }

    @Test func `messages go out at once while the connection has room, then wait for it by priority`() throws
    {
        var session = try SessionHarness()
        session.becomeReady()
        // Three of them fill the window.
        for number in 1...3 {
            session.give { _ = $0.send(message(number, size: 100_000), caller: nil, now: $1) }
        }
        #expect(numbers(session.actions) == [1, 2, 3])
        session.give { _ = $0.send(message(4, .low), caller: nil, now: $1) }
        session.give { _ = $0.send(message(5, .high), caller: nil, now: $1) }
        session.give { _ = $0.send(message(6, .low), caller: nil, now: $1) }
        #expect(numbers(session.actions) == [1, 2, 3])

        let attempt = session.attempt
        session.give { $0.transmitted(attempt, count: 300_000, position: 300_000, now: $1) }
        #expect(numbers(session.actions) == [1, 2, 3])
        let freed = session.give { $0.flushed(attempt, through: 200_000, now: $1) }
        #expect(numbers(freed) == [5, 4, 6])
    }

    @Test func `a caller that waits for room is told what became of its message`() throws {
        var session = try SessionHarness { $0.outboundCapacity = 1 }
        session.becomeReady()
        session.give { _ = $0.send(message(1, size: 300_000), caller: nil, now: $1) }
        session.give { _ = $0.send(message(2), caller: RequestID(rawValue: 2), now: $1) }
        var refusal: Result<String, WSEError>?
        session.give { refusal = $0.send(message(3), caller: RequestID(rawValue: 3), now: $1) }
        #expect(throws: WSEError.self) { try refusal?.get() }

        let cancelled = session.give { machine, _ in machine.cancelSend(RequestID(rawValue: 2)) }
        #expect(cancelled.sendFailures[2] == .cancelled)
        #expect(session.machine.outbox.waitingCount == 0)
    }

    @Test func `without a connection messages are kept and go first after the connect, by priority`() throws {
        var session = try SessionHarness { $0.offlineQueue = .init() }
        let kept = session.give { _ = $0.send(message(1), caller: RequestID(rawValue: 1), now: $1) }
        #expect(kept.queued == [1])
        session.give { _ = $0.send(message(2, .critical), caller: RequestID(rawValue: 2), now: $1) }
        session.give { $0.connect(now: $1) }
        session.give { $0.opened($0.lastAttempt, now: $1) }
        #expect(numbers(session.actions).isEmpty)
        session.receive(SessionHarness.hello)
        #expect(numbers(session.actions) == [2, 1])
    }

    @Test func `a kept message that was not handed over goes out on the next connection, under its id`()
        throws
    {
        var session = try SessionHarness { $0.offlineQueue = .init() }
        session.give { _ = $0.send(message(1), caller: nil, now: $1) }
        session.becomeReady()
        let first = try #require(session.actions.transmitted.first)
        session.give { $0.handedOver(first, error: WSEError(.connection, "gone"), now: $1) }
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.open()
        #expect(session.actions.transmitted.map(\.id) == [first.id, first.id])
        session.give { $0.handedOver(first, error: nil, now: $1) }
        #expect(session.machine.outbox.offlineCount == 0)
    }

    @Test func `a kept message that the connection did not take goes out with the next that it takes`() throws
    {
        var session = try SessionHarness { $0.offlineQueue = .init() }
        session.give { _ = $0.send(message(1), caller: nil, now: $1) }
        session.becomeReady()
        let first = try #require(session.actions.transmitted.first)
        let attempt = session.attempt
        let refused = session.give {
            $0.handedOver(first, error: WSEError(.queueFull, "full"), now: $1)
            $0.transmitted(attempt, count: first.bytes.count, position: 0, now: $1)
        }
        // There is none before the system took something.
        #expect(refused.transmitted.isEmpty)
        let again = session.give { $0.flushed(attempt, through: 1, now: $1) }
        #expect(again.transmitted.map(\.id) == [first.id])
    }

    @Test
    func `a connection that is closing gets nothing more, and what is sent meanwhile waits for the next`()
        throws
    {
        var session = try SessionHarness { $0.offlineQueue = .init() }
        session.give { _ = $0.send(message(1), caller: nil, now: $1) }
        session.becomeReady()
        let first = try #require(session.actions.transmitted.first)
        let attempt = session.attempt
        let refused = session.give {
            $0.handedOver(first, error: WSEError(.connection, "closing"), now: $1)
            $0.transmitted(attempt, count: first.bytes.count, position: 0, now: $1)
            $0.flushed(attempt, through: 1_000, now: $1)
        }
        #expect(refused.transmitted.isEmpty)
        let second = session.give { _ = $0.send(message(2), caller: RequestID(rawValue: 2), now: $1) }
        #expect(second.transmitted.isEmpty)
        #expect(session.close(code: nil).queued == [2])
        session.advance(by: .seconds(2))
        session.open()
        #expect(numbers(session.actions) == [1, 1, 2])
    }

    @Test func `a message that meets the closing of its connection is kept for the next`() throws {
        var session = try SessionHarness { $0.offlineQueue = .init() }
        session.becomeReady()
        session.give { _ = $0.send(message(1), caller: RequestID(rawValue: 1), now: $1) }
        let first = try #require(session.actions.transmitted.first)
        let refused = session.give {
            $0.handedOver(first, error: WSEError(.connection, "closing"), now: $1)
        }
        #expect(refused.queued == [1])
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.open()
        #expect(numbers(session.actions) == [1, 1])
    }

    private static let inflatingHello = SessionHarness.hello.replacing(
        "\"features\":{", with: "\"features\":{\"client_compression\":true,")

    @Test(arguments: [
        (WSECompression.automatic, true, true), (.automatic, false, false), (.always, false, true),
        (.never, true, false),
    ])
    func `large messages are compressed where the server inflates, or as the user says`(
        policy: WSECompression, inflates: Bool, isCompressed: Bool
    ) throws {
        var session = try SessionHarness { $0.compression = policy }
        session.give { $0.connect(now: $1) }
        session.give { $0.opened($0.lastAttempt, now: $1) }
        session.receive(inflates ? Self.inflatingHello : SessionHarness.hello)
        let text = String(repeating: "all work and no play ", count: 100)
        let large = MessageDraft(type: "note", payload: .value(["text": .string(text)]))
        let sent = session.give { _ = $0.send(large, caller: nil, now: $1) }
        let message = try #require(sent.transmitted.first)
        #expect(message.wireKind == (isCompressed ? .binary : .text))
        #expect(message.wireBytes.starts(with: "C:".utf8) == isCompressed)
        #expect((message.wireBytes.count < 500) == isCompressed)
        #expect(session.machine.counters.bytesSent < (isCompressed ? 1_500 : 5_000))
        let small = MessageDraft(type: "note", payload: .value(["text": "short"]))
        let next = session.give { _ = $0.send(small, caller: nil, now: $1) }
        #expect(next.transmitted.first?.wireKind == .text)
    }

    @Test func `room that was made before a refusal is known is used`() throws {
        var session = try SessionHarness { $0.offlineQueue = .init() }
        session.give { _ = $0.send(message(1), caller: nil, now: $1) }
        session.becomeReady()
        let first = try #require(session.actions.transmitted.first)
        let attempt = session.attempt
        session.give { $0.flushed(attempt, through: 1_000_000, now: $1) }
        let again = session.give {
            $0.handedOver(first, error: WSEError(.queueFull, "full"), now: $1)
            $0.transmitted(attempt, count: first.bytes.count, position: 0, now: $1)
        }
        #expect(again.transmitted.map(\.id) == [first.id])
    }

    @Test func `a kept message that no connection takes is given up`() throws {
        var session = try SessionHarness { $0.offlineQueue = .init() }
        session.give { _ = $0.send(message(1), caller: nil, now: $1) }
        session.becomeReady()
        let first = try #require(session.actions.transmitted.first)
        let refused = session.give {
            $0.handedOver(
                first, error: WSEError(.invalidArgument, "larger than the transport's buffer"), now: $1)
        }
        #expect(refused.discarded == [first.id])
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.open()
        #expect(session.actions.transmitted.count == 1)
        #expect(session.machine.outbox.offlineCount == 0)
    }

    @Test func `a kept message that is too large for the server is given up and closes nothing`() throws {
        var session = try SessionHarness { $0.offlineQueue = .init() }
        session.give { _ = $0.send(message(1, size: 2_000_000), caller: nil, now: $1) }
        session.give { _ = $0.send(message(2), caller: nil, now: $1) }
        session.becomeReady()
        #expect(numbers(session.actions) == [2])
        #expect(session.actions.discarded.count == 1)
        #expect(session.machine.outbox.offlineCount == 1)
    }

    @Test func `a message that expired behind a full connection holds up none that follows`() throws {
        var session = try SessionHarness { $0.offlineQueue = .init(capacity: 10, lifetime: .seconds(20)) }
        session.give { _ = $0.send(message(1), caller: nil, now: $1) }
        session.becomeReady()
        let first = try #require(session.actions.transmitted.first)
        let attempt = session.attempt
        session.give { $0.handedOver(first, error: WSEError(.queueFull, "full"), now: $1) }
        session.advance(by: .seconds(21))
        #expect(session.give { $0.flushed(attempt, through: 1, now: $1) }.discarded == [first.id])
        #expect(numbers(session.give { _ = $0.send(message(2), caller: nil, now: $1) }) == [2])
    }

    @Test func `what waits for room when the connection is lost is kept for the next`() throws {
        var session = try SessionHarness { $0.offlineQueue = .init() }
        session.becomeReady()
        session.give { _ = $0.send(message(1, size: 300_000), caller: nil, now: $1) }
        session.give { _ = $0.send(message(2), caller: RequestID(rawValue: 2), now: $1) }
        #expect(session.close(code: nil).queued == [2])
        session.advance(by: .seconds(2))
        session.open()
        #expect(numbers(session.actions) == [1, 2])
    }

    @Test func `the user's disconnect fails what waits`() throws {
        var session = try SessionHarness { $0.offlineQueue = .init() }
        session.becomeReady()
        session.give { _ = $0.send(message(1, size: 300_000), caller: nil, now: $1) }
        session.give { _ = $0.send(message(2), caller: RequestID(rawValue: 2), now: $1) }
        #expect(session.give { $0.disconnect(now: $1) }.sendFailures[2] == .closed)
    }

    @Test func `without an offline queue a message without a connection is refused`() throws {
        var session = try SessionHarness()
        let actions = session.give { _ = $0.send(message(1), caller: RequestID(rawValue: 1), now: $1) }
        #expect(actions.sendFailures[1] == .notConnected)
    }

    @Test func `what is given up in the queue is announced`() throws {
        var session = try SessionHarness { $0.offlineQueue = .init(capacity: 1, lifetime: .seconds(60)) }
        session.give { _ = $0.send(message(1, .low), caller: RequestID(rawValue: 1), now: $1) }
        let evicting = session.give {
            _ = $0.send(message(2, .high), caller: RequestID(rawValue: 2), now: $1)
        }
        #expect(evicting.discarded.count == 1)
        let refused = session.give { _ = $0.send(message(3, .low), caller: RequestID(rawValue: 3), now: $1) }
        #expect(refused.sendFailures[3] == .queueFull)
        session.advance(by: .seconds(61))
        session.becomeReady()
        #expect(session.actions.discarded.count == 2)
        #expect(numbers(session.actions).isEmpty)
        #expect(session.machine.counters.discarded == 2)
    }

    @Test func `over the rate limit send fails and says when to try again`() throws {
        var session = try SessionHarness { $0.sendLimit = .init(capacity: 2, rate: 1) }
        session.becomeReady()
        var results: [Result<String, WSEError>] = []
        for number in 1...3 {
            session.give { results.append($0.send(message(number), caller: nil, now: $1)) }
        }
        #expect(numbers(session.actions) == [1, 2])
        guard case .failure(let error) = results[2] else {
            Issue.record("sent")
            return
        }
        #expect(error.code == .rateLimit)
        #expect(error.retryAfter == .seconds(1))
        // Not so the heartbeat.
        #expect(session.advance(by: .milliseconds(15_100)).sent("ping").count == 1)
    }

    @Test func `a message of the session's own that does not fit ends the attempt`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        let attempt = session.attempt
        let actions = session.give { $0.controlMessageStuck(attempt, now: $1) }
        #expect(actions.aborts == [attempt])
        #expect(actions.states == [.reconnecting])
    }
}

extension [SessionAction] {
    var transmitted: [OutboundMessage] {
        compactMap { if case .transmit(_, let message) = $0 { message } else { nil } }
    }

    /// Callers whose message was queued.
    fileprivate var queued: [UInt64] {
        compactMap { if case .resolveSend(let id, .success(.queued)) = $0 { id.rawValue } else { nil } }
    }

    fileprivate var sendFailures: [UInt64: WSEError.Code] {
        reduce(into: [:]) {
            if case .resolveSend(let id, .failure(let error)) = $1 { $0[id.rawValue] = error.code }
        }
    }

    fileprivate var discarded: [String] {
        flatMap { if case .signal(.discarded(let ids)) = $0 { ids } else { [] as [String] } }
    }
}
