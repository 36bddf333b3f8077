/// The events between the client and a consumer who takes all there is, now and then.
struct SimulatedStream {
    let capacity: Int
    let dropsOldest: Bool
    private(set) var pending = 0
    private(set) var isFull = false
    /// The consumer is busy with something else.
    var isSlow = false

    init(capacity: Int, dropsOldest: Bool) {
        self.capacity = capacity
        self.dropsOldest = dropsOldest
    }

    /// - Returns: How many were dropped.
    mutating func yield(_ count: Int) -> Int {
        pending += count
        guard pending >= capacity else { return 0 }
        if dropsOldest {
            defer { pending = min(pending, capacity) }
            return max(0, pending - capacity)
        }
        isFull = true
        return 0
    }

    /// - Returns: Whether it was full.
    mutating func takeAll() -> Bool {
        pending = 0
        defer { isFull = false }
        return isFull
    }
}
