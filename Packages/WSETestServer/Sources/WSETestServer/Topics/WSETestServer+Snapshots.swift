public import WSEWire

extension WSETestServer {
    /// Sets what a client gets that asks for a topic's snapshot with `sync_request`; `nil` for none. What is sent has
    /// the category `S` and the form ``MessageForm/automatic``, and `snapshot_complete` follows it.
    ///
    /// - Throws: ``WSETestServerError`` with code `unrepresentable` if the payload does not fit into JSON or MessagePack.
    public func setSnapshot(_ snapshot: Envelope?, of topic: String) throws(WSETestServerError) {
        try update { (state) throws(WSETestServerError) in
            var snapshot = snapshot
            snapshot?.category = .snapshot
            if let snapshot {
                _ = try state.messages.direct(snapshot)
                _ = try state.messages.messagePack(EnvelopeMembers.of(snapshot))
            }
            let capacity = state.topicCapacity
            state.topics[topic, default: Topic(name: topic, capacity: capacity)].snapshot = snapshot
        }
    }
}
