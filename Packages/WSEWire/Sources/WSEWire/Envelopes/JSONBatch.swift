/// A message in a batch: where it lies in the text of the batch, and where its fields lie in the message.
struct BatchedMessage {
    var start: Int
    var count: Int
    var fields: EnvelopeFields
}

/// Reading a batch in one pass, its own envelope together with those of its messages.
///
/// That works for what servers send: an envelope that begins with its category, messages that are valid envelopes.
/// Anything else is refused, and read again by the general way of ``MessageDecoder``, which knows all that is legal and
/// tells what is wrong. So nothing here has to explain a failure, and both ways must agree on what they take.
extension JSONScanner {
    /// Whether a text begins like a batch of a server; few other messages do.
    @inline(__always)
    static func mayHoldBatch(_ text: UnsafeRawBufferPointer) -> Bool {
        // {"c":"WS
        text.count >= 8 && UInt64(littleEndian: text.loadUnaligned(as: UInt64.self)) == 0x5357_223A_2263_227B
    }

    /// Finds the messages of a batch, and the fields of each.
    ///
    /// - Returns: `false` if this is to be read the general way; then `messages` mean nothing.
    func scanBatch(limits: WireLimits, into messages: inout [BatchedMessage]) -> Bool {
        var scanner = self
        do throws(JSONFailure) {
            var payload: FieldValue?
            let fields = try scanner.scanFields(maximumDepth: limits.maximumDepth) {
                (scanner, key) throws(JSONFailure) in
                guard key == .payload else {
                    return try scanner.fieldValue(of: key, maximumDepth: limits.maximumDepth)
                }
                let value = try scanner.batchPayload(limits: limits, into: &messages)
                payload = value
                return value
            }
            try scanner.expectEnd()
            // Its stamp would mean nothing, but has to be checked.
            return fields.offset == 0 && payload?.start == fields.payload && isBatch(fields)
        } catch {
            return false
        }
    }

    /// Whether the type is `batch`, written without escapes.
    private func isBatch(_ fields: EnvelopeFields) -> Bool {
        let text = UnsafeBufferPointer(start: base + Int(fields.type), count: 7)
        return fields.type != 0 && fields.typeEnd == fields.type &+ 7 && text.elementsEqual("\"batch\"".utf8)
    }

    /// The object that begins here and must have an array of messages.
    private func batchPayload(
        limits: WireLimits, into messages: inout [BatchedMessage]
    ) throws(JSONFailure) -> FieldValue {
        var scanner = self
        var hasMessages = false
        guard byte == UInt8(ascii: "{") else { throw failure(.unexpectedByte) }
        scanner.position &+= 1
        scanner.skipWhitespace()
        repeat {
            let key = scanner.position
            guard scanner.byte == UInt8(ascii: "\"") else { throw scanner.failure(.expectedKey) }
            scanner.position &+= 1
            // An escaped key may be any.
            guard try !scanner.skipString() else { throw scanner.failure(.invalidEscape) }
            let isMessages = scanner.position &- key == 10 && word(at: key &+ 1) == 0x7365_6761_7373_656D  // messages
            try scanner.skipColon()
            if isMessages {
                try scanner.scanMessages(limits: limits, into: &messages)
                hasMessages = true
            } else {
                try scanner.skipValue(depth: 2, maximumDepth: limits.maximumDepth)
            }
        } while try scanner.advance(before: UInt8(ascii: "}"))
        guard hasMessages else { throw failure(.unexpectedByte) }
        return FieldValue(start: position, end: scanner.position)
    }

    /// The array of envelopes that begins here.
    private mutating func scanMessages(
        limits: WireLimits, into messages: inout [BatchedMessage]
    ) throws(JSONFailure) {
        // Batch, payload and array are open around a message.
        let depth = limits.maximumDepth &- 3
        guard byte == UInt8(ascii: "["), depth > 0 else { throw failure(.unexpectedByte) }
        // Of equal keys the last wins.
        messages.removeAll(keepingCapacity: true)
        position &+= 1
        skipWhitespace()
        repeat {
            guard messages.count < limits.maximumBatchCount else { throw failure(.unexpectedByte) }
            let message = try JSONScanner(base: base + position, count: count &- position).batchedMessage(
                depth)
            messages.append(BatchedMessage(start: position, count: message.count, fields: message.fields))
            position &+= message.count
        } while try advance(before: UInt8(ascii: "]"))
    }

    /// The envelope with which this text begins.
    @inline(never)
    private func batchedMessage(
        _ maximumDepth: Int
    ) throws(JSONFailure) -> (fields: EnvelopeFields, count: Int) {
        var scanner = self
        let fields = try scanner.scanFields(maximumDepth: maximumDepth) {
            (scanner, key) throws(JSONFailure) in
            try scanner.fieldValue(of: key, maximumDepth: maximumDepth)
        }
        return (fields, scanner.position)
    }
}
