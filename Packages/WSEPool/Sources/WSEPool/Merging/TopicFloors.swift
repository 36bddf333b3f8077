import WSEClient
import WSEWire

/// Up to where each epoch of topics has gone out.
struct TopicFloors: Sendable {
    private var floors: [InternedString: [InternedString: UInt64]] = [:]

    var isEmpty: Bool { floors.isEmpty }

    mutating func note(_ topic: InternedString, epoch: InternedString, offset: UInt64) {
        let last = floors[topic]?[epoch] ?? offset
        floors[topic, default: [:]][epoch] = max(last, offset)
    }

    mutating func merge(_ other: TopicFloors) {
        floors.merge(other.floors) { mine, others in mine.merging(others) { max($0, $1) } }
    }

    /// These topics only.
    func only(_ topics: Set<InternedString>) -> TopicFloors {
        var part = TopicFloors()
        part.floors = floors.filter { topics.contains($0.key) }
        return part
    }

    mutating func remove(_ topic: InternedString) {
        floors[topic] = nil
    }

    /// All up to there has been looked at.
    mutating func passed(_ topic: InternedString, epoch: InternedString, offset: UInt64) {
        if let last = floors[topic]?[epoch], last <= offset { floors[topic] = nil }
    }

    /// What of a gap has not gone out.
    func left(of gap: WSEGap) -> WSEGap? {
        guard let last = floors[InternedString(gap.topic)]?[InternedString(gap.epoch)],
            last >= gap.offsets.lowerBound
        else { return gap }
        guard last < gap.offsets.upperBound else { return nil }
        return WSEGap(topic: gap.topic, epoch: gap.epoch, offsets: last + 1...gap.offsets.upperBound)
    }

    /// Whether an event has gone out.
    func covers(_ stamp: RecoveryStamp) -> Bool {
        floors[stamp.topic]?[stamp.epoch].map { stamp.offset <= $0 } ?? false
    }

    /// Whether an event has gone out. Where the topic goes beyond it is forgotten, as it comes in order.
    mutating func coversAndForgets(_ stamp: RecoveryStamp) -> Bool {
        guard let last = floors[stamp.topic]?[stamp.epoch] else { return false }
        if stamp.offset <= last { return true }
        floors[stamp.topic] = nil
        return false
    }
}
