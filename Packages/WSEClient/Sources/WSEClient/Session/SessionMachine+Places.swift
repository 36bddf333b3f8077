import WSEResilience
import WSEWire

/// Topics that go from one session to another.
extension SessionMachine {
    /// Where this session is with those of the topics that it wants.
    func places(of names: [String]) -> [String: TopicPlace] {
        var places: [String: TopicPlace] = [:]
        for name in names where subscriptions.isWanted(name) {
            let topic = InternedString(name)
            places[name] = TopicPlace(
                position: sequencer.position(of: topic).map { TopicPosition($0) },
                hasNoPast: withoutPast.contains(topic))
        }
        return places
    }

    /// Subscribes to topics from where another session is with them. Of topics that are wanted already, only a position
    /// that is not known yet counts, and a first event that the other session has given is not missing here.
    mutating func adopt(_ places: [String: TopicPlace], request: RequestID, now: Moment) {
        let names = places.keys.sorted()
        forget(names.filter { !subscriptions.isWanted($0) })
        for name in names {
            let topic = InternedString(name)
            restored[name] = nil
            if let position = places[name]?.position {
                // It keeps a position that it has.
                sequencer.track(
                    topic,
                    after: .init(epoch: InternedString(position.epoch), offset: position.offset))
                withoutPast.remove(topic)
                unseen.remove(topic)
            } else if places[name]?.hasNoPast == true, !subscriptions.isWanted(name) {
                withoutPast.insert(topic)
            }
        }
        let unasked = subscriptions.subscribe(names, request: request)
        if isReady { askFor(unasked, now: now) }
        resolveSubscriptions()
        awaitAnswer(request)
    }
}
