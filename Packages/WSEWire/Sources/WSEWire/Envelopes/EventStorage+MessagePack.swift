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
        func text(_ start: UInt32) -> UnsafeRawBufferPointer? {
            guard start != 0 else { return nil }
            var reader = MessagePackReader(base: base, position: Int(start))
            return reader.readStringBytes()
        }
        guard let type = text(fields.type) else { throw JSONFailure(.missingType, at: 0).wireError }
        let shared = table.intern(type: type, topic: text(fields.topic), epoch: text(fields.epoch))
        var offset: UInt64 = 0
        if fields.offset != 0 {
            switch MessagePackReader.number(base: base, at: Int(fields.offset)) {
            case .int(let value) where value >= 0: offset = UInt64(value)
            case .uint(let value): offset = value
            default: throw JSONFailure(.offsetOutOfRange, at: Int(fields.offset)).wireError
            }
        }
        self.init(
            shared: shared,
            offset: offset,
            count: UInt32(truncatingIfNeeded: count),
            payloadStart: fields.payload,
            payloadEnd: fields.payloadEnd,
            idStart: fields.id,
            timestampStart: fields.timestamp,
            correlationStart: fields.correlation,
            signatureStart: fields.signature,
            sequenceStart: fields.sequence,
            encoding: .messagePack,
            category: fields.category == 0
                ? .none : Category(messagePack: base, at: Int(fields.category)),
            hasOffset: fields.offset != 0,
            version: EventHeader.narrow(messagePack: base, fields.version),
            priority: EventHeader.narrow(messagePack: base, fields.priority), wrapper: shared.type.wrapper)
    }

    private static func narrow(messagePack base: UnsafePointer<UInt8>, _ start: UInt32) -> UInt8 {
        guard start != 0 else { return 0 }
        guard case .int(let value) = MessagePackReader.number(base: base, at: Int(start)), value > 0,
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
