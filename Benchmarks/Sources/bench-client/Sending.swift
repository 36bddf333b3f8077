import WSEClient

/// The payload of what is sent; its number is what the peer counts.
struct Item: Codable, Sendable {
    var n: Int
    var side: String
    var px: Double
}

enum Sending {
    /// Small messages, one after the other, until the peer has confirmed that all came in order.
    @concurrent
    static func send(_ options: Options) async throws -> Report {
        let client = try await Receiving.client(options)
        let answers = client.events(type: "bench_done")
        var answered = answers.makeAsyncIterator()
        func send(_ count: Int) async throws {
            try await client.send("bench_expect", ["count": .int(Int64(count))])
            for number in 0..<count {
                try await client.send("bench_item", Item(n: number, side: "buy", px: 42123.25))
            }
            guard let answer = try await answered.next(isolation: nil),
                answer.payload["in_order"]?.boolValue == true,
                answer.payload["count"]?.intValue == count
            else { throw Broken("the messages did not come in order") }
        }
        try await send(options.warmUp)
        let stopwatch = Stopwatch()
        try await send(options.count)
        return stopwatch.read(options.count)
    }
}
