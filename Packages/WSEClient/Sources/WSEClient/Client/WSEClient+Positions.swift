extension WSEClient {
    /// Up to where each topic was handed to the application: what was received, less what still waits in a stream or for
    /// a handler. Save it, and give it to ``WSEConfiguration/positions`` when the program runs again.
    ///
    /// An event counts as handed over once `next()` or ``receive(timeout:)`` has returned it, or a handler has returned
    /// from it. What a full stream discarded by `dropNewest` or `fail` does not, until a later event of its topic is handed
    /// over; `dropOldest` passes over what it discards. A topic of which nothing was handed over yet is not in here. Costs
    /// time in proportion to what waits.
    public func positions() -> [String: TopicPosition] {
        // Read in this order: what moves on meanwhile is held back too much rather than too little.
        var (positions, former, inFlight) = engine.read {
            ($0.machine.receivedPositions, $0.machine.formerPositions, $0.inFlight)
        }
        for case .deliver(let events) in inFlight { positions.holdBack(before: events, former: former) }
        for stream in engine.router.waiting() { positions.holdBack(before: stream, former: former) }
        return positions
    }
}
