/// How long many things took.
struct LatencySummary: Sendable, Hashable {
    /// In ascending order.
    private let sorted: [Duration]

    init(_ samples: [Duration]) {
        sorted = samples.sorted()
    }

    var count: Int { sorted.count }
    var least: Duration? { sorted.first }
    var greatest: Duration? { sorted.last }
    var mean: Duration? { sorted.isEmpty ? nil : sorted.reduce(.zero, +) / sorted.count }

    /// The least duration that this share of the samples does not exceed (nearest rank).
    ///
    /// - Parameter share: 0 to 1.
    func percentile(_ share: Double) -> Duration? {
        guard !sorted.isEmpty else { return nil }
        let rank = (share * Double(sorted.count)).rounded(.up)
        return sorted[min(max(Int(rank) - 1, 0), sorted.count - 1)]
    }
}
