import Synchronization

/// An ``OfflineStore`` that outlives its queue, but not the process: for tests, and for queues that come and go.
///
/// ```swift
/// let store = MemoryOfflineStore<String, String>()
/// var queue = try OfflineQueue(store: store, now: now)
/// queue.add("order", id: "m1", priority: 10, now: now)
/// let restored = try OfflineQueue(store: store, now: now)
/// print(restored.count)  // 1
/// ```
public final class MemoryOfflineStore<ID: Hashable & Sendable, Message: Sendable>: OfflineStore {
    private let entries = Mutex<[ID: OfflineEntry<ID, Message>]>([:])

    /// An empty store.
    public init() {}

    /// Keeps `entry`, in place of one of the same id.
    public func save(_ entry: OfflineEntry<ID, Message>) {
        entries.withLock { $0[entry.id] = entry }
    }

    /// Drops the entry of this id, if there is one.
    public func remove(_ id: ID) {
        entries.withLock { $0[id] = nil }
    }

    /// Everything kept, in any order.
    public func load(now: ContinuousClock.Instant) -> [OfflineEntry<ID, Message>] {
        entries.withLock { Array($0.values) }
    }
}
