/// Remembers the latest ids, to tell what comes a second time.
///
/// Holds up to ``capacity`` ids, each for up to ``lifetime``; the oldest makes room. Asking and adding cost the
/// same however full it is: a ring keeps the ids in order of arrival, an open-addressed table finds them.
///
/// ```swift
/// let key = EventID.Key()
/// var window = DuplicateWindow(capacity: 10_000, lifetime: .seconds(300))
/// let isNew = window.insert(EventID("order-17", key: key), now: now)
/// let isNewAgain = window.insert(EventID("order-17", key: key), now: now)
/// print(isNew, isNewAgain)  // true false
/// ```
///
/// Memory grows with use up to some 50 bytes per id of the capacity. The table is keyed with secret random
/// numbers, so a peer that chooses the ids cannot make them collide.
public struct DuplicateWindow: Sendable {
    /// Most ids kept, at least 1.
    public let capacity: Int
    /// How long an id is kept.
    public let lifetime: Duration

    /// How many ids are kept at present, expired ones that were not yet cleared away included.
    public private(set) var count = 0

    /// Ring of the ids in order of arrival, and when each arrived; the oldest at `head`.
    private var ids: ContiguousArray<EventID> = []
    private var arrivals: ContiguousArray<ContinuousClock.Instant> = []
    private var head = 0
    /// Ring index + 1 of the id that hashes here, 0 where there is none; a power of two, at most half full.
    private var table: ContiguousArray<UInt32> = []
    private let firstKey: UInt64
    private let secondKey: UInt64

    /// An empty window whose table is keyed by `generator`.
    public init(
        capacity: Int = 10_000, lifetime: Duration = .seconds(300),
        using generator: inout some RandomNumberGenerator
    ) {
        // The table speaks of ring indices in 32 bits.
        self.capacity = min(max(capacity, 1), 1 << 28)
        self.lifetime = lifetime.bounded
        firstKey = generator.next()
        secondKey = generator.next()
    }

    /// An empty window whose table is keyed by the system's random numbers.
    public init(capacity: Int = 10_000, lifetime: Duration = .seconds(300)) {
        var generator = SystemRandomNumberGenerator()
        self.init(capacity: capacity, lifetime: lifetime, using: &generator)
    }

    /// Adds `id` unless it is kept already.
    ///
    /// A repetition does not renew an id: its lifetime counts from its first arrival.
    ///
    /// - Parameters:
    ///   - id: Of what has arrived.
    ///   - now: Should not go backwards; where it does, ids merely stay a little longer.
    /// - Returns: whether `id` is new.
    @discardableResult
    public mutating func insert(_ id: EventID, now: ContinuousClock.Instant) -> Bool {
        let horizon = now.advanced(by: .zero - lifetime)
        // One comes and up to two go, so expired ids cannot pile up, and no single call pays for them all.
        if count > 0, arrivals[head] <= horizon {
            removeOldest()
            if count > 0, arrivals[head] <= horizon { removeOldest() }
        }
        if count > 0, let slot = slot(of: id) {
            if arrivals[Int(table[slot] &- 1)] > horizon { return false }
            // The ring keeps the expired entry until its turn; it just cannot be found any more.
            clear(slot)
        }
        makeRoom(now: now)
        append(id, now: now)
        return true
    }

    /// Forgets all ids and gives their memory back.
    public mutating func removeAll() {
        ids = []
        arrivals = []
        table = []
        head = 0
        count = 0
    }

    // MARK: - Ring

    private mutating func makeRoom(now: ContinuousClock.Instant) {
        guard count == ids.count else { return }
        if count == capacity { removeOldest() } else { grow(filler: now) }
    }

    private mutating func append(_ id: EventID, now: ContinuousClock.Instant) {
        var index = head &+ count
        if index >= ids.count { index &-= ids.count }
        ids[index] = id
        arrivals[index] = now
        count &+= 1
        var slot = home(of: id)
        while table[slot] != 0 { slot = next(slot) }
        table[slot] = UInt32(truncatingIfNeeded: index &+ 1)
    }

    private mutating func removeOldest() {
        let reference = UInt32(truncatingIfNeeded: head &+ 1)
        var slot = home(of: ids[head])
        while table[slot] != 0 {
            if table[slot] == reference {
                clear(slot)
                break
            }
            slot = next(slot)
        }
        head = head &+ 1 == ids.count ? 0 : head &+ 1
        count &-= 1
    }

    private mutating func grow(filler: ContinuousClock.Instant) {
        let size = min(max(64, ids.count * 2), capacity)
        let order = (0..<count).map { (head + $0) % ids.count }
        let keptIDs = order.map { ids[$0] }
        let keptArrivals = order.map { arrivals[$0] }
        ids = ContiguousArray(repeating: EventID(high: 0, low: 0), count: size)
        arrivals = ContiguousArray(repeating: filler, count: size)
        var slots = 128
        while slots < size * 2 { slots *= 2 }
        table = ContiguousArray(repeating: 0, count: slots)
        head = 0
        count = 0
        // None of them has expired, as those would have made room; so each is in the table, and once only.
        for index in keptIDs.indices { append(keptIDs[index], now: keptArrivals[index]) }
    }

    // MARK: - Table

    private func home(of id: EventID) -> Int {
        let product = (id.high ^ firstKey).multipliedFullWidth(by: id.low ^ secondKey)
        return Int(truncatingIfNeeded: product.high ^ product.low) & (table.count &- 1)
    }

    private func next(_ slot: Int) -> Int {
        (slot &+ 1) & (table.count &- 1)
    }

    private func slot(of id: EventID) -> Int? {
        var slot = home(of: id)
        while table[slot] != 0 {
            if ids[Int(table[slot] &- 1)] == id { return slot }
            slot = next(slot)
        }
        return nil
    }

    /// Empties a slot and moves back what had to sit behind it, so that probing needs no tombstones.
    private mutating func clear(_ cleared: Int) {
        var hole = cleared
        var slot = next(cleared)
        let mask = table.count &- 1
        while table[slot] != 0 {
            let home = home(of: ids[Int(table[slot] &- 1)])
            // Distances from the entry's home, around the ring: may it sit in the hole?
            if (hole &- home) & mask < (slot &- home) & mask {
                table[hole] = table[slot]
                hole = slot
            }
            slot = next(slot)
        }
        table[hole] = 0
    }
}
