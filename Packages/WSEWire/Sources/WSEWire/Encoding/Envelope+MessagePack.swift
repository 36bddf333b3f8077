extension Envelope {
    /// Appends the envelope as a MessagePack map without the `M:` prefix, which is what servers take.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` for a part of 4 GiB or more; `bytes` are as before then.
    public func encodeMessagePack(into bytes: inout [UInt8]) throws(WireError) {
        try encodeMessagePack(into: &bytes) { (bytes) throws(WireError) in
            var writer = MessagePackWriter(bytes: bytes)
            bytes = []
            defer { bytes = writer.bytes }
            try writer.write(payload)
        }
    }

    /// Appends the envelope as a MessagePack map with another payload than its own, encoded straight to the bytes.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable`; `bytes` are as before then.
    public func encodeMessagePack(
        payload: some Encodable, using encoder: PayloadEncoder = PayloadEncoder(),
        into bytes: inout [UInt8]
    ) throws(WireError) {
        try encodeMessagePack(into: &bytes) { (bytes) throws(WireError) in
            try encoder.encodeMessagePack(payload, into: &bytes)
        }
    }

    /// The envelope as a MessagePack map without the `M:` prefix.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` for a part of 4 GiB or more.
    public func messagePack() throws(WireError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        try encodeMessagePack(into: &bytes)
        return bytes
    }

    private func encodeMessagePack(
        into bytes: inout [UInt8], payload writePayload: (inout [UInt8]) throws(WireError) -> Void
    ) throws(WireError) {
        let start = bytes.count
        do throws(WireError) {
            var writer = MessagePackWriter(bytes: bytes)
            bytes = []
            defer { bytes = writer.bytes }
            try writeHead(&writer)
            try writer.write("p")
        } catch {
            bytes.removeSubrange(start...)
            throw error
        }
        do throws(WireError) {
            try writePayload(&bytes)
        } catch {
            bytes.removeSubrange(start...)
            throw error
        }
    }

    private var memberCount: Int {
        let optional = [
            id != nil, unixMilliseconds != nil, sequence != nil, priority != nil, correlationID != nil,
            signature != nil,
        ]
        return 4 + optional.count { $0 } + (stamp == nil ? 0 : 3)
    }

    private func writeHead(_ writer: inout MessagePackWriter) throws(WireError) {
        try writer.writeMapHead(count: memberCount)
        try write("c", category.rawValue, &writer)
        try write("t", type, &writer)
        if let id { try write("id", id, &writer) }
        if let unixMilliseconds {
            try write("ts", Timestamp.text(unixMilliseconds: unixMilliseconds), &writer)
        }
        if let sequence { try write("seq", sequence, &writer) }
        try write("v", Int64(version), &writer)
        if let priority { try write("pri", Int64(priority.rawValue), &writer) }
        if let correlationID { try write("cid", correlationID, &writer) }
        if let signature { try write("sig", signature, &writer) }
        if let stamp {
            try write("tp", stamp.topic.string, &writer)
            try write("e", stamp.epoch.string, &writer)
            try write("o", stamp.offset, &writer)
        }
    }

    private func write(
        _ key: String, _ text: String, _ writer: inout MessagePackWriter
    ) throws(WireError) {
        try writer.write(key)
        try writer.write(text)
    }

    private func write(
        _ key: String, _ number: Int64, _ writer: inout MessagePackWriter
    ) throws(WireError) {
        try writer.write(key)
        writer.write(number)
    }

    private func write(
        _ key: String, _ number: UInt64, _ writer: inout MessagePackWriter
    ) throws(WireError) {
        try writer.write(key)
        writer.write(number)
    }
}
