extension EventSequencer {
    /// Gives the request of `topic` its full time again, as when the server has answered but what it replays is
    /// still on its way, or when it was asked again. Progress counts from the topic's present position.
    ///
    /// Does nothing where no request is on its way.
    public mutating func extendRecovery(of topic: Topic, now: ContinuousClock.Instant) {
        guard let slot = slots[topic], let request = requests[slot] else { return }
        // A new id makes the deadline that runs a stale one.
        lastRequestID &+= 1
        let frontier = states[slot].frontier
        let extended = PendingRequest(
            topic: topic, id: lastRequestID, after: frontier,
            seenThrough: holes[slot]?.seenThrough ?? frontier, timeout: request.timeout)
        requests[slot] = extended
        arm(extended, slot: slot, now: now)
        dropStaleDeadlines()
    }
}
