/// The last publications of a topic, numbered from 0 within an epoch, as far back as there is room.
struct TopicHistory: Sendable {
    /// What a client that resumes gets.
    struct Recovery: Sendable {
        /// Whether the client's position is in this history, so that what follows it is all there.
        var isRecovered: Bool
        /// What was published after the client's position, oldest first.
        var publications: [Publication]

        static let impossible = Recovery(isRecovered: false, publications: [])
    }

    let epoch: String
    let capacity: Int
    /// The offset of the next publication.
    private(set) var nextOffset: UInt64 = 0
    private var ring: [Publication] = []

    /// - Parameter capacity: How many publications are kept; 0 for none.
    init(epoch: String, capacity: Int) {
        self.epoch = epoch
        self.capacity = max(0, capacity)
    }

    /// The offset of the newest publication, 0 before the first.
    var head: UInt64 { nextOffset == 0 ? 0 : nextOffset - 1 }

    /// The offset of the oldest publication that is kept.
    var oldest: UInt64 { nextOffset - UInt64(ring.count) }

    /// What is kept, oldest first.
    var publications: [Publication] { (oldest..<nextOffset).map(publication) }

    mutating func append(_ publication: Publication) {
        defer { nextOffset += 1 }
        guard capacity > 0 else { return }
        if ring.count < capacity {
            ring.append(publication)
        } else {
            ring[Int(nextOffset % UInt64(capacity))] = publication
        }
    }

    /// What a client has missed that stands at an offset of an epoch: all of it, or nothing where the oldest of it is
    /// gone or more than `limit` of it would come.
    ///
    /// A position beyond the head counts as recovered with nothing to replay, as on the published servers.
    func recovery(epoch: String, offset: UInt64, limit: Int) -> Recovery {
        guard epoch == self.epoch else { return .impossible }
        guard offset < head else { return Recovery(isRecovered: true, publications: []) }
        guard offset + 1 >= oldest, head - offset <= UInt64(max(0, limit)) else { return .impossible }
        return Recovery(isRecovered: true, publications: (offset + 1..<nextOffset).map(publication))
    }

    private func publication(_ offset: UInt64) -> Publication {
        ring[Int(offset % UInt64(capacity))]
    }
}
