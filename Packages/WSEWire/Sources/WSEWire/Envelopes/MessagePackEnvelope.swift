extension MessagePackScanner {
    /// Validates a whole envelope and finds its fields.
    mutating func scanEnvelope(maximumDepth: Int) throws(WireError) -> EnvelopeFields {
        var fields = EnvelopeFields()
        let head = MessagePackHead(base: base, at: position)
        guard count > 0, head.kind == .map else {
            throw WireError(.invalidEnvelope, "the message is not a MessagePack map", byteOffset: position)
        }
        guard head.size <= count &- position else { throw truncated() }
        position &+= head.size
        for _ in 0..<head.count {
            let (key, isLong) = try scanKey(maximumDepth: maximumDepth)
            let start = position
            let isNull = try scanValue(of: key, maximumDepth: maximumDepth)
            fields.set(
                key, isLong: isLong, start: isNull ? 0 : UInt32(truncatingIfNeeded: start),
                end: UInt32(truncatingIfNeeded: position))
        }
        try expectEnd()
        return fields
    }

    @inline(__always)
    private mutating func scanKey(maximumDepth: Int) throws(WireError) -> (key: EnvelopeKey, isLong: Bool) {
        guard position < count else { throw truncated() }
        let start = position
        // Letters of up to three bytes, with the quote that ends them in JSON: one way to tell keys apart.
        let length = Int(base[start] &- 0xA0)
        if length <= 3, start &+ 1 &+ length <= count {
            let shift = UInt64(length &* 8)
            let letters = UInt64(
                littleEndian: UnsafeRawPointer(base + start + 1).loadUnaligned(as: UInt64.self))
            let word = letters & (1 &<< shift &- 1) | 0x22 &<< shift
            let (key, keyLength) = EnvelopeKey.short(word)
            if key != .unknown, keyLength == length {
                position = start &+ 1 &+ length
                return (key, false)
            }
        }
        try skipValue(depth: 1, maximumDepth: maximumDepth)
        var reader = MessagePackReader(base: base, position: start)
        let head = reader.head()
        guard head.kind == .string else {
            throw WireError(.invalidMessagePack, "a map key that is not a string", byteOffset: start)
        }
        guard head.count <= 20 else { return (.unknown, false) }
        return EnvelopeKey.named(reader.readString())
    }

    /// Skips the value of an envelope field and checks its type.
    ///
    /// - Returns: Whether it is a nil that stands for an absent field; a payload may be nil.
    @inline(__always)
    private mutating func scanValue(of key: EnvelopeKey, maximumDepth: Int) throws(WireError) -> Bool {
        guard position < count else { throw truncated() }
        let start = position
        let head = MessagePackHead(base: base, at: start)
        try skipValue(depth: 1, maximumDepth: maximumDepth)
        if key.kind == .any { return false }
        if head.kind == .null { return true }
        switch key.kind {
        case .integer:
            guard head.kind == .signed || head.kind == .unsigned else {
                throw WireError(
                    .invalidEnvelope, "this envelope field must be an integer", byteOffset: start)
            }
        case .number:
            guard [.signed, .unsigned, .float, .double].contains(head.kind) else {
                throw WireError(.invalidEnvelope, "this envelope field must be a number", byteOffset: start)
            }
        case .text, .any:
            guard head.kind == .string else {
                throw WireError(
                    .invalidEnvelope, "this envelope field must be a string", byteOffset: start)
            }
        }
        return false
    }

    private func truncated() -> WireError {
        WireError(.invalidMessagePack, "the bytes end in the middle of a value", byteOffset: position)
    }
}
