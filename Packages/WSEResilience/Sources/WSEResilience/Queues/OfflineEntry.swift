/// A message in an ``OfflineQueue``.
///
/// ```swift
/// while let entry = queue.takeFirst(now: now) {
///     if send(entry.message) { queue.confirm(entry.id) } else { queue.putBack(entry.id) }
/// }
/// ```
public struct OfflineEntry<ID: Hashable & Sendable, Message: Sendable>: Sendable {
    /// Names the message through all attempts to send it.
    public let id: ID
    /// What is to be sent.
    public var message: Message
    /// Higher goes first.
    public var priority: Int
    /// Where it stands among those of its priority; unique in a queue and ascending in order of arrival.
    public let order: UInt64
    /// When it was queued first. A durable store converts it to and from the time of day, as instants do not
    /// outlive the system's uptime.
    public let queuedAt: ContinuousClock.Instant

    /// An entry as a store gives it back.
    @inlinable
    public init(id: ID, message: Message, priority: Int, order: UInt64, queuedAt: ContinuousClock.Instant) {
        self.id = id
        self.message = message
        self.priority = priority
        self.order = order
        self.queuedAt = queuedAt
    }
}

extension OfflineEntry: Equatable where Message: Equatable {}
