import Synchronization
import Testing

@testable import WSEClient

@Suite struct MailboxTests {
    @Test func `consumers that break out of their loops let no more in than fits`() async throws {
        let mailbox = Mailbox<Int>(buffering: StreamBuffering(capacity: 100), onDrained: {})
        var next = 0
        var peak = 0
        /// A connection that always has 60 more.
        func read() {
            guard !mailbox.isFull else { return }
            _ = mailbox.yield(Array(next..<next + 60))
            next += 60
        }
        var seen: [Int] = []
        for _ in 0..<500 {
            read()
            var batch: [Int] = []
            var run: UInt64?
            _ = try await mailbox.take(into: &batch, run: &run, isolation: nil)
            seen.append(batch[0])
            read()
            mailbox.giveBack(batch.dropFirst())
            peak = max(peak, mailbox.count)
        }
        #expect(peak <= 360)
        #expect(seen == Array(0..<500))
    }

    private func mailbox(
        _ capacity: Int, _ overflow: StreamBuffering.Overflow, onDrained: @escaping @Sendable () -> Void = {}
    ) -> Mailbox<Int> {
        Mailbox<Int>(
            buffering: StreamBuffering(capacity: capacity, overflow: overflow), onDrained: onDrained)
    }

    private func take(_ mailbox: Mailbox<Int>) async throws(WSEError) -> [Int]? {
        var batch: [Int] = []
        var run: UInt64?
        return try await mailbox.take(into: &batch, run: &run, isolation: nil) ? batch : nil
    }

    @Test func `batches come out whole and in order`() async throws {
        let mailbox = mailbox(10, .suspend)
        _ = mailbox.yield([1, 2])
        _ = mailbox.yield([3])
        #expect(try await take(mailbox) == [1, 2, 3])
        mailbox.finish()
        #expect(try await take(mailbox) == nil)
    }

    @Test func `a full suspending mailbox keeps everything and asks for a pause`() async throws {
        let drained = Mutex(0)
        let mailbox = mailbox(3, .suspend) { drained.withLock { $0 += 1 } }
        #expect(!mailbox.yield([1, 2]).isFull)
        let outcome = mailbox.yield([3, 4])
        #expect(outcome.isFull)
        #expect(outcome.dropped == 0)
        #expect(try await take(mailbox) == [1, 2, 3, 4])
        #expect(drained.withLock { $0 } == 1)
    }

    @Test func `dropOldest and dropNewest keep the capacity and count`() async throws {
        let oldest = mailbox(3, .dropOldest)
        #expect(oldest.yield([1, 2, 3, 4, 5]).dropped == 2)
        #expect(try await take(oldest) == [3, 4, 5])
        let newest = mailbox(3, .dropNewest)
        #expect(newest.yield([1, 2, 3, 4, 5]).dropped == 2)
        #expect(try await take(newest) == [1, 2, 3])
    }

    @Test func `fail ends the stream with an error after what fits`() async throws {
        let mailbox = mailbox(2, .fail)
        #expect(mailbox.yield([1, 2, 3]).dropped == 1)
        #expect(try await take(mailbox) == [1, 2])
        await #expect(throws: WSEError.self) { try await take(mailbox) }
    }

    @Test func `a cancelled consumer gets the end, and another one goes on`() async throws {
        let mailbox = mailbox(10, .suspend)
        let waiting = Task { try await take(mailbox) }
        waiting.cancel()
        #expect(try await waiting.value == nil)
        _ = mailbox.yield([1])
        #expect(try await take(mailbox) == [1])
    }

    @Test func `two waiting consumers share the batches`() async throws {
        let mailbox = mailbox(10, .suspend)
        async let first = take(mailbox)
        async let second = take(mailbox)
        // Whoever comes too late for one batch waits for the next.
        _ = mailbox.yield([1])
        while mailbox.count > 0 { await Task.yield() }
        _ = mailbox.yield([2])
        let taken = try await [first, second].compactMap(\.self).flatMap(\.self).sorted()
        #expect(taken == [1, 2])
    }

    @Test func `an error ends all waiting consumers`() async throws {
        let mailbox = mailbox(10, .suspend)
        let waiting = Task { try await take(mailbox) }
        mailbox.finish(throwing: WSEError(.auth, "no"))
        await #expect(throws: WSEError.self) { _ = try await waiting.value }
    }

