internal import WSEWire

/// An event as one line of JSON with names written out: what `listen` and `decode` print and `encode` reads.
///
/// Fields that the envelope does not have are left out, and so is a version of 1. A payload that came as JSON is given
/// digit by digit as it was; one that came as MessagePack is written as JSON.
enum EventJSON {
    static func line(_ event: WSEEvent) -> [UInt8] {
        var writer = JSONWriter()
        writer.add("type", event.type)
        writer.add("category", event.category?.rawValue)
        writer.add("id", event.id)
        writer.add("timestamp", event.timestamp)
        writer.add("sequence", event.sequence)
        if event.version != 1 { writer.add("version", event.version) }
        writer.add("priority", event.priority?.rawValue)
        writer.add("correlation_id", event.correlationID)
        writer.add("signature", event.signature)
        writer.add("topic", event.topic)
        writer.add("epoch", event.epoch)
        writer.add("offset", event.offset)
        if let milliseconds = event.processingMilliseconds {
            // An integer stays one.
            let value = Int64(exactly: milliseconds).map(WSEValue.int) ?? .double(milliseconds)
            writer.add("processing_ms", value)
        }
        event.payload.withBytes { bytes in
            if bytes.isEmpty {
                writer.add("payload", WSEValue.null)
            } else if isJSON(bytes, event.payload) {
                writer.add("payload", json: bytes)
            } else {
                writer.add("payload", event.payload.value)
            }
        }
        return writer.line()
    }

    /// A payload's text for people.
    static func payloadText(_ event: WSEEvent) -> String {
        event.payload.withBytes { bytes in
            guard !bytes.isEmpty, isJSON(bytes, event.payload) else {
                return (try? event.payload.value.jsonText()) ?? "null"
            }
            var writer = JSONWriter()
            writer.add("", json: bytes)
            // What stands behind {"":
            return String(decoding: writer.bytes.dropFirst(4), as: UTF8.self)
        }
    }

    /// Whether a valid payload is JSON or MessagePack. A value of several bytes begins with a byte below 0x80 in JSON
    /// only. Of those with one byte only digits are JSON, and a digit's byte is another number in MessagePack.
    private static func isJSON(_ bytes: RawSpan, _ payload: WSEPayload) -> Bool {
        let first = bytes.unsafeLoad(as: UInt8.self)
        if bytes.byteCount > 1 { return first < 0x80 }
        return payload.value.intValue == Int(first) - 0x30
    }
}
