extension EventStorage {
    /// Copies an envelope in MessagePack, validates it and finds its fields.
    static func messagePack(
        _ bytes: UnsafeRawBufferPointer, maximumDepth: Int, in memory: inout DecoderMemory
    ) throws(WireError) -> EventStorage {
        let spare = memory.spare.take(forByteCount: bytes.count)
        return try make(copying: bytes, into: spare) { (header, base, count) throws(WireError) in
            var scanner = MessagePackScanner(base: base, count: count, position: 0)
            let fields = try scanner.scanEnvelope(maximumDepth: maximumDepth)
            try header.fill(messagePack: fields, base: base, count: count, table: &memory.strings)
        }
    }
}

extension EventHeader {
    fileprivate mutating func fill(
        messagePack fields: EnvelopeFields, base: UnsafePointer<UInt8>, count: Int,
        table: inout InternTable
    ) throws(WireError) {
        func text(_ start: UInt32) -> UnsafeRawBufferPointer? {
            guard start != 0 else { return nil }
            var reader = MessagePackReader(base: base, position: Int(start))
            return reader.readStringBytes()
        }
        guard let type = text(fields.type) else { throw JSONFailure(.missingType, at: 0).wireError }
        share(type: type, topic: text(fields.topic), epoch: text(fields.epoch), table: &table)
        locate(fields, count: count)
        encoding = .messagePack
        category =
            fields.category == 0 ? .none : Category(messagePack: base, at: Int(fields.category))
        version = EventHeader.narrow(messagePack: base, fields.version)
        priority = EventHeader.narrow(messagePack: base, fields.priority)
        hasOffset = fields.offset != 0
        offset = 0
        if hasOffset {
            switch MessagePackReader.number(base: base, at: Int(fields.offset)) {
            case .int(let value) where value >= 0: offset = UInt64(value)
            case .uint(let value): offset = value
            default: throw JSONFailure(.offsetOutOfRange, at: Int(fields.offset)).wireError
            }
        }
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
