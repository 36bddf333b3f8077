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
                let (key, isLong) = try scanEnvelopeKey()
                try skipColon()
                let start = position
                let isNull = try scanEnvelopeValue(of: key, maximumDepth: maximumDepth)
                fields.set(key, isLong: isLong, start: isNull ? 0 : start, end: position)
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

    @inline(__always)
    private mutating func scanEnvelopeKey() throws(JSONFailure) -> (key: EnvelopeKey, isLong: Bool) {
        if let (key, length) = EnvelopeKey.short(word(at: position &+ 1)) {
            position &+= length &+ 2
            return (key, false)
        }
        return try scanLongEnvelopeKey()
    }

    @inline(never)
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
    @inline(__always)
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
