internal import NIOCore
internal import WSEWire

/// One topic: who listens, what was published, who is present.
struct Topic: Sendable {
    /// `nil` until the first publication, as the answer to a subscription tells.
    private(set) var history: TopicHistory?
    /// The connections that listen, in the order in which they came.
    private(set) var subscribers: [ConnectionLink] = []
    var presence = PresenceTable()
    /// `{"tp":"…","e":"…","o":`
    private var stampHead: [UInt8] = []
    private let name: InternedString
    private var epoch = InternedString("")
    private let capacity: Int

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
    ///
    /// - Parameter isStamped: Whether topic, epoch and offset are put in front of its members.
    /// - Returns: The stamp, and the text as it goes out.
    mutating func publish(
        _ json: [UInt8], isStamped: Bool, makeEpoch: () -> String
    ) -> (stamp: RecoveryStamp, text: ByteBuffer) {
        var history = self.history ?? TopicHistory(epoch: makeEpoch(), capacity: capacity)
        if self.history == nil {
            epoch = InternedString(history.epoch)
            stampHead = Self.stampHead(name: name.string, epoch: history.epoch)
        }
        // Two owners would make each append copy the ring.
        self.history = nil
        let offset = history.nextOffset
        var text: ByteBuffer
        if isStamped, json.first == UInt8(ascii: "{") {
            text = ByteBufferAllocator().buffer(capacity: json.count + stampHead.count + 21)
            text.writeBytes(stampHead)
            text.writeString(String(offset))
            let rest = json[1...]
            let isEmptyObject =
                rest.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 } == UInt8(ascii: "}")
            if !isEmptyObject { text.writeInteger(UInt8(ascii: ",")) }
            text.writeBytes(rest)
        } else {
            text = ByteBuffer(bytes: json)
        }
        history.append(text)
        self.history = history
        return (RecoveryStamp(topic: name, epoch: epoch, offset: offset), text)
    }

    private static func stampHead(name: String, epoch: String) -> [UInt8] {
        // A string always fits into JSON.
        let quoted = (try? WSEValue.string(name).jsonText()) ?? "\"\""
        return Array("{\"tp\":\(quoted),\"e\":\"\(epoch)\",\"o\":".utf8)
    }
}
