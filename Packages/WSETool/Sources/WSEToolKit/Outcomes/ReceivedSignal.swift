internal import Synchronization

/// The first signal that asked the process to end, for what waits where no task can be cancelled.
final class ReceivedSignal: Sendable {
    private let first = Mutex<(number: Int32, time: ContinuousClock.Instant)?>(nil)

    /// So long a slow reader may still take what there is.
    private static let patience = Duration.milliseconds(500)

    func note(_ number: Int32) { first.withLock { $0 = $0 ?? (number, .now) } }

    /// The signal's number, once nothing is to be waited for any more.
    var overdue: Int32? {
        first.withLock { first in
            first.flatMap { $0.time.duration(to: .now) >= Self.patience ? $0.number : nil }
        }
    }
}
