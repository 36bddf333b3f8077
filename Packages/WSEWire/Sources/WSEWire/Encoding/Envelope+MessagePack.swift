extension Envelope {
    /// Appends the envelope as a MessagePack map without the `M:` prefix, which is what servers take.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` or `nestingTooDeep` for a part of 4 GiB or more; `bytes` are as before then.
    public func encodeMessagePack(into bytes: inout [UInt8]) throws(WireError) {
        try OutputBuffer.append(to: &bytes) { (output) throws(WireError) in
            try packHead(&output)
            try output.pack(payload)
        }
    }

    /// Appends the envelope as a MessagePack map with another payload than its own, encoded straight to the bytes.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` or `nestingTooDeep`; `bytes` are as before then.
    public func encodeMessagePack(
        payload: some Encodable, using encoder: PayloadEncoder = PayloadEncoder(),
        into bytes: inout [UInt8]
    ) throws(WireError) {
        try OutputBuffer.append(to: &bytes) { (output) throws(WireError) in
            try packHead(&output)
            try encoder.encode(payload, isJSON: false, into: &output)
        }
    }

    /// The envelope as a MessagePack map without the `M:` prefix.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` or `nestingTooDeep` for a part of 4 GiB or more.
    public func messagePack() throws(WireError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        try encodeMessagePack(into: &bytes)
        return bytes
    }

    private var memberCount: Int {
        let optional = [
            id != nil, unixMilliseconds != nil, sequence != nil, priority != nil, correlationID != nil,
            signature != nil,
        ]
        return 4 + optional.count { $0 } + (stamp == nil ? 0 : 3)
    }

    /// All but the payload.
    private func packHead(_ output: inout OutputBuffer) throws(WireError) {
        try output.packMapHead(count: memberCount)
        try write("c", category.rawValue, &output)
        try write("t", type, &output)
        if let id { try write("id", id, &output) }
        if let unixMilliseconds {
            try write("ts", Timestamp.text(unixMilliseconds: unixMilliseconds), &output)
        }
        if let sequence { try write("seq", sequence, &output) }
        try write("v", Int64(version), &output)
        if let priority { try write("pri", Int64(priority.rawValue), &output) }
        if let correlationID { try write("cid", correlationID, &output) }
        if let signature { try write("sig", signature, &output) }
        if let stamp {
            try write("tp", stamp.topic.string, &output)
            try write("e", stamp.epoch.string, &output)
            try write("o", stamp.offset, &output)
        }
        try output.pack("p")
    }

    private func write(
        _ key: String, _ text: String, _ output: inout OutputBuffer
    ) throws(WireError) {
        try output.pack(key)
        try output.pack(text)
    }

    private func write(
        _ key: String, _ number: Int64, _ output: inout OutputBuffer
    ) throws(WireError) {
        try output.pack(key)
        output.pack(number)
    }

    private func write(
        _ key: String, _ number: UInt64, _ output: inout OutputBuffer
    ) throws(WireError) {
        try output.pack(key)
        output.pack(number)
    }
}
