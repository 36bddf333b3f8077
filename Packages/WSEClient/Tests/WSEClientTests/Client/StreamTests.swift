import Synchronization
import Testing
import WSETransport
import WSETransportTesting

@testable import WSEClient

/// Rows of the client's table: typed and per-topic streams, `recv(timeout)`, `async for`.
@Suite(.timeLimit(.minutes(1))) struct StreamTests {
    private struct Trade: Codable, Equatable, Sendable {
        var price: Double
    }

    @Test
    func `row typed streams: payloads come as values, and one that does not fit is told and passed over`()
        async throws
    {
        let peer = try await ConnectedClient()
        var trades = peer.client.events(of: Trade.self, type: "trade").makeAsyncIterator()
        var signals = peer.client.signals.makeAsyncIterator()
        peer.server.push(
            .text(eventText("trade", #"{"price":1.5}"#)), .text(eventText("trade", #"{"price":"much"}"#)),
            .text(eventText("other")), .text(eventText("trade", #"{"price":2}"#)))
        #expect(try await trades.next() == Trade(price: 1.5))
        #expect(try await trades.next() == Trade(price: 2))
        guard case .undecodable("trade", _) = await signals.next() else {
            Issue.record("no signal of the event that does not fit")
            return
        }
    }

    @Test func `row per-topic streams: each topic has its own, in order`() async throws {
        let peer = try await ConnectedClient()
        var a = peer.client.events(topic: "a").makeAsyncIterator()
        var b = peer.client.events(topic: "b", buffering: StreamBuffering(capacity: 5)).makeAsyncIterator()
        peer.server.push(
            .text(SessionHarness.publication("a", 0)), .text(SessionHarness.publication("b", 0)),
            .text(SessionHarness.publication("a", 1)), .text(SessionHarness.publication("c", 0)))
        #expect(try await a.next()?.offset == 0)
        #expect(try await a.next()?.offset == 1)
        #expect(try await b.next()?.topic == "b")
    }

    @Test func `each stream has its own bound and policy`() async throws {
        let peer = try await ConnectedClient()
        var newest = peer.client.events(
            type: "tick", buffering: StreamBuffering(capacity: 1, overflow: .dropOldest)
        ).makeAsyncIterator()
        var all = peer.client.events(type: "tick").makeAsyncIterator()
        peer.server.push(
            .text(SessionHarness.publication("a", 0)), .text(SessionHarness.publication("a", 1)))
        #expect(try await newest.next()?.offset == 1)
        #expect(try await all.next()?.offset == 0)
        #expect(peer.client.statistics().dropped == 1)
    }

    @Test func `reading pauses while any suspended stream is full, and goes on when that is released`()
        async throws
    {
        let peer = try await ConnectedClient()
        var slow: WSEEventSequence? = peer.client.events(
            topic: "a", buffering: StreamBuffering(capacity: 1))
        var fast = peer.client.events(type: "tick").makeAsyncIterator()
        peer.server.push(.text(SessionHarness.publication("a", 0)))
        #expect(try await fast.next()?.offset == 0)
        #expect(peer.server.isReadingPaused)
        _ = slow
        slow = nil
        #expect(!peer.server.isReadingPaused)
    }

    @Test func `events that nobody asked for hold nothing up once there is another stream`() async throws {
        let peer = try await ConnectedClient { $0.eventBuffering = StreamBuffering(capacity: 1) }
        peer.server.push(.text(SessionHarness.publication("a", 0)))
        #expect(peer.server.isReadingPaused)
        var stream = peer.client.events(topic: "a").makeAsyncIterator()
        #expect(!peer.server.isReadingPaused)
        for offset in 1...20 as ClosedRange<UInt64> {
            peer.server.push(.text(SessionHarness.publication("a", offset)))
            #expect(try await stream.next()?.offset == offset)
        }
        // What had come before is still there for who asks.
        #expect(try await peer.client.receive()?.offset == 0)
    }

    @Test func `a stream ends with the client, and throws what ended it`() async throws {
        let peer = try await ConnectedClient()
        var topic = peer.client.events(topic: "a").makeAsyncIterator()
        peer.server.push(.text(SessionHarness.publication("a", 0)))
        peer.server.close(code: .policyViolation)
        #expect(try await topic.next()?.offset == 0)
        await #expect { try await topic.next() } throws: { ($0 as? WSEError)?.code == .protocol }
        var late = peer.client.events(topic: "a").makeAsyncIterator()
        await #expect { try await late.next() } throws: { ($0 as? WSEError)?.code == .protocol }
    }

    @Test func `row recv: one event at a time, in order with iteration`() async throws {
        let peer = try await ConnectedClient()
        for offset in 0..<4 as Range<UInt64> {
            peer.server.push(.text(SessionHarness.publication("a", offset)))
        }
        #expect(try await peer.client.receive()?.offset == 0)
        for try await event in peer.client.events {
            #expect(event.offset == 1)
            break
        }
        #expect(try await peer.client.receive()?.offset == 2)
        #expect(try await peer.client.receive(timeout: .seconds(9))?.offset == 3)
    }

    @Test func `row recv: times out, is cancelled, and ends with the client`() async throws {
        let clock = ManualClock()
        let peer = try await ConnectedClient { $0.clock = clock }
        let before = clock.delays.count
        let late = Task { try await peer.client.receive(timeout: .milliseconds(50)) }
        await clock.scheduled(before + 1)
        clock.advance(by: .milliseconds(50))
        await #expect { try await late.value } throws: { ($0 as? WSEError)?.code == .timeout }

        let cancelled = Task { try await peer.client.receive() }
        cancelled.cancel()
        await #expect { try await cancelled.value } throws: { ($0 as? WSEError)?.code == .cancelled }

        let ended = Task { try await peer.client.receive() }
        try await peer.disconnect()
        #expect(try await ended.value == nil)
    }
}
