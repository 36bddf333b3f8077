import WSEWire

/// What was found in the frames so far.
struct Analysis: ~Copyable {
    /// The events of one type, or something else that is counted.
    struct Tally {
        var count = 0
        var bytes = 0
    }

    private(set) var tallies: [String: Tally] = [:]
    private var decoder = MessageDecoder()
    private var items: [WireItem] = []
    /// The last offset of each topic's epoch.
    private var last: [Epoch: UInt64] = [:]

    private struct Epoch: Hashable {
        let topic: InternedString
        let name: InternedString
    }

    /// Takes one frame.
    ///
    /// - Returns: What is wrong with it, or with the order in which it comes.
    mutating func read(_ frame: [UInt8]) -> [String] {
        items.removeAll(keepingCapacity: true)
        // A frame's first bytes tell its form, so binary will do for text as well.
        decoder.decode(frame.span.bytes, as: .binary, into: &items)
        var problems: [String] = []
        for item in items {
            switch item {
            case .event(let event):
                count(event.type, event.byteCount)
                if let problem = event.stamp.flatMap({ follow($0) }) { problems.append(problem) }
            case .encrypted(let sealed): count("(sealed)", sealed.count)
            case .legacyPing, .legacyPong: count("(heartbeat)", frame.count)
            case .failure(let error): problems.append("\(error)")
            }
        }
        return problems
    }

    private mutating func count(_ type: String, _ bytes: Int) {
        tallies[type, default: Tally()].count += 1
        tallies[type, default: Tally()].bytes += bytes
    }

    /// Notes how far a topic has come.
    ///
    /// - Returns: What is out of order about it.
    private mutating func follow(_ stamp: RecoveryStamp) -> String? {
        let epoch = Epoch(topic: stamp.topic, name: stamp.epoch)
        guard let previous = last[epoch] else {
            last[epoch] = stamp.offset
            return nil
        }
        last[epoch] = max(previous, stamp.offset)
        guard stamp.offset > previous else { return "\(stamp) comes after \(previous)" }
        let missing = stamp.offset - previous - 1
        return missing == 0 ? nil : "\(missing) missing before \(stamp)"
    }
}
