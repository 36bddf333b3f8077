extension Envelope {
    /// Appends the envelope as compact JSON, category first, payload last.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` or `nestingTooDeep` if the payload holds a NaN or an infinity; `bytes` are
    ///   as before then.
    public func encodeJSON(into bytes: inout [UInt8]) throws(WireError) {
        try OutputBuffer.append(to: &bytes) { (output) throws(WireError) in
            writeHead(&output)
            try output.writeJSON(payload)
            output.append(UInt8(ascii: "}"))
        }
    }

    /// Appends the envelope as compact JSON with another payload than its own, encoded straight to the bytes.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` or `nestingTooDeep`; `bytes` are as before then.
    public func encodeJSON(
        payload: some Encodable, using encoder: PayloadEncoder = PayloadEncoder(),
        into bytes: inout [UInt8]
    ) throws(WireError) {
        try OutputBuffer.append(to: &bytes) { (output) throws(WireError) in
            writeHead(&output)
            try encoder.encode(payload, isJSON: true, into: &output)
            output.append(UInt8(ascii: "}"))
        }
    }

    /// Appends the envelope as compact JSON with a payload that is JSON already, such as one that was signed.
    ///
    /// - Parameters:
    ///   - encodedPayload: One JSON value in UTF-8, as ``PayloadEncoder`` makes it; not checked.
    ///   - bytes: What it is appended to.
    public func encodeJSON(encodedPayload: RawSpan, into bytes: inout [UInt8]) {
        OutputBuffer.append(to: &bytes) { (output) throws(Never) in
            writeHead(&output)
            encodedPayload.withUnsafeBytes { output.append($0) }
            output.append(UInt8(ascii: "}"))
        }
    }

    /// The envelope as compact JSON in UTF-8.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` or `nestingTooDeep` if the payload holds a NaN or an infinity.
    public func json() throws(WireError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        try encodeJSON(into: &bytes)
        return bytes
    }

    /// All but the payload and the closing bracket.
    private func writeHead(_ output: inout OutputBuffer) {
        output.append("{\"c\":")
        output.writeJSON(category.rawValue)
        output.append(",\"t\":")
        output.writeJSON(type)
        if let id { write("id", id, &output) }
        if let unixMilliseconds {
            output.append(",\"ts\":\"")
            Timestamp.append(unixMilliseconds: unixMilliseconds, to: &output)
            output.append(UInt8(ascii: "\""))
        }
        if let sequence { write("seq", sequence, &output) }
        write("v", version, &output)
        if let priority { write("pri", priority.rawValue, &output) }
        if let correlationID { write("cid", correlationID, &output) }
        if let signature { write("sig", signature, &output) }
        if let stamp {
            write("tp", stamp.topic.string, &output)
            write("e", stamp.epoch.string, &output)
            write("o", stamp.offset, &output)
        }
        output.append(",\"p\":")
    }

    private func writeKey(_ key: StaticString, _ output: inout OutputBuffer) {
        output.append(",\"")
        output.append(key)
        output.append("\":")
    }

    private func write(_ key: StaticString, _ text: String, _ output: inout OutputBuffer) {
        writeKey(key, &output)
        output.writeJSON(text)
    }

    private func write(_ key: StaticString, _ number: Int, _ output: inout OutputBuffer) {
        writeKey(key, &output)
        output.writeJSON(Int64(number))
    }

    private func write(_ key: StaticString, _ number: UInt64, _ output: inout OutputBuffer) {
        writeKey(key, &output)
        output.writeJSON(number)
    }
}
