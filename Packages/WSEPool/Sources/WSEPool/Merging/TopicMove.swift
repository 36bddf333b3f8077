import WSEClient
import WSEWire

/// A topic's change from one member to another, as the merged sequence sees it.
struct TopicMove: Sendable {
    enum Phase: Sendable {
        /// The old member's events count; the new one's wait.
        case holding
        /// The new member's events count. What still comes of the old one is left out, or from another server goes out
        /// unless it was passed on to the new one.
        case switched
    }

    let id: UInt64
    let from: Int
    let to: Int
    private(set) var topics: Set<InternedString>
    /// Whether both are connected to one server, so that the new member gets all that the old one would.
    let isWithinServer: Bool
    var phase = Phase.holding
    /// Whether the server has confirmed the new member.
    var isTakenOver = false
    /// Whether the old member was not answered about these topics when they began to move: it has nothing that the new one
    /// has not, and where it begins may lie behind what the new one has.
    var isUnclaimed = false
    /// Up to where the old member's events went out, for each topic and epoch.
    var reached = TopicFloors()
    /// The last event of each topic that the old member gave.
    var last: [InternedString: TopicPosition] = [:]
    /// Events of the new member that wait.
    var held: [WSEEvent] = []
    /// What the new member says is missing, which the old one may give.
    var gaps: [WSEGap] = []

    init(id: UInt64, from: Int, to: Int, topics: Set<InternedString>, isWithinServer: Bool) {
        self.id = id
        self.from = from
        self.to = to
        self.topics = topics
        self.isWithinServer = isWithinServer
    }

    /// Takes some of the topics out, as a part that moves by itself; nothing of the new member waits in that.
    mutating func parted(_ part: Set<InternedString>) -> TopicMove {
        var other = TopicMove(
            id: id, from: from, to: to, topics: topics.intersection(part), isWithinServer: isWithinServer)
        other.reached = reached.only(other.topics)
        other.last = last.filter { part.contains($0.key) }
        for topic in part {
            topics.remove(topic)
            reached.remove(topic)
            last[topic] = nil
        }
        return other
    }
}
