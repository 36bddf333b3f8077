/// A rate, from a counter that is read now and then: the mean of the last few intervals, so that it moves, but not wildly.
struct RateMeter: Sendable {
    private var readings: [(time: ContinuousClock.Instant, count: UInt64)] = []
    private let window: Int

    /// - Parameter window: How many intervals are looked at.
    init(window: Int = 5) {
        self.window = max(1, window)
    }

    mutating func record(_ count: UInt64, at time: ContinuousClock.Instant) {
        readings.append((time, count))
        if readings.count > window + 1 { readings.removeFirst() }
    }

    /// Per second; 0 below two readings.
    var perSecond: Double {
        guard let first = readings.first, let last = readings.last, last.time > first.time,
            last.count >= first.count
        else { return 0 }
        return Double(last.count - first.count) / first.time.duration(to: last.time).inSeconds
    }
}
