/// Batches that consumers are done with, until the producer comes by: who made the elements frees them fastest, or
/// fills them anew.
struct UsedBatches<Element> {
    /// A consumer that keeps up uses one batch or two between two of the producer's.
    private static var most: Int { 2 }

    /// Whether the producer comes by for them at all.
    private let isWanted: Bool
    private var batches: [[Element]] = []
    /// Whether the producer took any since the last ``trim(all:)``.
    private var isTaken = false

    init(isWanted: Bool) {
        self.isWanted = isWanted
    }

    /// Sets a batch aside for the producer, or empties it.
    ///
    /// - Parameter hasEnded: Whether the producer does not come any more.
    mutating func setAside(_ batch: inout [Element], hasEnded: Bool) {
        guard isWanted, !hasEnded, !batch.isEmpty, batches.count < Self.most else {
            batch.removeAll(keepingCapacity: true)
            return
        }
        batches.append(batch)
        batch = []
    }

    /// For the producer.
    mutating func take() -> [[Element]] {
        guard !batches.isEmpty else { return [] }
        isTaken = true
        defer { batches.removeAll(keepingCapacity: true) }
        return batches
    }

    /// Takes out what nobody came for since the last call, or all, for the caller to free.
    mutating func trim(all: Bool) -> [[Element]] {
        defer { isTaken = false }
        return isTaken && !all ? [] : removeAll()
    }

    /// Takes out all, for the caller to free.
    mutating func removeAll() -> [[Element]] {
        defer { batches = [] }
        return batches
    }
}
