internal import NIOCore
internal import WSEWire

extension ServerState {
    /// How many publications a topic keeps.
    var topicCapacity: Int { configuration.features.recovery ? configuration.historyCapacity : 0 }

    /// Stamps, keeps and sends a publication.
    mutating func publish(_ json: [UInt8], type: String?, to topic: String) -> RecoveryStamp {
        let style: Topic.Style =
            switch configuration.dialect.value {
            case .current: configuration.features.recovery ? .stamped : .unstamped
            case .prefixed: .verbatim
            }
        var random = messages.random
        let capacity = topicCapacity
        let (stamp, publication) = topics[topic, default: Topic(name: topic, capacity: capacity)]
            .publish(json, type: type, style: style) { random.epoch() }
        messages.random = random
        let frame = publication.frame(.publications, topic: topic)
        if let subscribers = topics[topic]?.subscribers {
            for link in subscribers { link.enqueue(frame) }
        }
        return stamp
    }

    /// Sends what a `sync_request` asks for: snapshots, what was published, and then how many topics had a snapshot.
    mutating func synchronize(_ event: WSEEvent, with link: ConnectionLink) {
        let names = event.payload["topics"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let wantsSnapshots = event.payload["include_snapshots"]?.boolValue ?? true
        let wantsHistory = event.payload["include_history"]?.boolValue ?? false
        var sent: [WSEValue] = []
        for name in names {
            guard let topic = topics[name] else { continue }
            if wantsSnapshots, var snapshot = topic.snapshot {
                messages.complete(&snapshot)
                guard
                    let frame = try? frame(
                        EnvelopeMembers.of(snapshot), snapshot.category, type: snapshot.type, as: .automatic,
                        to: link)
                else { continue }
                link.enqueue(.frame(frame))
                sent.append(.string(name))
            }
            if wantsHistory {
                for publication in topic.history?.publications ?? [] {
                    link.enqueue(replay(publication, name))
                }
            }
        }
        var complete = Envelope(
            type: "snapshot_complete", payload: ["topics": .array(sent), "count": .int(Int64(sent.count))],
            category: .snapshot, correlationID: event.correlationID)
        messages.complete(&complete)
        control(complete, to: link)
    }
}
