extension Envelope {
    /// Appends the envelope as compact JSON, category first, payload last.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` if the payload holds a NaN or an infinity; `bytes` are
    ///   as before then.
    public func encodeJSON(into bytes: inout [UInt8]) throws(WireError) {
        try encodeJSON(into: &bytes) { (bytes) throws(WireError) in
            var writer = JSONWriter(bytes: bytes)
            bytes = []
            defer { bytes = writer.bytes }
            try writer.write(payload)
        }
    }

    /// Appends the envelope as compact JSON with another payload than its own, encoded straight to the bytes.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable`; `bytes` are as before then.
    public func encodeJSON(
        payload: some Encodable, using encoder: PayloadEncoder = PayloadEncoder(),
        into bytes: inout [UInt8]
    ) throws(WireError) {
        try encodeJSON(into: &bytes) { (bytes) throws(WireError) in
            try encoder.encodeJSON(payload, into: &bytes)
        }
    }

    /// Appends the envelope as compact JSON with a payload that is JSON already, such as one that was signed.
    ///
    /// - Parameter encodedPayload: One JSON value in UTF-8, as ``PayloadEncoder`` makes it; not checked.
    public func encodeJSON(encodedPayload: RawSpan, into bytes: inout [UInt8]) {
        encodeJSON(into: &bytes) { bytes in
            encodedPayload.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
    }

    /// The envelope as compact JSON in UTF-8.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` if the payload holds a NaN or an infinity.
    public func json() throws(WireError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        try encodeJSON(into: &bytes)
        return bytes
    }

    private func encodeJSON<Failure: Error>(
        into bytes: inout [UInt8], payload writePayload: (inout [UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        let start = bytes.count
        var writer = JSONWriter(bytes: bytes)
        bytes = []
        writeHead(&writer)
        writer.append(",\"p\":")
        bytes = writer.bytes
        writer.bytes = []
        do throws(Failure) {
            try writePayload(&bytes)
        } catch {
            bytes.removeSubrange(start...)
            throw error
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private func writeHead(_ writer: inout JSONWriter) {
        writer.append("{\"c\":")
        writer.write(category.rawValue)
        writer.append(",\"t\":")
        writer.write(type)
        if let id { write("id", id, &writer) }
        if let unixMilliseconds {
            writer.append(",\"ts\":\"")
            Timestamp.append(unixMilliseconds: unixMilliseconds, to: &writer.bytes)
            writer.append(UInt8(ascii: "\""))
        }
        if let sequence { write("seq", sequence, &writer) }
        write("v", version, &writer)
        if let priority { write("pri", priority.rawValue, &writer) }
        if let correlationID { write("cid", correlationID, &writer) }
        if let signature { write("sig", signature, &writer) }
        if let stamp {
            write("tp", stamp.topic.string, &writer)
            write("e", stamp.epoch.string, &writer)
            write("o", stamp.offset, &writer)
        }
    }

    private func writeKey(_ key: StaticString, _ writer: inout JSONWriter) {
        writer.append(",\"")
        writer.append(key)
        writer.append("\":")
    }

    private func write(_ key: StaticString, _ text: String, _ writer: inout JSONWriter) {
        writeKey(key, &writer)
        writer.write(text)
    }

    private func write(_ key: StaticString, _ number: some FixedWidthInteger, _ writer: inout JSONWriter) {
        writeKey(key, &writer)
        writer.write(number)
    }
}
