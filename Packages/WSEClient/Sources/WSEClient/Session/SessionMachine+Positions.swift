import WSEResilience
import WSEWire

/// Up to where topics were received, and where they go on after a restart.
extension SessionMachine {
    /// A topic that is now wanted goes on where an earlier run of the program left it.
    mutating func resumeRestored(_ topics: [String]) {
        guard !restored.isEmpty else { return }
        for topic in topics {
            guard let position = restored.removeValue(forKey: topic) else { continue }
            sequencer.track(
                InternedString(topic),
                after: WSEResilience.TopicPosition(
                    epoch: InternedString(position.epoch), offset: position.offset))
        }
    }

    /// Up to where each topic was received, be it handed to a consumer or not.
    var receivedPositions: [String: TopicPosition] {
        var positions = restored
        for (topic, position) in sequencer.positions { positions[topic.string] = TopicPosition(position) }
        return positions
    }
}

extension [String: TopicPosition] {
    /// Moves positions back to before the events that wait.
    ///
    /// - Parameters:
    ///   - waiting: Of one stream, in order.
    ///   - former: Where topics were in the epoch before their current one.
    mutating func holdBack(before waiting: some Sequence<WSEEvent>, former: [String: TopicPosition]) {
        var seen: Set<InternedString> = []
        for event in waiting {
            // The first of each topic is the one that counts.
            guard let stamp = event.stamp, seen.insert(stamp.topic).inserted else { continue }
            let topic = stamp.topic.string
            guard let position = self[topic] else { continue }
            // In another epoch than the one that was received last, it is an older one.
            guard position.epoch != stamp.epoch.string || stamp.offset <= position.offset else { continue }
            guard stamp.offset == 0 else {
                self[topic] = TopicPosition(epoch: stamp.epoch.string, offset: stamp.offset - 1)
                continue
            }
            // Nothing comes before the first of an epoch but the end of the one before. Who resumes from there learns
            // that it is over, and gets the new one from its start.
            let end = former[topic]
            self[topic] = end?.epoch == stamp.epoch.string ? nil : end
        }
    }
}
