import Testing
import WSETransport
import WSETransportTesting

@testable import WSEClient

/// Row: positions that survive a restart, and `queue_size`.
@Suite(.timeLimit(.minutes(1))) struct PositionTests {
    private func subscribed(_ configure: (inout WSEConfiguration) -> Void = { _ in }) async throws
        -> ConnectedClient
    {
        let peer = try await ConnectedClient(configure)
        async let subscribing = peer.client.subscribe(["a"])
        try await peer.answerSubscription()
        _ = try await subscribing
        return peer
    }

    private func push(_ offsets: ClosedRange<UInt64>, to peer: ConnectedClient) {
        peer.server.push(offsets.map { .text(SessionHarness.publication("a", $0)) })
    }

    @Test func `row positions: what waits, or is in the hands of a loop, is not handed over`() async throws {
        let peer = try await subscribed()
        var iterator = peer.client.events.makeAsyncIterator()
        push(0...4, to: peer)
        #expect(peer.client.positions()["a"] == nil)
        #expect(peer.client.queueSize == 5)
        #expect(try await iterator.next()?.offset == 0)
        #expect(peer.client.positions()["a"] == TopicPosition(epoch: "0000007b", offset: 0))
        #expect(try await iterator.next()?.offset == 1)
        push(5...6, to: peer)
        #expect(peer.client.positions()["a"]?.offset == 1)
        for _ in 2...6 { _ = try await iterator.next() }
        #expect(peer.client.positions()["a"]?.offset == 6)
    }

    @Test func `a restored topic that is unsubscribed from has no position any more`() async throws {
        var configuration = WSEConfiguration()
        configuration.positions = ["a": TopicPosition(epoch: "e", offset: 4)]
        let client = try WSEClient(url: "ws://localhost:1/wse", configuration: configuration)
        #expect(client.positions() == configuration.positions)
        try await client.unsubscribe(["a"])
        #expect(client.positions() == [:])
    }

    @Test func `the slowest consumer counts`() async throws {
        let peer = try await subscribed()
        var fast = peer.client.events(topic: "a").makeAsyncIterator()
        var slow = peer.client.events(type: "tick").makeAsyncIterator()
        push(0...2, to: peer)
        for _ in 0...2 { _ = try await fast.next() }
        _ = try await slow.next()
        #expect(peer.client.positions()["a"]?.offset == 0)
        for _ in 1...2 { _ = try await slow.next() }
        #expect(peer.client.positions()["a"]?.offset == 2)
    }

    @Test(arguments: [StreamBuffering.Overflow.fail, .dropNewest])
    func `what a full stream discarded is not handed over`(policy: StreamBuffering.Overflow) async throws {
        let peer = try await subscribed {
            $0.eventBuffering = StreamBuffering(capacity: 3, overflow: policy)
        }
        var iterator = peer.client.events.makeAsyncIterator()
        push(0...0, to: peer)
        #expect(try await iterator.next()?.offset == 0)
        push(1...9, to: peer)
        for offset in 1...3 { #expect(try await iterator.next()?.offset == UInt64(offset)) }
        #expect(peer.client.positions()["a"]?.offset == 3)
        push(10...10, to: peer)
        #expect(peer.client.positions()["a"]?.offset == 3)
        guard policy == .dropNewest else { return }
        // What is discarded was told; who takes something later has gone past it.
        #expect(try await iterator.next()?.offset == 10)
        #expect(peer.client.positions()["a"]?.offset == 10)
    }

    @Test func `while nothing of a new epoch is handed over the end of the one before counts`() async throws {
        let peer = try await subscribed()
        var iterator = peer.client.events.makeAsyncIterator()
        push(0...1, to: peer)
        for _ in 0...1 { _ = try await iterator.next() }
        peer.server.push(
            (0...1).map { .text(SessionHarness.publication("a", $0).replacing("0000007b", with: "0000008c")) }
        )
        #expect(peer.client.positions()["a"] == TopicPosition(epoch: "0000007b", offset: 1))
        _ = try await iterator.next()
        #expect(peer.client.positions()["a"] == TopicPosition(epoch: "0000008c", offset: 0))
    }

    @Test func `an event counts for a handler once that has returned`() async throws {
        let peer = try await subscribed()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        peer.client.on("tick") { _ in
            enter.yield()
            for await _ in gate { break }
        }
        push(0...0, to: peer)
        for await _ in entered { break }
        #expect(peer.client.positions()["a"] == nil)
        open.finish()
        try await peer.disconnect()
        #expect(peer.client.positions()["a"]?.offset == 0)
    }

    @Test func `a client goes on where an earlier one left off`() async throws {
        let peer = try await ConnectedClient {
            $0.positions = ["a": TopicPosition(epoch: "0000007b", offset: 41)]
        }
        #expect(peer.client.positions()["a"]?.offset == 41)
        let subscribing = Task { try await peer.client.subscribe(["a"]) }
        let request = try await peer.next("subscription_update")
        #expect(request["p", "recovery", "a"] == ["epoch": "0000007b", "offset": 41])
        subscribing.cancel()
        _ = try await subscribing.value
    }

    @Test func `topics of the configuration go on as well`() async throws {
        let peer = try await ConnectedClient {
            $0.topics = ["a"]
            $0.positions = ["a": TopicPosition(epoch: "0000007b", offset: 41)]
        }
        let request = try await peer.next("subscription_update")
        #expect(request["p", "recovery", "a"] == ["epoch": "0000007b", "offset": 41])
    }
}
