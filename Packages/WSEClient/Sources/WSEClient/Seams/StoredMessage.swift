import WSEResilience
import WSETransport

/// A message in an offline store: what is to be sent, as it is before a connection encrypts or compresses it.
///
/// A durable store is a type of the application's that conforms to `OfflineStore`, from WSEResilience, for these; see
/// ``WSEConfiguration/offlineStore``.
public struct WSEStoredMessage: Sendable, Hashable {
    /// Whether it goes as a binary message.
    public var isBinary: Bool
    /// The whole message, as JSON in UTF-8 or as MessagePack.
    public var bytes: [UInt8]

    /// A message as a store gives it back.
    public init(isBinary: Bool, bytes: [UInt8]) {
        self.isBinary = isBinary
        self.bytes = bytes
    }
}

/// An application's store, for what the outbox keeps.
struct OutboxStore: OfflineStore {
    let store: any OfflineStore<String, WSEStoredMessage>

    func save(_ entry: OfflineEntry<String, OutboundMessage>) {
        let message = WSEStoredMessage(isBinary: entry.message.kind == .binary, bytes: entry.message.bytes)
        store.save(
            OfflineEntry(
                id: entry.id, message: message, priority: entry.priority, order: entry.order,
                queuedAt: entry.queuedAt))
    }

    func remove(_ id: String) {
        store.remove(id)
    }

    func load(now: ContinuousClock.Instant) throws -> [OfflineEntry<String, OutboundMessage>] {
        try store.load(now: now).map { entry in
            var message = OutboundMessage(
                id: entry.id, kind: entry.message.isBinary ? .binary : .text, bytes: entry.message.bytes,
                priority: entry.priority)
            message.isKept = true
            return OfflineEntry(
                id: entry.id, message: message, priority: entry.priority, order: entry.order,
                queuedAt: entry.queuedAt)
        }
    }
}
