import Testing

@testable import WSEClient

@Suite struct SubscriptionTests {
    private let request = RequestID(rawValue: 1)

    @Test func `a topic counts as subscribed when the server confirms it, not when it is asked for`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: request, now: $1) }
        #expect(session.machine.subscriptions.acknowledged.isEmpty)
        #expect(session.machine.subscriptions.wanted == ["a"])

        let actions = session.receive(SessionHarness.answer(accepted: ["a"]))
        #expect(actions.subscriptions == [SubscriptionResult(accepted: ["a"])])
        #expect(session.machine.subscriptions.acknowledged == ["a"])
    }

    @Test func `a refused topic is reported and not asked for again`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a", "b"], request: request, now: $1) }
        let actions = session.receive(SessionHarness.answer(accepted: ["a"], refused: ["b"]))
        #expect(actions.subscriptions == [SubscriptionResult(accepted: ["a"], refused: ["b"])])

        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.give { $0.opened($0.lastAttempt, now: $1) }
        let again = session.receive(SessionHarness.hello).sent("subscription_update")
        #expect(again.map { $0["p", "topics"] } == [["a"]])
    }

    @Test func `a topic subscribed to while offline is asked for after the connect`() throws {
        var session = try SessionHarness()
        #expect(session.give { $0.subscribe(["a"], request: request, now: $1) }.sent.isEmpty)
        session.give { $0.connect(now: $1) }
        session.give { $0.opened($0.lastAttempt, now: $1) }
        let sent = session.receive(SessionHarness.hello).sent("subscription_update")
        #expect(sent.map { $0["p", "topics"] } == [["a"]])
        #expect(
            session.receive(SessionHarness.answer(accepted: ["a"])).subscriptions
                == [SubscriptionResult(accepted: ["a"])])
    }

    @Test func `a silent server leaves the topic pending and wanted`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: request, now: $1) }
        let actions = session.advance(by: .seconds(11))
        #expect(actions.subscriptions == [SubscriptionResult(pending: ["a"])])
        #expect(session.machine.subscriptions.wanted == ["a"])
    }

    @Test func `after unsubscribe stragglers are dropped and the position is gone`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: request, now: $1) }
        session.receive(SessionHarness.answer(accepted: ["a"]))
        session.receive(SessionHarness.publication("a", 0))
        let told = session.give { $0.unsubscribe(["a"], request: RequestID(rawValue: 2), now: $1) }
        #expect(told.sent("subscription_update").map { $0["p", "action"] } == ["unsubscribe"])
        session.receive(SessionHarness.publication("a", 1))
        let answered = session.receive(SessionHarness.answer(accepted: ["a"], action: "unsubscribe"))
        #expect(answered.subscriptions == [SubscriptionResult(accepted: ["a"])])
        #expect(session.actions.offsets("a") == [0])
        #expect(session.machine.sequencer.position(of: "a") == nil)
        #expect(session.machine.subscriptions.wanted.isEmpty)
    }

    @Test func `an answer that comes while disconnecting does not count for the next connection`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: request, now: $1) }
        session.give { $0.disconnect(now: $1) }
        session.receive(SessionHarness.answer(accepted: ["a"]))
        #expect(session.machine.subscriptions.acknowledged.isEmpty)
        session.close(code: 1000)

        session.give { $0.connect(now: $1) }
        session.give { $0.opened($0.lastAttempt, now: $1) }
        #expect(session.receive(SessionHarness.hello).sent("subscription_update").count == 1)
    }

    @Test func `many topics go out in several messages`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        let names = (0..<1_200).map { "topic-\($0)" }
        let actions = session.give { $0.subscribe(names, request: request, now: $1) }
        let sizes = actions.sent("subscription_update").map { $0["p", "topics"]?.arrayValue?.count }
        #expect(sizes == [500, 500, 200])
    }

    @Test func `stragglers after the unsubscribe is confirmed do not start the topic anew`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: request, now: $1) }
        session.receive(SessionHarness.answer(accepted: ["a"]))
        session.give { $0.unsubscribe(["a"], request: RequestID(rawValue: 2), now: $1) }
        session.receive(SessionHarness.answer(accepted: ["a"]))
        session.receive(SessionHarness.publication("a", 5))
        #expect(session.actions.delivered.isEmpty)
        #expect(session.machine.counters.late == 1)
        #expect(session.machine.sequencer.position(of: "a") == nil)

        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 3), now: $1) }
        session.receive(SessionHarness.publication("a", 9))
        #expect(session.actions.offsets("a") == [9])
    }

    @Test func `subscribe, unsubscribe and subscribe again each get their own answer`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        for (number, isSubscribe) in [(1, true), (2, false), (3, true)] {
            let request = RequestID(rawValue: UInt64(number))
            session.give {
                if isSubscribe {
                    $0.subscribe(["a"], request: request, now: $1)
                } else {
                    $0.unsubscribe(["a"], request: request, now: $1)
                }
            }
        }
        #expect(session.actions.sent("subscription_update").count == 3)
        // What was asked for was withdrawn before the server said anything.
        #expect(
            session.actions.subscriptions
                == [SubscriptionResult(pending: ["a"]), SubscriptionResult(pending: ["a"])])
        session.receive(SessionHarness.answer(accepted: ["a"]))
        session.receive(SessionHarness.answer(accepted: ["a"]))
        #expect(session.machine.subscriptions.acknowledged.isEmpty)
        let last = session.receive(SessionHarness.answer(accepted: [], refused: ["a"]))
        #expect(last.subscriptions == [SubscriptionResult(refused: ["a"])])
        #expect(session.machine.subscriptions.wanted.isEmpty)
    }

    @Test func `an answer is matched by its correlation id where the server sends it back`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        let first = session.give { $0.subscribe(["a"], request: request, now: $1) }.sent[0]["cid"]?
            .stringValue
        session.give { $0.unsubscribe(["a"], request: RequestID(rawValue: 2), now: $1) }
        let third = session.give { $0.subscribe(["a"], request: RequestID(rawValue: 3), now: $1) }
            .sent[0]["cid"]?.stringValue
        session.receive(SessionHarness.answer(accepted: ["a"], request: first))
        #expect(session.machine.subscriptions.acknowledged.isEmpty)
        session.receive(SessionHarness.answer(accepted: ["a"], request: third))
        #expect(session.machine.subscriptions.acknowledged == ["a"])
    }

    @Test func `a topic whose answer did not come is asked for by the next subscribe`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: request, now: $1) }
        session.advance(by: .seconds(11))
        let again = session.give { $0.subscribe(["a"], request: RequestID(rawValue: 2), now: $1) }
        #expect(again.sent("subscription_update").count == 1)
        // Either answer will do.
        session.receive(SessionHarness.answer(accepted: ["a"]))
        session.receive(SessionHarness.answer(accepted: ["a"]))
        #expect(session.machine.subscriptions.acknowledged == ["a"])
    }

    // MARK: Answers that never come

    @Test func `a topic without an answer is asked for again, ever more seldom, until it has one`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        var asked: [Int] = []
        for second in 1...100 {
            let actions = session.advance(by: .seconds(1))
            session.receive(SessionHarness.publication("other", UInt64(second)))
            if !actions.sent("subscription_update").isEmpty { asked.append(second) }
        }
        #expect(asked == [20, 60])
        session.receive(SessionHarness.answer(accepted: ["a"]))
        #expect(session.machine.subscriptions.isComplete)
        #expect(session.timers[.unanswered] == nil)
    }

    @Test func `topics that were asked for after a reconnect and have no answer are asked for again`() throws
    {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.receive(SessionHarness.answer(accepted: ["a"]))
        session.close(code: nil)
        session.advance(by: .seconds(2))
        session.open()
        let again = session.advance(by: .seconds(21)).sent("subscription_update")
        #expect(again.map { $0["p", "topics"] } == [["a"]])
    }

    @Test func `an answer after a lost one counts for the topic, though it does not say to what it belongs`()
        throws
    {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.advance(by: .seconds(21))
        let actions = session.receive(SessionHarness.answer(accepted: [], refused: ["a"]))
        #expect(actions.contains { if case .signal(.refused(["a"])) = $0 { true } else { false } })
        #expect(session.machine.subscriptions.wanted.isEmpty)
    }

    @Test func `lost answers to unsubscribes are not waited for by what is asked later`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        for request in 1...4 as ClosedRange<UInt64> {
            let id = RequestID(rawValue: request)
            session.give {
                if request.isMultiple(of: 2) {
                    $0.unsubscribe(["a"], request: id, now: $1)
                } else {
                    $0.subscribe(["a"], request: id, now: $1)
                }
            }
        }
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 5), now: $1) }
        #expect(session.advance(by: .seconds(21)).sent("subscription_update").count == 1)
        session.receive(SessionHarness.answer(accepted: ["a"]))
        #expect(session.machine.subscriptions.isComplete)
    }

    @Test func `while the client does not read, nothing is asked for again`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.give { $0.readingPaused(true, now: $1) }
        #expect(session.advance(by: .seconds(60)).sent("subscription_update").isEmpty)
    }

    @Test func `a caller does not wait longer while the client does not read, and the answer counts later`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.give { $0.readingPaused(true, now: $1) }
        // Whoever subscribes is perhaps the one that the full stream waits for.
        let actions = session.advance(by: .seconds(10))
        #expect(actions.subscriptions == [SubscriptionResult(pending: ["a"])])
        session.give { $0.readingPaused(false, now: $1) }
        session.receive(SessionHarness.answer(accepted: ["a"]))
        #expect(session.machine.subscriptions.acknowledged == ["a"])
    }
}
