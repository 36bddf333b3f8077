extension EventStorage {
    /// Copies an envelope in JSON, validates it and finds its fields.
    @inline(__always)
    static func json(
        _ bytes: UnsafeRawBufferPointer, prefix: EventHeader.Category, maximumDepth: Int,
        table: inout InternTable
    ) throws(WireError) -> EventStorage {
        do throws(JSONFailure) {
            return try make(copying: bytes) { (base, count) throws(JSONFailure) in
                var scanner = JSONScanner(base: base, count: count)
                let fields = try scanner.scanEnvelope(maximumDepth: maximumDepth)
                return try EventHeader(fields, base: base, count: count, prefix: prefix, table: &table)
            }
        } catch {
            throw error.wireError
        }
    }
}

extension EventHeader {
    @inline(__always)
    fileprivate init(
        _ fields: EnvelopeFields, base: UnsafePointer<UInt8>, count: Int, prefix: Category,
        table: inout InternTable
    ) throws(JSONFailure) {
        guard fields.type != 0 else { throw JSONFailure(.missingType, at: 0) }
        self.init(
            type: EventHeader.intern(base, fields.type, fields.typeEnd, &table),
            topic: fields.topic == 0 ? nil : EventHeader.intern(base, fields.topic, fields.topicEnd, &table),
            epoch: fields.epoch == 0 ? nil : EventHeader.intern(base, fields.epoch, fields.epochEnd, &table),
            offset: 0,
            count: UInt32(truncatingIfNeeded: count),
            payloadStart: UInt32(truncatingIfNeeded: fields.payload),
            payloadEnd: UInt32(truncatingIfNeeded: fields.payloadEnd),
            idStart: UInt32(truncatingIfNeeded: fields.id),
            timestampStart: UInt32(truncatingIfNeeded: fields.timestamp),
            correlationStart: UInt32(truncatingIfNeeded: fields.correlation),
            signatureStart: UInt32(truncatingIfNeeded: fields.signature),
            sequenceStart: UInt32(truncatingIfNeeded: fields.sequence),
            encoding: .json,
            category: fields.category == 0 ? prefix : Category(base: base, openingQuote: fields.category),
            hasOffset: fields.offset != 0,
            version: EventHeader.narrow(base, fields.version),
            priority: EventHeader.narrow(base, fields.priority), wrapper: .none)
        wrapper = type.wrapper
        if fields.offset != 0 {
            guard let offset = JSONNumber.integer(base: base, start: fields.offset).magnitude,
                base[fields.offset] != UInt8(ascii: "-")
            else { throw JSONFailure(.offsetOutOfRange, at: fields.offset) }
            self.offset = offset
        }
    }

    @inline(__always)
    private static func intern(
        _ base: UnsafePointer<UInt8>, _ openingQuote: Int, _ end: Int, _ table: inout InternTable
    ) -> InternedString.Storage {
        guard end == 0 else {
            let count = end &- openingQuote &- 2
            return table.intern(UnsafeRawBufferPointer(start: base + openingQuote + 1, count: count))
        }
        let (bytes, hasEscapes) = JSONString.span(base: base, openingQuote: openingQuote)
        guard hasEscapes else { return table.intern(bytes) }
        let text = Array(JSONString.string(base: base, openingQuote: openingQuote).utf8)
        return text.withUnsafeBytes { table.intern($0) }
    }

    /// A small positive number itself, 0 for an absent one, ``wide`` for all others.
    @inline(__always)
    private static func narrow(_ base: UnsafePointer<UInt8>, _ start: Int) -> UInt8 {
        guard start != 0 else { return 0 }
        guard base[start] != UInt8(ascii: "-"),
            let value = JSONNumber.integer(base: base, start: start).magnitude, value > 0,
            value < UInt64(wide)
        else { return wide }
        return UInt8(truncatingIfNeeded: value)
    }
}

extension EventHeader.Category {
    @inline(__always)
    fileprivate init(base: UnsafePointer<UInt8>, openingQuote: Int) {
        let text = base + openingQuote + 1
        if text[0] == UInt8(ascii: "U"), text[1] == UInt8(ascii: "\"") {
            self = .update
        } else if text[0] == UInt8(ascii: "S"), text[1] == UInt8(ascii: "\"") {
            self = .snapshot
        } else if text[0] == UInt8(ascii: "W"), text[1] == UInt8(ascii: "S"), text[2] == UInt8(ascii: "E"),
            text[3] == UInt8(ascii: "\"")
        {
            self = .system
        } else {
            self = .other
        }
    }
}
