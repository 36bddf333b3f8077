/// Keeps messages while there is no connection, to send them when there is one again.
///
/// ```swift
/// var queue = OfflineQueue<String, String>(.init(capacity: 1000, lifetime: .seconds(3600)))
/// queue.add("log line", id: "m1", priority: 1, now: now)
/// queue.add("order", id: "m2", priority: 10, now: now)
/// queue.add("order, corrected", id: "m2", priority: 10, now: now)
///
/// for entry in queue.removeExpired(now: now) { print("too old:", entry.id) }
/// while let entry = queue.takeFirst(now: now) {
///     if send(entry.message) { queue.confirm(entry.id) } else { queue.putBack(entry.id) }
/// }
/// ```
///
/// - **Order**: higher priority first, within one in order of arrival. A message put back stands where it stood.
/// - **One slot per id**: adding an id again replaces the message and keeps its place and its age. One that waits and
///   is too old already is dropped first, so that the new message does not vanish with it. One that is taken is sent as it
///   was, and the new message waits behind that.
/// - **Expiry**: a message older than ``Configuration/lifetime`` is not sent any more.
/// - **Bound**: a full queue drops what is expired; failing that, the oldest message of the lowest priority,
///   unless the new one's priority is lower still: then that is refused. Messages taken and not yet removed or
///   put back count, but are never dropped.
///
/// Nothing vanishes silently: whatever is dropped is returned. A taken message stays in the store until
/// ``confirm(_:)``, so a crash in between sends it again rather than never.
///
/// A value type without a clock. Copies share the store; without one, they are independent.
public struct OfflineQueue<ID: Hashable & Sendable, Message: Sendable>: Sendable {
    /// A message and what the queue knows of it.
    public typealias Entry = OfflineEntry<ID, Message>

    /// What an ``OfflineQueue`` works with.
    public struct Configuration: Sendable, Hashable {
        /// Most messages kept. Default: 1000; at least 1.
        public var capacity: Int
        /// How long a message is kept. Default: 1 h.
        public var lifetime: Duration

        /// The defaults, but for what is given.
        public init(capacity: Int = 1000, lifetime: Duration = .seconds(3600)) {
            self.capacity = max(capacity, 1)
            self.lifetime = lifetime.bounded
        }
    }

    /// What became of an added message, and what had to go for it.
    public struct Addition: Sendable {
        /// How an addition ended.
        public enum Outcome: Sendable, Hashable {
            /// It has a new slot.
            case added
            /// It took over the slot of its id.
            case replaced
            /// The queue is full of messages at least as important.
            case refused
        }

        /// What became of the message.
        public let outcome: Outcome
        /// Dropped as too old.
        public let expired: [Entry]
        /// Dropped to make room.
        public let evicted: Entry?

        @inlinable
        init(outcome: Outcome, expired: [Entry], evicted: Entry?) {
            self.outcome = outcome
            self.expired = expired
            self.evicted = evicted
        }
    }

    @usableFromInline
    struct Slot: Sendable {
        @usableFromInline var entry: Entry
        /// Where it stands in `waiting`; `nil` while it is taken.
        @usableFromInline var index: Int?
        /// Whether a newer message came while it was taken.
        @usableFromInline var isRenewed = false

        @inlinable
        init(entry: Entry, index: Int?) {
            self.entry = entry
            self.index = index
        }
    }

    /// What it works with.
    public let configuration: Configuration

    @usableFromInline var slots: [ID: Slot] = [:]
    @usableFromInline var waiting = PriorityLists<ID>()
    @usableFromInline var lastOrder: UInt64 = 0
    @usableFromInline let store: (any OfflineStore<ID, Message>)?

    /// An empty queue in memory.
    public init(_ configuration: Configuration = Configuration()) {
        // Values assigned since its `init` have not been held to their limits.
        self.configuration = Configuration(
            capacity: configuration.capacity, lifetime: configuration.lifetime)
        store = nil
    }

    /// A queue of what the store holds, kept there from now on.
    ///
    /// Entries that are too old come out of ``removeExpired(now:)``; those above the capacity are kept until
    /// additions push them out.
    ///
    /// - Throws: what the store throws when it is read.
    public init(
        _ configuration: Configuration = Configuration(), store: any OfflineStore<ID, Message>,
        now: ContinuousClock.Instant
    ) throws {
        // Values assigned since its `init` have not been held to their limits.
        self.configuration = Configuration(
            capacity: configuration.capacity, lifetime: configuration.lifetime)
        self.store = store
        for entry in try store.load(now: now).sorted(by: { $0.order < $1.order }) {
            lastOrder = max(lastOrder, entry.order)
            guard slots[entry.id] == nil else { continue }
            let index = waiting.insert(entry.id, priority: entry.priority, order: entry.order)
            slots[entry.id] = Slot(entry: entry, index: index)
        }
    }

    /// How many messages it keeps, taken ones included.
    @inlinable public var count: Int { slots.count }
    /// Whether it keeps none.
    @inlinable public var isEmpty: Bool { slots.isEmpty }
    /// How many messages are neither taken nor gone.
    @inlinable public var waitingCount: Int { waiting.count }

