extension EventStorage {
    /// Copies an envelope in MessagePack, validates it and finds its fields.
    static func messagePack(
        _ bytes: UnsafeRawBufferPointer, maximumDepth: Int, table: inout InternTable
    ) throws(WireError) -> EventStorage {
        try make(copying: bytes) { (base, count) throws(WireError) in
            var scanner = MessagePackScanner(base: base, count: count, position: 0)
            let fields = try scanner.scanEnvelope(maximumDepth: maximumDepth)
            return try EventHeader(messagePack: fields, base: base, count: count, table: &table)
        }
    }
}

extension EventHeader {
    fileprivate init(
        messagePack fields: EnvelopeFields, base: UnsafePointer<UInt8>, count: Int,
        table: inout InternTable
    ) throws(WireError) {
        guard fields.type != 0 else { throw JSONFailure(.missingType, at: 0).wireError }
        func intern(_ start: Int) -> InternedString.Storage {
            var reader = MessagePackReader(base: base, position: start)
            return table.intern(reader.readStringBytes())
        }
        var offset: UInt64 = 0
        if fields.offset != 0 {
            switch MessagePackReader.number(base: base, at: fields.offset) {
            case .int(let value) where value >= 0: offset = UInt64(value)
            case .uint(let value): offset = value
            default: throw JSONFailure(.offsetOutOfRange, at: fields.offset).wireError
            }
        }
        self.init(
            type: intern(fields.type),
            topic: fields.topic == 0 ? nil : intern(fields.topic),
            epoch: fields.epoch == 0 ? nil : intern(fields.epoch),
            offset: offset,
            count: UInt32(truncatingIfNeeded: count),
            payloadStart: UInt32(truncatingIfNeeded: fields.payload),
            payloadEnd: UInt32(truncatingIfNeeded: fields.payloadEnd),
            idStart: UInt32(truncatingIfNeeded: fields.id),
            timestampStart: UInt32(truncatingIfNeeded: fields.timestamp),
            correlationStart: UInt32(truncatingIfNeeded: fields.correlation),
            signatureStart: UInt32(truncatingIfNeeded: fields.signature),
            sequenceStart: UInt32(truncatingIfNeeded: fields.sequence),
            encoding: .messagePack,
            category: fields.category == 0
                ? .none : Category(messagePack: base, at: fields.category),
            hasOffset: fields.offset != 0,
            version: EventHeader.narrow(messagePack: base, fields.version),
            priority: EventHeader.narrow(messagePack: base, fields.priority), wrapper: .none)
        wrapper = type.wrapper
    }

    private static func narrow(messagePack base: UnsafePointer<UInt8>, _ start: Int) -> UInt8 {
        guard start != 0 else { return 0 }
        guard case .int(let value) = MessagePackReader.number(base: base, at: start), value > 0,
            value < Int64(wide)
        else { return wide }
        return UInt8(truncatingIfNeeded: value)
    }
}

extension EventHeader.Category {
    fileprivate init(messagePack base: UnsafePointer<UInt8>, at start: Int) {
        var reader = MessagePackReader(base: base, position: start)
        let name = reader.readStringBytes()
        if name.elementsEqual("U".utf8) {
            self = .update
        } else if name.elementsEqual("S".utf8) {
            self = .snapshot
        } else {
            self = name.elementsEqual("WSE".utf8) ? .system : .other
        }
    }
}