    @Test func `a consumer of an ended run gets its end although the next one has begun`() async throws {
        let mailbox = mailbox(10, .suspend)
        var run: UInt64?
        var batch: [Int] = []
        _ = mailbox.yield([1])
        #expect(try await mailbox.take(into: &batch, run: &run, isolation: nil))
        mailbox.finish(throwing: WSEError(.auth, "no"))
        mailbox.reopen()
        _ = mailbox.yield([2])
        await #expect(throws: WSEError.self) {
            try await mailbox.take(into: &batch, run: &run, isolation: nil)
        }
        #expect(try await take(mailbox) == [2])
    }

    @Test func `what an iterator took and did not give out goes to the next one, in order`() async throws {
        let mailbox = Mailbox<WSEEvent>(buffering: .default, onDrained: {})
        let events = try (0...3).map { try event($0) }
        _ = mailbox.yield(Array(events[...2]))
        let sequence = WSEEventSequence(mailbox: mailbox)
        for try await event in sequence {
            #expect(event.offset == 0)
            break
        }
        _ = mailbox.yield([events[3]])
        var iterator = sequence.makeAsyncIterator()
        for offset in 1...3 as ClosedRange<UInt64> { #expect(try await iterator.next()?.offset == offset) }
    }

    private func event(_ offset: UInt64) throws -> WSEEvent {
        var items: [WireItem] = []
        var decoder = MessageDecoder()
        decoder.decode(
            Array(SessionHarness.publication("a", offset).utf8).span.bytes, as: .text, into: &items)
        guard case .event(let event)? = items.first else { throw WSEError(.protocol, "no event") }
        return event
    }

    // MARK: - Memory

    @Test func `what a consumer is done with goes back to the producer, once`() async throws {
        let mailbox = mailbox(10, .suspend)
        var batch: [Int] = []
        var run: UInt64?
        _ = mailbox.yield([1, 2])
        _ = try await mailbox.take(into: &batch, run: &run, isolation: nil)
        #expect(mailbox.yield([3]).used.isEmpty, "it is still at it")
        _ = try await mailbox.take(into: &batch, run: &run, isolation: nil)
        #expect(mailbox.yield([4]).used == [[1, 2]])
        #expect(mailbox.yield([5]).used.isEmpty)
    }

    @Test func `what nobody comes for is let go of`() async throws {
        let mailbox = Mailbox<Token>(buffering: StreamBuffering(capacity: 10), onDrained: {})
        weak var seen: Token?
        var batch: [Token] = []
        var run: UInt64?
        func use() async throws {
            let token = Token()
            seen = token
            _ = mailbox.yield([token])
            _ = try await mailbox.take(into: &batch, run: &run, isolation: nil)
            _ = mailbox.takePending(into: &batch, progress: BatchProgress())
        }
        try await use()
        #expect(seen != nil)
        mailbox.trim(all: false)
        #expect(seen == nil)
        try await use()
        mailbox.finish()
        #expect(seen == nil)
    }

    @Test func `a consumer that is far ahead leaves a few batches and no more`() async throws {
        let mailbox = mailbox(10, .suspend)
        var batch: [Int] = []
        let progress = BatchProgress()
        for number in 0..<20 {
            // Given back by somebody else, so that no producer comes by.
            mailbox.giveBack([number])
            _ = mailbox.takePending(into: &batch, progress: progress)
        }
        #expect(mailbox.yield([]).used.count == 2)
    }

    /// What a consumer has used is freed when it asks for more.
    private func freesWhatIsUsed(_ mailbox: Mailbox<Token>, before asksAgain: () -> Void = {}) async throws -> Bool {
        weak var seen: Token?
        var batch: [Token] = []
        var run: UInt64?
        do {
            let token = Token()
            seen = token
            _ = mailbox.yield([token])
            _ = try await mailbox.take(into: &batch, run: &run, isolation: nil)
        }
        asksAgain()
        _ = mailbox.takePending(into: &batch, progress: BatchProgress())
        return seen == nil
    }

    private final class Token: Sendable {}

    @Test func `a producer that wants nothing back, or has ended, is left nothing`() async throws {
        let plain = Mailbox<Token>(buffering: .default, recycles: false, onDrained: {})
        #expect(try await freesWhatIsUsed(plain))
        let ended = Mailbox<Token>(buffering: .default, onDrained: {})
        #expect(try await freesWhatIsUsed(ended) { ended.finish() })
        let going = Mailbox<Token>(buffering: .default, onDrained: {})
        #expect(try await freesWhatIsUsed(going) == false)
    }

    @Test func `at the end of a connection all is let go of, though the producer was just there`() async throws {
        let mailbox = mailbox(10, .suspend)
        var batch: [Int] = []
        for number in 0..<2 {
            _ = mailbox.yield([number])
            _ = mailbox.takePending(into: &batch, progress: BatchProgress())
            _ = mailbox.takePending(into: &batch, progress: BatchProgress())
        }
        mailbox.trim(all: false)
        #expect(mailbox.yield([]).used == [[1]], "the producer came by and may again")
        _ = mailbox.yield([2])
        _ = mailbox.takePending(into: &batch, progress: BatchProgress())
        _ = mailbox.takePending(into: &batch, progress: BatchProgress())
        mailbox.trim(all: true)
        #expect(mailbox.yield([]).used.isEmpty)
    }
}
