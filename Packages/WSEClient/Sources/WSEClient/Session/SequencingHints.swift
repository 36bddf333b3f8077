import WSEResilience
import WSEWire

/// Where the sequencer has topics, by the hashes that their names come with: a look-up in its dictionary would hash
/// each name once more, for every event.
struct SequencingHints {
    private static let most = 4_096
    private var hints: ContiguousArray<SequencingHint> = []

    /// Lends out the hint for a topic. Several topics may share one, and correct it in turns.
    @inline(__always)
    mutating func with<Result>(_ topic: InternedString, _ body: (inout SequencingHint) -> Result) -> Result {
        if hints.isEmpty { resize(forTopics: 0) }
        return body(&hints[Int(truncatingIfNeeded: topic.keyedHash) & (hints.count &- 1)])
    }

    /// Makes room for so many topics.
    mutating func resize(forTopics count: Int) {
        var size = 64
        while size < 2 * count, size < SequencingHints.most { size *= 2 }
        guard size > hints.count else { return }
        hints = ContiguousArray(repeating: SequencingHint(), count: size)
    }
}
