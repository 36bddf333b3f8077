/// What happened to one publication, as the server and the checks see it.
struct PublicationMarks: OptionSet {
    var rawValue: UInt8

    /// It carries a stamp, so that a client can know it.
    static let stamped = PublicationMarks(rawValue: 1)
    static let delivered = PublicationMarks(rawValue: 2)
    /// Announced as lost.
    static let announced = PublicationMarks(rawValue: 4)
    /// The server said that it cannot replay it.
    static let refused = PublicationMarks(rawValue: 8)
    /// Announced as lost at a time when nothing went wrong any more.
    static let announcedLate = PublicationMarks(rawValue: 16)
}

/// One epoch of a topic on one server: what was published, and what the client made of it.
final class PublishedEpoch {
    let name: String
    let topic: String
    let node: Int

    // The server's side.
    private(set) var marks: [PublicationMarks] = []
    private(set) var times: [VirtualTime] = []
    /// The oldest publication the server still has.
    var firstKept: UInt64 = 0
    /// Whether the server still knows it.
    var isAlive = true

    // The client's side, since the topic is wanted.
    var last: UInt64?
    /// From here on the client has to get everything.
    var due: UInt64?
    /// An unknown loss was announced and nothing was delivered since.
    var isOpen = false

    init(name: String, topic: String, node: Int) {
        self.name = name
        self.topic = topic
        self.node = node
    }

    var next: UInt64 { UInt64(marks.count) }
    /// Of the newest publication.
    var head: UInt64 { next == 0 ? 0 : next - 1 }

    func publish(isStamped: Bool, keeping kept: Int, now: VirtualTime) {
        marks.append(isStamped ? .stamped : [])
        times.append(now)
        if marks.count - Int(firstKept) > kept { firstKept = UInt64(marks.count - kept) }
    }

    func isKept(_ offset: UInt64) -> Bool { isAlive && offset >= firstKept && offset < next }

    func has(_ offset: UInt64, _ mark: PublicationMarks) -> Bool { marks[Int(offset)].contains(mark) }

    func mark(_ offset: UInt64, _ mark: PublicationMarks) { marks[Int(offset)].insert(mark) }

    func unmark(_ offset: UInt64, _ mark: PublicationMarks) { marks[Int(offset)].remove(mark) }

    /// The client wants nothing of the topic any more; should it come back to it, it begins anew.
    func forget() {
        last = nil
        due = nil
        isOpen = false
        for index in marks.indices { marks[index].subtract([.delivered, .announced, .announcedLate]) }
    }
}
