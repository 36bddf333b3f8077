extension JSONScanner {
    /// Validates a whole envelope and finds its fields.
    mutating func scanEnvelope(maximumDepth: Int) throws(JSONFailure) -> EnvelopeFields {
        var fields = EnvelopeFields()
        skipWhitespace()
        guard byte == UInt8(ascii: "{") else { throw failure(.notAnObject) }
        position &+= 1
        skipWhitespace()
        if byte == UInt8(ascii: "}") {
            position &+= 1
        } else {
            while true {
                guard byte == UInt8(ascii: "\"") else { throw failure(.expectedKey) }
                try scanMember(&fields, maximumDepth: maximumDepth)
                skipWhitespace()
                if byte == UInt8(ascii: ",") {
                    position &+= 1
                    skipWhitespace()
                } else if byte == UInt8(ascii: "}") {
                    position &+= 1
                    break
                } else {
                    throw failure(.expectedCommaOrEnd)
                }
            }
        }
        try expectEnd()
        return fields
    }

    /// A key and its value, told apart by the letters of the short names and the quote behind them: one jump for
    /// each member.
    @inline(__always)
    private mutating func scanMember(
        _ fields: inout EnvelopeFields, maximumDepth: Int
    ) throws(JSONFailure) {
        let word = word(at: position &+ 1)
        switch word & 0xFFFF {
        case 0x2263: fields.category = try scanTextField(keySize: 3).start  // c"
        case 0x2274:  // t"
            (fields.type, fields.typeEnd) = try scanTextField(keySize: 3)
            fields.claim(.type)
        case 0x2270:  // p"
            position &+= 3
            try skipColon()
            fields.payload = position
            try skipValue(depth: 1, maximumDepth: maximumDepth)
            fields.payloadEnd = position
            fields.claim(.payload)
        case 0x2276: fields.version = try scanIntegerField(keySize: 3)  // v"
        case 0x2265:  // e"
            (fields.epoch, fields.epochEnd) = try scanTextField(keySize: 3)
            fields.claim(.epoch)
        case 0x226F:  // o"
            fields.offset = try scanIntegerField(keySize: 3)
            fields.claim(.offset)
        default:
            switch word & 0xFFFF_FFFF {
            case 0x2271_6573: fields.sequence = try scanIntegerField(keySize: 5)  // seq"
            case 0x2269_7270: fields.priority = try scanIntegerField(keySize: 5)  // pri"
            case 0x2264_6963: fields.correlation = try scanTextField(keySize: 5).start  // cid"
            case 0x2267_6973: fields.signature = try scanTextField(keySize: 5).start  // sig"
            default:
                switch word & 0xFF_FFFF {
                case 0x22_6469: fields.id = try scanTextField(keySize: 4).start  // id"
                case 0x22_7374: fields.timestamp = try scanTextField(keySize: 4).start  // ts"
                case 0x22_7074:  // tp"
                    (fields.topic, fields.topicEnd) = try scanTextField(keySize: 4)
                    fields.claim(.topic)
                default: try scanUncommonMember(&fields, maximumDepth: maximumDepth)
                }
            }
        }
    }

    /// A key of `keySize` bytes with its quotes, and a string or `null`.
    ///
    /// - Returns: Where the string begins, and the index behind its closing quote, or 0 if it has escapes; two
    ///   zeros for `null`.
    private mutating func scanTextField(keySize: Int) throws(JSONFailure) -> (start: Int, end: Int) {
        position &+= keySize
        try skipColon()
        guard byte == UInt8(ascii: "\"") else {
            guard byte == UInt8(ascii: "n") else { throw failure(.fieldNotString) }
            try skipLiteral()
            return (0, 0)
        }
        let start = position
        position &+= 1
        let hasEscapes = try skipString()
        return (start, hasEscapes ? 0 : position)
    }

    /// A key of `keySize` bytes with its quotes, and an integer or `null`.
    ///
    /// - Returns: Where the number begins; 0 for `null`.
    private mutating func scanIntegerField(keySize: Int) throws(JSONFailure) -> Int {
        position &+= keySize
        try skipColon()
        let start = position
        guard byte == UInt8(ascii: "-") || byte &- UInt8(ascii: "0") < 10 else {
            guard byte == UInt8(ascii: "n") else { throw failure(.fieldNotInteger) }
            try skipLiteral()
            return 0
        }
        guard try skipNumber() else { throw JSONFailure(.fieldNotInteger, at: start) }
        return start
    }

    /// A member whose key is long, escaped or unknown.
    @inline(never)
    private mutating func scanUncommonMember(
        _ fields: inout EnvelopeFields, maximumDepth: Int
    ) throws(JSONFailure) {
        let (key, isLong) = try scanLongEnvelopeKey()
        try skipColon()
        let start = position
        let isNull = try scanEnvelopeValue(of: key, maximumDepth: maximumDepth)
        fields.set(key, isLong: isLong, start: isNull ? 0 : start, end: position)
    }

    private mutating func scanLongEnvelopeKey() throws(JSONFailure) -> (key: EnvelopeKey, isLong: Bool) {
        let start = position
        position &+= 1
        let hasEscapes = try skipString()
        // No envelope key is longer than 17 letters; escaped, each may take six bytes.
        guard hasEscapes || position &- start <= 20 else { return (.unknown, false) }
        return EnvelopeKey.named(JSONString.string(base: base, openingQuote: start))
    }

    /// Skips the value of an envelope field and checks its type.
    ///
    /// - Returns: Whether it is a `null` that stands for an absent field; a payload may be `null`.
    private mutating func scanEnvelopeValue(
        of key: EnvelopeKey, maximumDepth: Int
    ) throws(JSONFailure) -> Bool {
        switch key {
        case .payload, .unknown:
            try skipValue(depth: 1, maximumDepth: maximumDepth)
            return false
        case .offset, .sequence, .version, .priority:
            if byte == UInt8(ascii: "n") { break }
            let start = position
            guard byte == UInt8(ascii: "-") || byte &- UInt8(ascii: "0") < 10 else {
                throw failure(.fieldNotInteger)
            }
            guard try skipNumber() else { throw JSONFailure(.fieldNotInteger, at: start) }
            return false
        case .processing:
            if byte == UInt8(ascii: "n") { break }
            guard byte == UInt8(ascii: "-") || byte &- UInt8(ascii: "0") < 10 else {
                throw failure(.fieldNotInteger)
            }
            _ = try skipNumber()
            return false
        case .category, .type, .id, .timestamp, .correlation, .signature, .topic, .epoch:
            if byte == UInt8(ascii: "n") { break }
            guard byte == UInt8(ascii: "\"") else { throw failure(.fieldNotString) }
            position &+= 1
            _ = try skipString()
            return false
        }
        try skipLiteral()
        return true
    }
}
