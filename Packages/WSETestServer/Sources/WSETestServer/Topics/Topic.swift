internal import NIOCore
internal import WSEWire

/// One topic: who listens, what was published, who is present.
struct Topic: Sendable {
    /// How publications are written.
    enum Style: Sendable {
        case stamped, unstamped, verbatim
    }

    /// `nil` until the first publication, as the answer to a subscription tells.
    private(set) var history: TopicHistory?
    /// The connections that listen, in the order in which they came.
    private(set) var subscribers: [ConnectionLink] = []
    var presence = PresenceTable()
    /// What a client that asks for snapshots gets.
    var snapshot: Envelope?
    private let name: InternedString
    private let capacity: Int
    private var epoch = InternedString("")
    private var writer: StampedText?

    init(name: String, capacity: Int) {
        self.name = InternedString(name)
        self.capacity = capacity
    }

    mutating func subscribe(_ link: ConnectionLink) {
        if !subscribers.contains(where: { $0 === link }) { subscribers.append(link) }
    }

    mutating func unsubscribe(_ link: ConnectionLink) {
        subscribers.removeAll { $0 === link }
    }

    /// Begins the history anew.
    mutating func forgetHistory() {
        history = nil
    }

    /// Keeps an object's JSON text as the next publication.
    mutating func publish(
        _ json: [UInt8], type: String?, style: Style, makeEpoch: () -> String
    ) -> (stamp: RecoveryStamp, publication: Publication) {
        var history: TopicHistory
        if let known = self.history {
            history = known
        } else {
            history = TopicHistory(epoch: makeEpoch(), capacity: capacity)
            epoch = InternedString(history.epoch)
            writer = StampedText(topic: name.string, epoch: history.epoch)
        }
        // Two owners would make each append copy the ring.
        self.history = nil
        let offset = history.nextOffset
        let text =
            switch style {
            case .stamped: writer?.text(json, offset: offset) ?? ByteBuffer(bytes: json)
            case .unstamped: StampedText.unstamped(json)
            case .verbatim: ByteBuffer(bytes: json)
            }
        let publication = Publication(text: text, type: type)
        history.append(publication)
        self.history = history
        return (RecoveryStamp(topic: name, epoch: epoch, offset: offset), publication)
    }
}
