extension EventStorage {
    /// Copies an envelope in JSON, validates it and finds its fields.
    @inline(__always)
    static func json(
        _ bytes: UnsafeRawBufferPointer, prefix: EventHeader.Category, maximumDepth: Int,
        in memory: inout DecoderMemory
    ) throws(WireError) -> EventStorage {
        do throws(JSONFailure) {
            let spare = memory.spare.take(forByteCount: bytes.count)
            return try make(copying: bytes, into: spare) { (header, base, count) throws(JSONFailure) in
                let scanner = JSONScanner(base: base, count: count)
                let fields = try scanner.scanEnvelope(maximumDepth: maximumDepth)
                try header.fill(fields, base: base, count: count, prefix: prefix, table: &memory.strings)
            }
        } catch {
            throw error.wireError
        }
    }

    /// Copies an envelope in JSON of which a scan has found the fields.
    static func json(
        _ bytes: UnsafeRawBufferPointer, fields: EnvelopeFields, in memory: inout DecoderMemory
    ) throws(WireError) -> EventStorage {
        do throws(JSONFailure) {
            let spare = memory.spare.take(forByteCount: bytes.count)
            return try make(copying: bytes, into: spare) { (header, base, count) throws(JSONFailure) in
                try header.fill(fields, base: base, count: count, prefix: .none, table: &memory.strings)
            }
        } catch {
            throw error.wireError
        }
    }
}

extension EventHeader {
    @inline(__always)
    fileprivate mutating func fill(
        _ fields: EnvelopeFields, base: UnsafePointer<UInt8>, count: Int, prefix: Category,
        table: inout InternTable
    ) throws(JSONFailure) {
        guard fields.type != 0 else { throw JSONFailure(.missingType, at: 0) }
        share(fields, base: base, table: &table)
        locate(fields, count: count)
        encoding = .json
        category =
            fields.category == 0 ? prefix : Category(base: base, openingQuote: Int(fields.category))
        version = EventHeader.narrow(base, fields.version)
        priority = EventHeader.narrow(base, fields.priority)
        hasOffset = fields.offset != 0
        offset = 0
        if hasOffset {
            guard let offset = JSONNumber.integer(base: base, start: Int(fields.offset)).magnitude,
                base[Int(fields.offset)] != UInt8(ascii: "-")
            else { throw JSONFailure(.offsetOutOfRange, at: Int(fields.offset)) }
            self.offset = offset
        }
    }

    @inline(__always)
    private mutating func share(
        _ fields: EnvelopeFields, base: UnsafePointer<UInt8>, table: inout InternTable
    ) {
        let hasEscapes =
            fields.typeEnd == 0 || (fields.topicEnd == 0 && fields.topic != 0)
            || (fields.epochEnd == 0 && fields.epoch != 0)
        guard !hasEscapes else {
            set(shared: EventHeader.sharedUnescaped(fields, base: base, table: &table))
            return
        }
        func text(_ openingQuote: UInt32, _ end: UInt32) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(
                start: base + Int(openingQuote) + 1, count: Int(end &- openingQuote &- 2))
        }
        share(
            type: text(fields.type, fields.typeEnd),
            topic: fields.topic == 0 ? nil : text(fields.topic, fields.topicEnd),
            epoch: fields.epoch == 0 ? nil : text(fields.epoch, fields.epochEnd), table: &table)
    }

    /// The same for strings of which any has escapes.
    @inline(never)
    private static func sharedUnescaped(
        _ fields: EnvelopeFields, base: UnsafePointer<UInt8>, table: inout InternTable
    ) -> SharedStrings {
        // One after the other in one block, so that all three can be lent out together.
        var bytes: [UInt8] = []
        func append(_ openingQuote: UInt32) -> Range<Int>? {
            guard openingQuote != 0 else { return nil }
            let start = bytes.count
            bytes += JSONString.string(base: base, openingQuote: Int(openingQuote)).utf8
            return start..<bytes.count
        }
        let type = append(fields.type) ?? 0..<0
        let (topic, epoch) = (append(fields.topic), append(fields.epoch))
        return bytes.withUnsafeBytes { bytes in
            func text(_ range: Range<Int>) -> UnsafeRawBufferPointer {
                UnsafeRawBufferPointer(rebasing: bytes[range])
            }
            return table.intern(type: text(type), topic: topic.map(text), epoch: epoch.map(text))
        }
    }

    /// A small positive number itself, 0 for an absent one, ``wide`` for all others.
    @inline(__always)
    private static func narrow(_ base: UnsafePointer<UInt8>, _ start: UInt32) -> UInt8 {
        guard start != 0 else { return 0 }
        // Most are one digit.
        let digit = base[Int(start)] &- UInt8(ascii: "0")
        if digit &- 1 < 9, base[Int(start) &+ 1] &- UInt8(ascii: "0") > 9 { return digit }
        guard base[Int(start)] != UInt8(ascii: "-"),
            let value = JSONNumber.integer(base: base, start: Int(start)).magnitude, value > 0,
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
