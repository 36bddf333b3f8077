import Synchronization
import WSEClient

/// What came out of a pool over a cluster: how often each publication, in which order, and when.
final class ClusterLedger: Sendable {
    struct State {
        var counts: [String: Int] = [:]
        var positions: [String: UInt64] = [:]
        var disorder: [String] = []
        /// When each topic was last heard, and its longest silence since the last mark.
        var lastHeard: [String: ContinuousClock.Instant] = [:]
        var marked: ContinuousClock.Instant?
        var firstAfterMark: [String: Duration] = [:]
    }

    private let state = Mutex(State())

    func record(_ event: WSEEvent) {
        guard let id = event.id, let topic = event.payload["topic"]?.stringValue else { return }
        let now = ContinuousClock.now
        state.withLock { state in
            state.counts[id, default: 0] += 1
            if let marked = state.marked, state.firstAfterMark[topic] == nil {
                state.firstAfterMark[topic] = now - marked
            }
            state.lastHeard[topic] = now
            guard let stamp = event.stamp else { return }
            let history = "\(stamp.topic.string) \(stamp.epoch.string)"
            if let last = state.positions[history], stamp.offset <= last {
                state.disorder.append("\(history): \(stamp.offset) after \(last)")
            }
            state.positions[history] = stamp.offset
        }
    }

    func count(of id: String) -> Int { state.withLock { $0.counts[id] ?? 0 } }

    var total: Int { state.withLock { $0.counts.count } }

    var disorder: [String] { state.withLock { $0.disorder } }

    var doubled: [String] { state.withLock { $0.counts.filter { $0.value > 1 }.map(\.key) } }

    func missing(_ topic: String, from first: Int, count: Int) -> [Int] {
        state.withLock { state in (first..<(first + count)).filter { state.counts["\(topic)-\($0)"] == nil } }
    }

    /// From now on it is measured how long each topic is silent.
    func mark() {
        state.withLock { state in
            state.marked = .now
            state.firstAfterMark = [:]
        }
    }

    /// How long after the mark each topic was heard first.
    var firstAfterMark: [String: Duration] { state.withLock { $0.firstAfterMark } }
}
