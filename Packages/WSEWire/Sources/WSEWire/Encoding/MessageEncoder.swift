/// Turns envelopes into the messages of one connection.
///
/// Keeps the compressor and a buffer between messages, so use one encoder for as long as possible. Not
/// thread-safe: one owner at a time.
///
/// ```swift
/// var encoder = MessageEncoder()
/// var bytes: [UInt8] = []
/// let kind = try encoder.encode(Envelope(type: "order", payload: ["qty": 3]), into: &bytes)
/// ```
public struct MessageEncoder: ~Copyable, Sendable {
    /// What the messages are written as.
    public enum Format: Sendable, Hashable {
        /// JSON, in text messages.
        case json
        /// MessagePack, in binary messages; with the `M:` prefix as servers send it, or without as they take it.
        case messagePack(prefixed: Bool)
    }

    /// What messages are written as.
    public var format: Format
    /// Messages of more bytes than this are sent as `C:` and a zlib stream of level 6, provided that this makes
    /// them smaller. `nil`: never. The protocol's threshold is 1,024; only use it towards a peer that says it
    /// inflates.
    public var compressionThreshold: Int?

    private var deflater = Deflater()
    private var plain: [UInt8] = []

    /// The protocol's compression threshold in bytes.
    public static let standardCompressionThreshold = 1_024

    /// Buffers above this are given back after the message that needed them.
    private static let keptCapacity = 256 << 10

    /// An encoder for one connection: JSON, uncompressed, unless told otherwise.
    public init(format: Format = .json, compressionThreshold: Int? = nil) {
        self.format = format
        self.compressionThreshold = compressionThreshold
    }

    /// Appends a message.
    ///
    /// - Returns: Which kind of WebSocket message to send the bytes in.
    /// - Throws: ``WireError`` with code `unrepresentable`, `nestingTooDeep`, `messageTooLarge` or, should zlib fail,
    /// `invalidCompression`; `bytes` are as before then.
    public mutating func encode(
        _ envelope: Envelope, into bytes: inout [UInt8]
    ) throws(WireError) -> FrameKind {
        let format = format
        return try encode(into: &bytes) { (bytes) throws(WireError) in
            switch format {
            case .json: try envelope.encodeJSON(into: &bytes)
            case .messagePack: try envelope.encodeMessagePack(into: &bytes)
            }
        }
    }

    /// Appends a message with another payload than the envelope's own, encoded straight to the bytes.
    ///
    /// - Returns: Which kind of WebSocket message to send the bytes in.
    /// - Throws: ``WireError`` with code `unrepresentable`, `nestingTooDeep`, `messageTooLarge` or, should zlib fail,
    /// `invalidCompression`; `bytes` are as before then.
    public mutating func encode(
        _ envelope: Envelope, payload: some Encodable, using encoder: PayloadEncoder = PayloadEncoder(),
        into bytes: inout [UInt8]
    ) throws(WireError) -> FrameKind {
        let format = format
        return try encode(into: &bytes) { (bytes) throws(WireError) in
            switch format {
            case .json: try envelope.encodeJSON(payload: payload, using: encoder, into: &bytes)
            case .messagePack:
                try envelope.encodeMessagePack(payload: payload, using: encoder, into: &bytes)
            }
        }
    }

    private mutating func encode(
        into bytes: inout [UInt8], _ write: (inout [UInt8]) throws(WireError) -> Void
    ) throws(WireError) -> FrameKind {
        let start = bytes.count
        if case .messagePack(prefixed: true) = format { bytes.append(contentsOf: "M:".utf8) }
        do throws(WireError) {
            try write(&bytes)
            if let compressionThreshold, bytes.count - start > compressionThreshold,
                try compress(&bytes, from: start)
            {
                return .binary
            }
        } catch {
            bytes.removeSubrange(start...)
            throw error
        }
        return format == .json ? .text : .binary
    }

    /// Replaces what stands behind `start` by its compressed form.
    ///
    /// - Returns: `false` if that would be no smaller.
    private mutating func compress(_ bytes: inout [UInt8], from start: Int) throws(WireError) -> Bool {
        plain.removeAll(keepingCapacity: plain.capacity <= MessageEncoder.keptCapacity)
        plain.append(contentsOf: bytes[start...])
        bytes.removeSubrange(start...)
        bytes.append(contentsOf: "C:".utf8)
        var source: [UInt8] = []
        swap(&source, &plain)
        defer { swap(&source, &plain) }
        try source.withUnsafeBufferPointer { (source) throws(WireError) in
            try deflater.deflate(UnsafeRawBufferPointer(source), into: &bytes)
        }
        guard bytes.count - start >= source.count else { return true }
        bytes.removeSubrange(start...)
        bytes.append(contentsOf: source)
        return false
    }
}
