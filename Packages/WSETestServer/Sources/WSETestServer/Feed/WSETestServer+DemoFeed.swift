extension WSETestServer {
    /// Publishes a feed's events at an even rate until the task is cancelled or a number of them is reached.
    ///
    /// A rate that no client keeps up with slows down to the fastest client. Slower ones lose what exceeds
    /// ``Limits/outboundBytes``, and hold up nobody.
    ///
    /// - Parameters:
    ///   - feed: What to publish.
    ///   - rate: Events per second, of all topics together; above 0.
    ///   - count: How many at most; `nil` for no end.
    /// - Returns: How many were published.
    @discardableResult
    public func run(_ feed: DemoFeed, rate: Double, count: Int? = nil) async -> Int {
        var feed = feed
        let clock = ContinuousClock()
        let start = clock.now
        // The loop also ends for hostile rates: no step is shorter than a millisecond or longer than a second.
        let perSecond = min(max(rate.isFinite ? rate : 1, 0.001), 10_000_000)
        let step = Duration.seconds(min(max(1 / perSecond, 0.005), 1))
        var published = 0
        var slow: Set<Int> = []
        while !Task.isCancelled, published < count ?? .max {
            let elapsed = (clock.now - start) / .seconds(1)
            let due = min(Int(min(elapsed * perSecond, 1e15)) + 1, count ?? .max)
            while published < due {
                let event = feed.next()
                // The feed's values are finite, so they fit into JSON.
                _ = try? publish(event.type, event.payload, to: event.topic)
                published += 1
                if published % 256 == 0 {
                    await waitForTheFastest(but: &slow)
                    if Task.isCancelled { return published }
                }
            }
            guard published < count ?? .max else { break }
            try? await clock.sleep(for: step)
        }
        return published
    }

    /// Returns once some client has little to catch up with, or soon where none has.
    ///
    /// - Parameter slow: The connections that were waited for in vain; nobody waits for them again before they have
    ///   caught up.
    private func waitForTheFastest(but slow: inout Set<Int>) async {
        func isBehind(_ connection: Connection) -> Bool { connection.pendingBytes > 1 << 20 }
        let waited = connections.filter { !slow.contains($0.number) || !isBehind($0) }
        for _ in 0..<100 {
            guard !waited.isEmpty, waited.allSatisfy({ isBehind($0) && !$0.isStalled }) else {
                await Task.yield()
                return
            }
            guard (try? await Task.sleep(for: .milliseconds(1))) != nil else { return }
        }
        slow = Set(connections.filter(isBehind).map(\.number))
    }
}