    /// Adds a message, or replaces the one of the same id.
    @inlinable
    @discardableResult
    public mutating func add(
        _ message: Message, id: ID, priority: Int, now: ContinuousClock.Instant
    ) -> Addition {
        var expired: [Entry] = []
        if let slot = slots[id] {
            guard slot.index != nil, isExpired(slot.entry, now: now) else {
                replace(message, id: id, priority: priority)
                return Addition(outcome: .replaced, expired: [], evicted: nil)
            }
            expired.append(slot.entry)
            remove(id)
        }
        if slots.count >= configuration.capacity { expired += removeExpired(now: now) }
        var evicted: Entry?
        if slots.count >= configuration.capacity {
            guard let lowest = waiting.levels.last, lowest.priority <= priority,
                let victim = waiting[lowest.head]?.value
            else { return Addition(outcome: .refused, expired: expired, evicted: nil) }
            evicted = remove(victim)
        }
        lastOrder &+= 1
        let entry = Entry(id: id, message: message, priority: priority, order: lastOrder, queuedAt: now)
        slots[id] = Slot(entry: entry, index: waiting.insert(id, priority: priority, order: lastOrder))
        store?.save(entry)
        return Addition(outcome: .added, expired: expired, evicted: evicted)
    }

    /// Takes the message whose turn it is, leaving out expired ones; nobody else gets it until it is put back.
    @inlinable
    public mutating func takeFirst(now: ContinuousClock.Instant) -> Entry? {
        var found: ID?
        waiting.forEach { _, node in
            guard let entry = slots[node.value]?.entry, !isExpired(entry, now: now) else { return true }
            found = node.value
            return false
        }
        guard let found, let index = slots[found]?.index else { return nil }
        waiting.remove(index)
        slots[found]?.index = nil
        slots[found]?.isRenewed = false
        return slots[found]?.entry
    }

    /// Returns a taken message to its place.
    @inlinable
    public mutating func putBack(_ id: ID) {
        guard let slot = slots[id], slot.index == nil else { return }
        slots[id]?.index = waiting.insert(id, priority: slot.entry.priority, order: slot.entry.order)
        slots[id]?.isRenewed = false
    }

    /// Returns all taken messages to their places, as when the connection was lost before they were confirmed.
    @inlinable
    public mutating func putBackAll() {
        for (id, slot) in slots where slot.index == nil { putBack(id) }
    }

    /// Ends a taken message: it was sent. A newer one of its id, added since, waits in its place now.
    @inlinable
    public mutating func confirm(_ id: ID) {
        if slots[id]?.isRenewed == true { putBack(id) } else { remove(id) }
    }

    /// Ends the message of this id, whichever is the newest: it is not to be sent.
    @inlinable
    @discardableResult
    public mutating func remove(_ id: ID) -> Entry? {
        guard let slot = slots.removeValue(forKey: id) else { return nil }
        if let index = slot.index { waiting.remove(index) }
        store?.remove(id)
        return slot.entry
    }

    /// Ends all messages that are too old, and returns them in order; taken ones stay.
    @inlinable
    public mutating func removeExpired(now: ContinuousClock.Instant) -> [Entry] {
        var expired: [Entry] = []
        for level in waiting.levels {
            var current: Int? = level.head
            while let index = current, let node = waiting[index], let entry = slots[node.value]?.entry {
                guard isExpired(entry, now: now) else { break }
                expired.append(entry)
                current = node.next
            }
        }
        for entry in expired { remove(entry.id) }
        return expired
    }

    /// When the next message expires, if any waits.
    @inlinable public var nextExpiry: ContinuousClock.Instant? {
        waiting.levels.compactMap { level -> ContinuousClock.Instant? in
            guard let id = waiting[level.head]?.value else { return nil }
            return slots[id]?.entry.queuedAt.advanced(by: configuration.lifetime)
        }.min()
    }

    /// The messages that wait, in the order in which they would be taken.
    @inlinable public var entries: [Entry] {
        var entries: [Entry] = []
        waiting.forEach { _, node in
            if let entry = slots[node.value]?.entry { entries.append(entry) }
            return true
        }
        return entries
    }

    @inlinable
    func isExpired(_ entry: Entry, now: ContinuousClock.Instant) -> Bool {
        entry.queuedAt.advanced(by: configuration.lifetime) <= now
    }

    /// Puts a newer message into the slot; with another priority it takes the place of its age there.
    @inlinable
    mutating func replace(_ message: Message, id: ID, priority: Int) {
        guard var slot = slots[id] else { return }
        slot.entry.message = message
        if let index = slot.index, slot.entry.priority != priority {
            waiting.remove(index)
            slot.index = waiting.insert(id, priority: priority, order: slot.entry.order)
        }
        slot.entry.priority = priority
        slot.isRenewed = slot.index == nil
        slots[id] = slot
        store?.save(slot.entry)
    }
}
