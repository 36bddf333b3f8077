import Testing
import WSETestServer
import WSETransport
import WSETransportTesting

@testable import WSEClient

/// Row: presence (metadata with subscribe; joins, leaves, updates as a typed stream, members known so far).
@Suite(.timeLimit(.minutes(1))) struct PresenceTests {
    @Test func `row presence: joins, updates and leaves come as values, and members are kept`() async throws {
        let peer = try await ConnectedClient()
        var changes = peer.client.presence().makeAsyncIterator()
        for (type, payload) in [
            ("presence_join", #"{"user_id":"ann","data":{"mood":1}}"#),
            ("presence_join", #"{"user_id":"bob","data":{}}"#),
            ("presence_update", #"{"user_id":"ann","data":{"mood":2}}"#),
            ("presence_leave", #"{"user_id":"bob","data":{}}"#),
        ] {
            peer.server.push(.text(#"{"t":"\#(type)","p":\#(payload)}"#))
        }
        #expect(
            try await changes.next() == PresenceChange(kind: .joined, userID: "ann", data: ["mood": 1]))
        #expect(try await changes.next()?.userID == "bob")
        #expect(
            try await changes.next() == PresenceChange(kind: .updated, userID: "ann", data: ["mood": 2]))
        #expect(try await changes.next()?.kind == .left)
        #expect(peer.client.presentMembers == ["ann": ["mood": 2]])
    }

    @Test func `what is shown goes with the subscription, also after a reconnect`() throws {
        var session = try SessionHarness()
        session.give { machine, now in
            machine.updatePresence(["name": "me"], on: ["a"], now: now)
            machine.subscribe(["a", "b"], request: RequestID(rawValue: 1), now: now)
        }
        session.becomeReady()
        let first = session.actions.sent("subscription_update")
        #expect(first.count == 2)
        #expect(
            first.first { $0["p", "topics"] == ["a"] }?["p", "presence"] == ["name": "me"])
        #expect(first.first { $0["p", "topics"] == ["b"] }?["p", "presence"] == nil)

        session.close(code: 1001)
        session.advance(by: .seconds(5))
        session.open()
        let second = session.actions.sent("subscription_update").dropFirst(2)
        #expect(second.first { $0["p", "topics"] == ["a"] }?["p", "presence"] == ["name": "me"])
    }

    @Test func `updatePresence tells the server at once, and unsubscribing ends it`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { machine, now in
            machine.updatePresence(["n": 1], on: ["a"], now: now)
            machine.subscribe(["a"], request: RequestID(rawValue: 1), now: now)
        }
        let update = session.give { $0.updatePresence(["n": 2], on: $0.presence.topics, now: $1) }
        #expect(update.sent("subscription_update").map { $0["p", "presence"] } == [["n": 2]])
        session.give { $0.unsubscribe(["a"], request: RequestID(rawValue: 2), now: $1) }
        #expect(session.machine.presence.topics.isEmpty)
    }

    @Test func `on a topic that the server refuses nothing is shown any more`() throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { machine, now in
            machine.updatePresence(["n": 1], on: ["a"], now: now)
            machine.subscribe(["a"], request: RequestID(rawValue: 1), now: now)
        }
        session.receive(SessionHarness.answer(accepted: [], refused: ["a"]))
        #expect(session.machine.presence.topics.isEmpty)
    }

    /// Servers mostly do not say which message they answer.
    @Test(arguments: [true, false])
    func `the answer to a presence update is not taken for that to a recovery`(echoesRequest: Bool) throws {
        var session = try SessionHarness()
        session.becomeReady()
        session.give { $0.subscribe(["a"], request: RequestID(rawValue: 1), now: $1) }
        session.receive(
            SessionHarness.answer(accepted: ["a"], recovery: SessionHarness.recovery("a", head: 5)))
        let update = session.give { $0.updatePresence(["n": 2], on: ["a"], now: $1) }
        let id = try #require(update.sent("subscription_update").first?["id"]?.stringValue)
        let asked = session.receive(SessionHarness.publication("a", 7))
        #expect(asked.sent("subscription_update").first?["p", "recovery", "a", "offset"] == 5)
        let answered = session.receive(
            SessionHarness.answer(accepted: ["a"], request: echoesRequest ? id : nil))
        #expect(answered.delivered.isEmpty)
        session.receive(SessionHarness.publication("a", 6))
        session.receive(SessionHarness.publication("a", 7))
        #expect(session.actions.offsets("a") == [6, 7])
        #expect(session.machine.counters.gaps == 0)
    }

    @Test func `two clients see each other on a server`() async throws {
        let server = try await WSETestServer.start()
        try await withWSEClient(url: server.url) { first in
            var changes = first.presence().makeAsyncIterator()
            try await first.subscribe(["room"], presence: ["name": "first"])
            #expect(try await changes.next()?.data == ["name": "first"])
            try await withWSEClient(url: server.url) { second in
                try await second.subscribe(["room"], presence: ["name": "second"])
                #expect(try await changes.next()?.data == ["name": "second"])
                second.updatePresence(["name": "renamed"])
                #expect(try await changes.next()?.kind == .updated)
            }
            #expect(try await changes.next()?.kind == .left)
            #expect(first.presentMembers.values.map(\.self) == [["name": "first"]])
        }
        await server.stop()
    }
}
