/// One event: a reference to its bytes and to where the fields are in them.
///
/// Copying an event copies one reference. Fields become Swift values when asked for; types, topics and epochs
/// are shared between the events of one decoder. The payload was validated when the event was decoded and is
/// read on demand.
public struct WSEEvent: Sendable {
    // Immutable once made; see EventStorage.
    nonisolated(unsafe) let storage: EventStorage

    init(storage: EventStorage) {
        self.storage = storage
    }

    /// What kind of event it is, such as `price_update` (`t`).
    public var type: String { storage.fields.shared.type.string }

    /// The same, without a copy and with a ready hash.
    public var internedType: InternedString { InternedString(storage: storage.fields.shared.type) }

    /// What the event carries (`p`); `null` if the envelope has none.
    public var payload: WSEPayload { WSEPayload(event: storage) }

    /// The message id (`id`), a UUID v7 from servers; any string is legal.
    public var id: String? { string(at: storage.fields.idStart) }

    /// The server's process-wide counter (`seq`). Not an order for a connection or a topic.
    public var sequence: Int64? {
        let start = storage.fields.sequenceStart
        return start == 0 ? nil : integer(at: Int(start))
    }

    /// When the server made the event (`ts`), as ISO 8601 text.
    public var timestamp: String? { string(at: storage.fields.timestampStart) }

    /// The protocol version (`v`); 1 where the envelope does not say.
    public var version: Int {
        switch storage.fields.version {
        case 0: 1
        case EventHeader.wide: rescanned(\.version).flatMap { integer(at: $0) } ?? 1
        case let version: Int(version)
        }
    }

    /// The broad kind (`c`, or the prefix of the older dialect).
    public var category: MessageCategory? {
        switch storage.fields.category {
        case .none: nil
        case .system: .system
        case .snapshot: .snapshot
        case .update: .update
        case .other: rescanned(\.category).flatMap { string(at: UInt32($0)) }.map(MessageCategory.init)
        }
    }

    /// How urgent the sender thought it (`pri`).
    public var priority: MessagePriority? {
        switch storage.fields.priority {
        case 0: nil
        case EventHeader.wide:
            rescanned(\.priority).flatMap { integer(at: $0) }.map(MessagePriority.init)
        case let priority: MessagePriority(rawValue: Int(priority))
        }
    }

    /// Links a response to its request (`cid`).
    public var correlationID: String? { string(at: storage.fields.correlationStart) }

    /// The signature of the payload (`sig`).
    public var signature: String? { string(at: storage.fields.signatureStart) }

    /// The topic it was published to (`tp`); `nil` where the server puts none on: on what it sends to this connection
    /// alone, on presence, on what another node of a cluster published, and on everything of `wse-server` 2.0.1.
    public var topic: String? { storage.fields.shared.topic?.string }

    /// The life of the topic's history that ``offset`` counts in (`e`).
    public var epoch: String? { storage.fields.shared.epoch?.string }

    /// The position within the epoch (`o`), from 0.
    public var offset: UInt64? { storage.fields.hasOffset ? storage.fields.offset : nil }

    /// Topic, epoch and offset where all three are present.
    ///
    /// Of several stamps in one envelope the first wins: servers put theirs in front of what an application wrote, which
    /// may be an event that it received with a stamp of its own.
    public var stamp: RecoveryStamp? {
        guard storage.fields.hasOffset, let topic = storage.fields.shared.topic,
            let epoch = storage.fields.shared.epoch
        else {
            return nil
        }
        return RecoveryStamp(
            topic: InternedString(storage: topic), epoch: InternedString(storage: epoch),
            offset: storage.fields.offset)
    }

    /// How long the server worked on it, in milliseconds (`wse_processing_ms`).
    public var processingMilliseconds: Double? {
        guard let start = rescanned(\.processing) else { return nil }
        return switch number(at: start) {
        case .int(let value): Double(value)
        case .uint(let value): Double(value)
        case .double(let value): value
        }
    }

    /// Size of the envelope in bytes, inflated and decrypted.
    public var byteCount: Int { Int(storage.fields.count) }
}

extension WSEEvent: CustomStringConvertible {
    /// Type, topic and stamp; never the payload, which may be confidential.
    public var description: String {
        let stamp = stamp.map { " \($0)" } ?? ""
        return "WSEEvent(\(type)\(stamp), \(byteCount) bytes)"
    }
}

extension WSEEvent {
    private func string(at start: UInt32) -> String? {
        guard start != 0 else { return nil }
        return storage.withBytes { base, _ in
            switch storage.fields.encoding {
            case .json: return JSONString.string(base: base, openingQuote: Int(start))
            case .messagePack:
                var reader = MessagePackReader(base: base, position: Int(start))
                return reader.readString()
            }
        }
    }

    private func number(at start: Int) -> JSONNumber.Value {
        storage.withBytes { base, _ in
            switch storage.fields.encoding {
            case .json: JSONNumber.value(base: base, start: start)
            case .messagePack: MessagePackReader.number(base: base, at: start)
            }
        }
    }

    private func integer<Integer: FixedWidthInteger>(at start: Int) -> Integer? {
        switch number(at: start) {
        case .int(let value): Integer(exactly: value)
        case .uint(let value): Integer(exactly: value)
        case .double: nil
        }
    }

    /// Looks a rare field up again; the envelope was valid when it was decoded.
    private func rescanned(_ field: KeyPath<EnvelopeFields, UInt32>) -> Int? {
        storage.withBytes { base, count in
            let fields: EnvelopeFields?
            switch storage.fields.encoding {
            case .json:
                let scanner = JSONScanner(base: base, count: count)
                fields = try? scanner.scanEnvelope(maximumDepth: .max)
            case .messagePack:
                var scanner = MessagePackScanner(base: base, count: count, position: 0)
                fields = try? scanner.scanEnvelope(maximumDepth: .max)
            }
            guard let start = fields?[keyPath: field], start != 0 else { return nil }
            return Int(start)
        }
    }
}
