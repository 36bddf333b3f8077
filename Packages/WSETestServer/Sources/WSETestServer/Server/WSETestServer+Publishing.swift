public import WSEWire

extension WSETestServer {
    /// Publishes to a topic: keeps it for clients that resume, and sends it to all that are subscribed, as text with
    /// the recovery stamp in front.
    ///
    /// What many calls publish in quick succession goes out with one flush. Where a client is slower than that,
    /// ``flushed(below:)`` lets a producer keep its pace.
    ///
    /// - Returns: Where it stands in the topic's history.
    /// - Throws: ``WSETestServerError`` with code `unrepresentable` if the payload does not fit into JSON.
    @discardableResult
    public func publish(
        _ type: String, _ payload: WSEValue = [:], to topic: String, category: MessageCategory = .update,
        priority: MessagePriority? = nil
    ) throws(WSETestServerError) -> RecoveryStamp {
        try publish(
            Envelope(type: type, payload: payload, category: category, priority: priority), to: topic)
    }

    /// Publishes an envelope; id and time are filled in where they are missing, and its stamp is
    /// the topic's own.
    ///
    /// - Throws: As ``publish(_:_:to:category:priority:)``.
    @discardableResult
    public func publish(
        _ envelope: Envelope, to topic: String
    ) throws(WSETestServerError) -> RecoveryStamp {
        try update { (state) throws(WSETestServerError) in
            var envelope = envelope
            envelope.stamp = nil
            state.messages.completePublication(&envelope)
            return state.publish(
                try state.messages.publication(envelope), type: envelope.type, to: topic)
        }
    }

    /// Publishes JSON text as the application wrote it, as the published servers' `broadcast` does: only the stamp is
    /// put in front of its members, and `"c":"U"` where it begins with `{"t":`. Text that is no object goes out, and
    /// takes an offset, without a stamp.
    @discardableResult
    public func publishText(_ json: String, to topic: String) -> RecoveryStamp {
        update { $0.publish(Array(json.utf8), type: nil, to: topic) }
    }

    /// Sends the same text to every connection, subscribed or not, valid or not.
    public func broadcastText(_ text: String) {
        for connection in connections { connection.sendText(text) }
    }

    /// Sends the same binary message to every connection, subscribed or not, valid or not.
    public func broadcastBinary(_ bytes: [UInt8]) {
        for connection in connections { connection.sendBinary(bytes) }
    }

    /// Returns once no more than so many bytes wait for any connection that is not stalled, or the task is cancelled. A client
    /// that does not read makes it wait for as long.
    public func flushed(below bytes: Int = 0) async {
        for connection in connections { await connection.flushed(below: bytes) }
    }

    /// Where a topic's history stands: the offset is that of its newest publication. `nil` before the first.
    public func position(of topic: String) -> RecoveryStamp? {
        read { state in
            state.topics[topic]?.history.map {
                RecoveryStamp(
                    topic: InternedString(topic), epoch: InternedString($0.epoch), offset: $0.head)
            }
        }
    }

    /// Begins a topic's history anew: the next publication has a new epoch and offset 0.
    public func resetHistory(of topic: String) {
        update { $0.topics[topic]?.forgetHistory() }
    }

    /// Who is present on a topic, with what they said about themselves.
    public func presence(on topic: String) -> [String: WSEValue] {
        read { $0.topics[topic]?.presence.data ?? [:] }
    }

    /// The connections that are subscribed to a topic, in the order in which they came.
    public func subscribers(of topic: String) -> [Connection] {
        read { $0.topics[topic]?.subscribers.map(Connection.init) ?? [] }
    }
}
