import BenchmarkWork
import CFloor
import WSEClient

/// What is held, and by whom.
enum Memory {
    /// The heap that events take which a consumer keeps, beside their frames.
    @concurrent
    static func kept(_ options: Options) async throws -> Report {
        let client = try await Receiving.client(options)
        var events = client.events.makeAsyncIterator()
        var order = Order(options.work)
        var kept: [WSEEvent] = []
        kept.reserveCapacity(options.count)
        try await Receiving.go(client, options.warmUp)
        for _ in 0..<options.warmUp {
            guard let event = try await events.next(isolation: nil) else { throw Broken("the stream ended") }
            try order.check(event)
        }
        let before = floor_heap_in_use()
        try await Receiving.go(client, options.count)
        while kept.count < options.count {
            guard let event = try await events.next(isolation: nil) else { throw Broken("the stream ended") }
            try order.check(event)
            kept.append(event)
        }
        let grown = Int(floor_heap_in_use()) - Int(before)
        let bytes = kept.reduce(0) { $0 + $1.byteCount }
        // The slot in the consumer's own list, which was there before.
        let slots = kept.count * MemoryLayout<WSEEvent>.stride
        var report = Report()
        report.add("overhead", Double(grown + slots - bytes) / Double(kept.count))
        report.add("frame", Double(bytes) / Double(kept.count))
        report.add("count", kept.count)
        return report
    }

    /// What a client costs that is ready and idle.
    @concurrent
    static func idle(_ options: Options) async throws -> Report {
        // What all share comes with the first: threads, tables, code.
        let first = try await Receiving.client(options)
        let before = Int(floor_resident())
        var clients: [WSEClient] = []
        for _ in 0..<options.count { clients.append(try await Receiving.client(options)) }
        for client in clients { try check(client.isReady, "a client is not ready") }
        let after = Int(floor_resident())
        var report = Report()
        report.add("bytes", Double(after - before) / Double(options.count))
        report.add("count", clients.count)
        // Each still works.
        for client in clients + [first] {
            _ = try await client.request("bench_echo", ["n": 1])
            await client.disconnect()
        }
        return report
    }
}
