import WSEResilience
import WSEWire

/// Answers to recovery requests that have overtaken their replay.
///
/// A server says «replayed up to the head», but on 2.5.1 replayed events and the answer travel in different lanes, so
/// the answer may come first, and the tail of a long replay may be dropped without a word (protocol section 6). An
/// answer kept here counts once the topic has come as far as it says, or once nothing has moved for a while and the
/// server, asked once more, said the same.
struct ReplayFence {
    typealias Answer = RecoveryAnswer<InternedString>
    typealias Position = WSEResilience.TopicPosition<InternedString>

    /// What is to be done about replays that do not move.
    struct Overdue {
        /// These count as they stand.
        var settled: [(InternedString, Answer)] = []
        /// These are to be asked for again.
        var askedAgain: [InternedString] = []
        /// Whether some wait on because nothing at all was received of late.
        var isSilent = false
    }

    private struct Entry {
        var answer: Answer
        var head: UInt64
        var reached: UInt64
        var due: ContinuousClock.Instant
        /// Whether the server was asked again since the topic moved last.
        var wasAskedAgain: Bool
        /// When it was asked again, until it answers.
        var askedAt: ContinuousClock.Instant?
    }

    /// How long a replay may pause before its answer is doubted.
    let patience: Duration
    /// How long the server may take to answer when it is asked again.
    let answerTimeout: Duration
    private var entries: [InternedString: Entry] = [:]

    init(patience: Duration, answerTimeout: Duration) {
        self.patience = patience
        self.answerTimeout = answerTimeout
    }

    var isEmpty: Bool { entries.isEmpty }
    var topics: [String] { entries.keys.map(\.string) }

    /// When ``takeOverdue(_:now:)`` has to be called next.
    var nextDue: ContinuousClock.Instant? { entries.values.map(\.due).min() }

    /// Keeps an answer whose replay is not in yet.
    ///
    /// - Parameter position: How far the topic was received.
    /// - Returns: `false` if there is nothing to wait for, so that the answer counts at once.
    mutating func keep(
        _ answer: Answer, of topic: InternedString, position: Position?, now: ContinuousClock.Instant
    ) -> Bool {
        guard answer.recovered, let head = answer.head, let position, head.epoch == position.epoch,
            head.offset > position.offset
        else {
            entries[topic] = nil
            return false
        }
        let isSecond = entries[topic].map { $0.wasAskedAgain && $0.reached == position.offset } ?? false
        entries[topic] = Entry(
            answer: answer, head: head.offset, reached: position.offset, due: now + patience,
            wasAskedAgain: isSecond, askedAt: isSecond ? now : nil)
        return true
    }

    /// The answers whose replay is complete, or whose topic has moved on to another epoch.
    mutating func takeReached(_ position: (InternedString) -> Position?) -> [(InternedString, Answer)] {
        take { topic, entry in
            guard let position = position(topic) else { return true }
            return position.epoch != entry.answer.head?.epoch || position.offset >= entry.head
        }
    }

    /// The answers whose replay has not moved for as long as they may pause.
    ///
    /// - Parameter heard: When anything was received last. A server that is silent since it was asked again may be out
    ///   of reach, which says nothing about its replay.
    mutating func takeOverdue(
        _ position: (InternedString) -> Position?, heard: ContinuousClock.Instant,
        now: ContinuousClock.Instant
    ) -> Overdue {
        var overdue = Overdue()
        for (topic, entry) in entries where entry.due <= now {
            let offset = position(topic)?.offset ?? entry.reached
            if offset > entry.reached {
                entries[topic]?.reached = offset
                entries[topic]?.wasAskedAgain = false
                entries[topic]?.askedAt = nil
                entries[topic]?.due = now + patience
            } else if !entry.wasAskedAgain {
                entries[topic]?.wasAskedAgain = true
                entries[topic]?.askedAt = now
                entries[topic]?.due = now + answerTimeout
                overdue.askedAgain.append(topic)
            } else if let askedAt = entry.askedAt, heard <= askedAt {
                entries[topic]?.due = now + answerTimeout
                overdue.isSilent = true
            }
        }
        overdue.settled = take { _, entry in entry.due <= now }
        overdue.askedAgain.sort { $0.string < $1.string }
        return overdue
    }

    mutating func remove(_ topic: InternedString) {
        if !entries.isEmpty { entries[topic] = nil }
    }

    mutating func removeAll() {
        entries = [:]
    }

    private mutating func take(where isDone: (InternedString, Entry) -> Bool) -> [(InternedString, Answer)] {
        let done = entries.filter { isDone($0.key, $0.value) }
        for topic in done.keys { entries[topic] = nil }
        // In a fixed order, so that equal histories have equal outcomes.
        return done.map { ($0.key, $0.value.answer) }.sorted { $0.0.string < $1.0.string }
    }
}
