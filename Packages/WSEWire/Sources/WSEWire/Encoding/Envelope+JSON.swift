extension Envelope {
    /// Appends the envelope as compact JSON, category first, payload last.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` if the payload holds a NaN or an infinity; `bytes` are
    ///   as before then.
    public func encodeJSON(into bytes: inout [UInt8]) throws(WireError) {
        let start = bytes.count
        var writer = JSONWriter(bytes: bytes)
        bytes = []
        defer { bytes = writer.bytes }
        writeHead(&writer)
        writer.append(",\"p\":")
        do throws(WireError) {
            try writer.write(payload)
        } catch {
            writer.bytes.removeSubrange(start...)
            throw error
        }
        writer.append(UInt8(ascii: "}"))
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
