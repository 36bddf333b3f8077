import Testing
import WSETransport
import WSETransportTesting

@testable import WSEClient

/// Rows of the client's table: `send`, `send_with_retry`, `send_batch`, `request_snapshot`, `request`.
@Suite(.timeLimit(.minutes(1))) struct SendingFacadeTests {
    private struct Order: Codable, Equatable, Sendable {
        var symbol: String
        var quantity: Int
    }

    @Test func `row send: an Encodable payload is on the wire as its JSON`() async throws {
        let peer = try await ConnectedClient()
        let outcome = try await peer.client.send(
            "order", Order(symbol: "ABC", quantity: 3), priority: .high, correlationID: "c")
        let message = try await peer.next("order")
        #expect(message["p"] == ["symbol": "ABC", "quantity": 3])
        #expect(message["pri"] == 8)
        #expect(message["cid"] == "c")
        #expect(message["id"]?.stringValue == outcome.id)
        #expect(outcome.disposition == .sent)
    }

    @Test func `row send: what cannot be encoded is refused with its reason`() async throws {
        let peer = try await ConnectedClient()
        await #expect { try await peer.client.send("order", Double.nan) } throws: {
            ($0 as? WSEError)?.code == .invalidArgument
        }
    }

    @Test func `row send_with_retry: refusals are waited out, and all attempts share one id`() async throws {
        let clock = ManualClock()
        let peer = try await ConnectedClient {
            $0.clock = clock
            $0.sendLimit = TokenBucket.Configuration(capacity: 1, rate: 1)
        }
        try await peer.client.send("first")
        let before = clock.delays.count
        let sending = Task { try await peer.client.sendWithRetry("second", ["n": 1]) }
        await clock.scheduled(before + 1)
        // The bucket says when there will be a token again, which is later than 100 ms.
        #expect(clock.delays.last == .seconds(1))
        clock.advance(by: .seconds(1))
        let outcome = try await sending.value
        #expect(outcome.disposition == .sent)
        #expect(try await peer.next("second")["id"]?.stringValue == outcome.id)
    }

    @Test func `row send_with_retry: 100 ms double up to 2 s, then the last error is thrown`() async throws {
        let clock = ManualClock()
        let client = try WSEClient(url: "ws://server/wse", configuration: offline(clock))
        let sending = Task { try await client.sendWithRetry("note", maximumRetries: 6) }
        for count in 1...6 {
            await clock.scheduled(count)
            clock.advance(by: .seconds(2))
        }
        await #expect { try await sending.value } throws: { ($0 as? WSEError)?.code == .notConnected }
        #expect(clock.delays == [100, 200, 400, 800, 1_600, 2_000].map { .milliseconds($0) })
    }

    @Test func `row send_with_retry: cancelling ends the waiting`() async throws {
        let clock = ManualClock()
        let client = try WSEClient(url: "ws://server/wse", configuration: offline(clock))
        let sending = Task { try await client.sendWithRetry("note") }
        await clock.scheduled(1)
        sending.cancel()
        await #expect { try await sending.value } throws: { ($0 as? WSEError)?.code == .cancelled }
        #expect(clock.pendingCount == 0)
    }

    private func offline(_ clock: ManualClock) -> WSEConfiguration {
        var configuration = WSEConfiguration(transport: InMemoryTransport())
        configuration.clock = clock
        configuration.offlineQueue = nil
        return configuration
    }

    @Test func `row send_batch: one frame holds all messages, each with its own id`() async throws {
        let peer = try await ConnectedClient()
        let outcomes = try await peer.client.sendBatch([
            WSEMessage("a", ["n": 1]), try WSEMessage("b", encoding: Order(symbol: "X", quantity: 1)),
        ])
        let batch = try await peer.next("batch")
        let messages = try #require(batch["p", "messages"]?.arrayValue)
        #expect(messages.map { $0["t"] } == ["a", "b"])
        #expect(messages[1]["p"] == ["symbol": "X", "quantity": 1])
        #expect(messages.map { $0["id"]?.stringValue } == outcomes.map(\.id))
        #expect(Set(outcomes.map(\.id)).count == 2)
        #expect(batch["p", "count"] == 2)
        #expect(outcomes.allSatisfy { $0.disposition == .sent })
        #expect(try await peer.client.sendBatch([]).isEmpty)
    }

    @Test func `row request_snapshot: topics are asked for, of category S`() async throws {
        let peer = try await ConnectedClient()
        peer.server.push(.text(#"{"c":"U","t":"tick","p":1,"id":"x","seq":41,"v":1}"#))
        try await peer.client.requestSnapshot(["a", "b"])
        let message = try await peer.next("sync_request")
        #expect(message["c"] == "S")
        #expect(
            message["p"] == [
                "topics": ["a", "b"], "include_snapshots": true, "include_history": false,
                "last_sequence": 41,
            ])
    }

    // MARK: Requests

    @Test func `row request: the answer goes to the caller and not to events`() async throws {
        let peer = try await ConnectedClient()
        async let answer = peer.client.request("quote", ["symbol": "ABC"])
        let question = try await peer.next("quote")
        let id = try #require(question["cid"]?.stringValue)
        peer.server.push(
            .text(eventText("quote_response", #"{"px":7}"#, correlationID: id)), .text(eventText("other")))
        #expect(try await answer.payload["px"] == 7)
        #expect(try await peer.client.receive()?.type == "other")
        #expect(peer.client.statistics().pendingRequests == 0)
    }

    @Test func `row request: an error with its correlation id is thrown`() async throws {
        let peer = try await ConnectedClient()
        let answer = Task { try await peer.client.request("quote", correlationID: "q") }
        _ = try await peer.next("quote")
        peer.server.push(
            .text(
                #"{"c":"WSE","t":"error","p":{"code":"HANDLER_ERROR","message":"no"},"cid":"q","v":1}"#))
        await #expect { try await answer.value } throws: { ($0 as? WSEError)?.serverCode == "HANDLER_ERROR" }
    }

    @Test func `row request: time out, cancellation and a lost connection end it`() async throws {
        let clock = ManualClock()
        let peer = try await ConnectedClient { $0.clock = clock }
        let late = Task { try await peer.client.request("a", timeout: .seconds(3)) }
        _ = try await peer.next("a")
        clock.advance(by: .seconds(3))
        await #expect { try await late.value } throws: { ($0 as? WSEError)?.code == .timeout }

        let cancelled = Task { try await peer.client.request("b") }
        _ = try await peer.next("b")
        cancelled.cancel()
        await #expect { try await cancelled.value } throws: { ($0 as? WSEError)?.code == .cancelled }

        let lost = Task { try await peer.client.request("c") }
        _ = try await peer.next("c")
        peer.server.cut()
        await #expect { try await lost.value } throws: { ($0 as? WSEError)?.code == .connection }
        await #expect { try await peer.client.request("d") } throws: {
            ($0 as? WSEError)?.code == .notConnected
        }
        #expect(peer.client.statistics().offlineMessages == 0)
        await peer.client.disconnect()
    }
}
