/// Keeps a copy of what is in an ``OfflineQueue``, so that it outlives the queue.
///
/// The queue keeps everything in memory as well and reads the store only at its start, so a store may
/// write behind, on a thread of its own. Calls come in order, from wherever the queue is used; they should
/// not block. A store that fails to write reports it by its own means: the queue goes on in memory.
///
/// ```swift
/// final class Journal: OfflineStore {
///     let lines = Mutex<[String]>([])
///
///     func save(_ entry: OfflineEntry<String, String>) {
///         lines.withLock { $0.append("save \(entry.id): \(entry.message)") }
///     }
///
///     func remove(_ id: String) { lines.withLock { $0.append("remove \(id)") } }
///     func load(now: ContinuousClock.Instant) -> [OfflineEntry<String, String>] { [] }
/// }
/// let journal = Journal()
/// var queue = try OfflineQueue(store: journal, now: now)
/// ```
public protocol OfflineStore<ID, Message>: Sendable {
    associatedtype ID: Hashable & Sendable
    associatedtype Message: Sendable

    /// Keeps `entry`, in place of one of the same id.
    func save(_ entry: OfflineEntry<ID, Message>)

    /// Drops the entry of this id, if there is one.
    func remove(_ id: ID)

    /// Everything kept, in any order.
    ///
    /// - Parameter now: What ``OfflineEntry/queuedAt`` is to be reckoned from.
    func load(now: ContinuousClock.Instant) throws -> [OfflineEntry<ID, Message>]
}
