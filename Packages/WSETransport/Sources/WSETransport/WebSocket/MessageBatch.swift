/// Messages that arrived together, in one copy of the bytes between the first and the last.
struct MessageBatch: Sendable {
    private let bytes: [UInt8]
    private let records: [WebSocketMessageRecord]
    /// Where `bytes` began in the read.
    private let start: Int

    /// `messages` must not be empty.
    init(_ messages: Span<WebSocketMessageRecord>, in bytes: RawSpan) {
        let last = messages.count - 1
        start = messages[0].offset
        let end = messages[last].offset + messages[last].count
        // Copies frame headers too, as one large copy is faster than many small ones.
        self.bytes = bytes.extracting(start..<end).withUnsafeBytes { Array($0) }
        records = messages.withUnsafeBufferPointer { Array($0) }
    }

    private init(bytes: [UInt8], records: [WebSocketMessageRecord], start: Int) {
        self.bytes = bytes
        self.records = records
        self.start = start
    }

    /// What is left when the first `count` messages are used up, fewer than there are.
    func dropFirst(_ count: Int) -> MessageBatch {
        count == 0 ? self : MessageBatch(bytes: bytes, records: Array(records.dropFirst(count)), start: start)
    }

    /// At least one.
    var count: Int { records.count }

    /// The memory held, roughly.
    var byteCount: Int { bytes.count + records.count * MemoryLayout<WebSocketMessageRecord>.stride }

    subscript(index: Int) -> WebSocketMessage {
        let record = records[index]
        let offset = record.offset - start
        return WebSocketMessage(kind: record.kind, bytes: bytes[offset..<(offset + record.count)])
    }
}
