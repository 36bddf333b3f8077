extension JSONScanner {
    /// Validates a whole envelope and finds its fields.
    func scanEnvelope(maximumDepth: Int) throws(JSONFailure) -> EnvelopeFields {
        var scanner = self
        scanner.skipWhitespace()
        let fields = try scanner.scanFields(maximumDepth: maximumDepth) {
            (scanner, key) throws(JSONFailure) in
            try scanner.fieldValue(of: key, maximumDepth: maximumDepth)
        }
        try scanner.expectEnd()
        return fields
    }

    /// Validates the envelope that begins here, finds its fields and moves behind it.
    ///
    /// - Parameter value: Checks the value of a field with a short name, at which the scanner stands.
    @inline(__always)
    mutating func scanFields(
        maximumDepth: Int, _ value: (JSONScanner, EnvelopeKey) throws(JSONFailure) -> FieldValue
    ) throws(JSONFailure) -> EnvelopeFields {
        var fields = EnvelopeFields()
        guard byte == UInt8(ascii: "{") else { throw failure(.notAnObject) }
        position &+= 1
        skipWhitespace()
        if byte == UInt8(ascii: "}") {
            position &+= 1
            return fields
        }
        repeat {
            guard byte == UInt8(ascii: "\"") else { throw failure(.expectedKey) }
            // Short keys are told apart by their letters and the quote behind them, without a search for it.
            let (key, length) = EnvelopeKey.short(word(at: position &+ 1))
            if key != .unknown {
                position &+= length &+ 2
                try skipColon()
                let found = try value(self, key)
                position = found.position
                fields.set(key, isLong: false, start: found.start, end: found.end)
            } else {
                let member = try uncommonMember(maximumDepth: maximumDepth)
                position = member.value.position
                fields.set(
                    member.key, isLong: member.isLong, start: member.value.start, end: member.value.end)
            }
        } while try advance(before: UInt8(ascii: "}"))
        return fields
    }

    /// After a member or an element: moves to the next one, or behind the closing bracket.
    ///
    /// - Returns: Whether there is a next one.
    @inline(__always)
    mutating func advance(before bracket: UInt8) throws(JSONFailure) -> Bool {
        if byte != UInt8(ascii: ",") { skipWhitespace() }
        if byte == UInt8(ascii: ",") {
            position &+= 1
            skipWhitespace()
            return true
        }
        guard byte == bracket else { throw failure(.expectedCommaOrEnd) }
        position &+= 1
        return false
    }

    /// Where the value of an envelope's field lies.
    struct FieldValue {
        /// 0 for a `null` that stands for an absent field; a payload may be `null`.
        var start: UInt32
        /// Behind the value, or 0 for a string with escapes.
        var end: UInt32
        /// Behind the value.
        var position: Int

        @inline(__always)
        init(start: Int, end: Int, hasEscapes: Bool = false) {
            self.start = UInt32(truncatingIfNeeded: start)
            self.end = hasEscapes ? 0 : UInt32(truncatingIfNeeded: end)
            position = end
        }
    }

    /// Finds the end of a field's value and checks its type.
    @inline(never)
    func fieldValue(
        of key: EnvelopeKey, maximumDepth: Int
    ) throws(JSONFailure) -> FieldValue {
        var scanner = self
        switch key.kind {
        case .any:
            try scanner.skipValue(depth: 1, maximumDepth: maximumDepth)
            return FieldValue(start: position, end: scanner.position)
        case .text:
            guard byte == UInt8(ascii: "\"") else { return try null(or: .fieldNotString) }
            scanner.position &+= 1
            let hasEscapes = try scanner.skipString()
            return FieldValue(start: position, end: scanner.position, hasEscapes: hasEscapes)
        case .integer, .number:
            guard byte == UInt8(ascii: "-") || byte &- UInt8(ascii: "0") < 10 else {
                return try null(or: .fieldNotInteger)
            }
            let (end, isInteger) = try endOfNumber()
            guard isInteger || key.kind == .number else { throw failure(.fieldNotInteger) }
            return FieldValue(start: position, end: end)
        }
    }

    /// A `null` in the place of another value.
    @inline(never)
    private func null(or reason: JSONFailure.Reason) throws(JSONFailure) -> FieldValue {
        guard byte == UInt8(ascii: "n") else { throw failure(reason) }
        var value = FieldValue(start: 0, end: try endOfLiteral())
        value.end = 0
        return value
    }

    /// A member whose key is long, escaped or unknown.
    private struct UncommonMember {
        var key: EnvelopeKey
        var isLong: Bool
        var value: FieldValue
    }

    @inline(never)
    private func uncommonMember(maximumDepth: Int) throws(JSONFailure) -> UncommonMember {
        var scanner = self
        let (key, isLong) = try scanner.scanLongKey()
        try scanner.skipColon()
        let value = try scanner.fieldValue(of: key, maximumDepth: maximumDepth)
        return UncommonMember(key: key, isLong: isLong, value: value)
    }

    private mutating func scanLongKey() throws(JSONFailure) -> (key: EnvelopeKey, isLong: Bool) {
        let start = position
        position &+= 1
        let hasEscapes = try skipString()
        // No envelope key is longer than 17 letters; escaped, each may take six bytes.
        guard hasEscapes || position &- start <= 20 else { return (.unknown, false) }
        return EnvelopeKey.named(JSONString.string(base: base, openingQuote: start))
    }
}
