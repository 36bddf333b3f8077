internal import WSEWire

/// An event in JSON, with the names that `decode` and `listen` write or with those of the wire.
struct EventDescription {
    let envelope: Envelope

    /// - Throws: ``ToolError`` with status `dataError`.
    init(json: [UInt8]) throws(ToolError) {
        let value: WSEValue
        do {
            value = try WSEValue(
                json: json.span.bytes, limits: WireLimits(maximumMessageSize: InputFile.limit))
        } catch {
            throw ToolError(.dataError, "the event is not JSON: \(error)")
        }
        guard let members = value.objectValue else {
            throw ToolError(.dataError, "an event is a JSON object")
        }
        func text(_ names: String...) throws(ToolError) -> String? {
            for name in names {
                guard let value = members[name], !value.isNull else { continue }
                guard let text = value.stringValue else { throw Self.wrong(name, "text") }
                return text
            }
            return nil
        }
        func number<Number: FixedWidthInteger>(_ names: String...) throws(ToolError) -> Number? {
            for name in names {
                guard let value = members[name], !value.isNull else { continue }
                guard let number = value.integer(as: Number.self) else {
                    throw Self.wrong(name, "an integer")
                }
                return number
            }
            return nil
        }
        guard let type = try text("type", "t") else { throw ToolError(.dataError, "the event has no type") }
        var envelope = Envelope(type: type, payload: members["payload"] ?? members["p"] ?? .null)
        if let category = try text("category", "c") {
            envelope.category = MessageCategory(rawValue: category)
        }
        envelope.id = try text("id")
        if let timestamp = try text("timestamp", "ts") {
            guard let milliseconds = ISOTime.unixMilliseconds(timestamp) else {
                throw Self.wrong("timestamp", "a time such as 2026-01-31T12:00:00.000Z")
            }
            envelope.unixMilliseconds = milliseconds
        }
        envelope.sequence = try number("sequence", "seq")
        if let version: Int = try number("version", "v") { envelope.version = version }
        if let priority: Int = try number("priority", "pri") {
            envelope.priority = MessagePriority(rawValue: priority)
        }
        envelope.correlationID = try text("correlation_id", "cid")
        envelope.signature = try text("signature", "sig")
        let (topic, epoch) = (try text("topic", "tp"), try text("epoch", "e"))
        let offset: UInt64? = try number("offset", "o")
        if let topic, let epoch, let offset {
            envelope.stamp = RecoveryStamp(
                topic: InternedString(topic), epoch: InternedString(epoch), offset: offset)
        } else if topic != nil || epoch != nil || offset != nil {
            throw ToolError(.dataError, "topic, epoch and offset go together")
        }
        self.envelope = envelope
    }

    /// The members that it has and that no client says: servers give them, or the client's own session does.
    var membersNotSent: [String] {
        [
            ("category", envelope.category != .update), ("epoch", envelope.stamp != nil),
            ("id", envelope.id != nil),
            ("offset", envelope.stamp != nil), ("sequence", envelope.sequence != nil),
            ("signature", envelope.signature != nil), ("timestamp", envelope.unixMilliseconds != nil),
            ("topic", envelope.stamp != nil),
        ].filter(\.1).map(\.0)
    }

    private static func wrong(_ name: String, _ wanted: String) -> ToolError {
        ToolError(.dataError, "\(name) is not \(wanted)")
    }
}
