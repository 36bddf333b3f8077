internal import WSEWire

/// An envelope as the object it is on the wire.
enum EnvelopeMembers {
    static func of(_ envelope: Envelope) -> [String: WSEValue] {
        var members: [String: WSEValue] = [
            "c": .string(envelope.category.rawValue), "t": .string(envelope.type), "p": envelope.payload,
            "v": .int(Int64(envelope.version)),
        ]
        if let id = envelope.id { members["id"] = .string(id) }
        if let time = envelope.unixMilliseconds {
            members["ts"] = .string(Timestamp.text(unixMilliseconds: time))
        }
        if let sequence = envelope.sequence { members["seq"] = WSEValue(sequence) }
        if let priority = envelope.priority { members["pri"] = .int(Int64(priority.rawValue)) }
        if let correlationID = envelope.correlationID { members["cid"] = .string(correlationID) }
        if let signature = envelope.signature { members["sig"] = .string(signature) }
        if let stamp = envelope.stamp {
            members["tp"] = .string(stamp.topic.string)
            members["e"] = .string(stamp.epoch.string)
            members["o"] = WSEValue(stamp.offset)
        }
        return members
    }
}
