/// Turns the messages of one connection into events.
///
/// Keeps what repeats between messages (shared strings, the inflater, buffers), so use one decoder for as long as
/// possible. Not thread-safe: one owner at a time.
///
/// <!-- given: bytes: [UInt8] -->
/// ```swift
/// var decoder = MessageDecoder()
/// var items: [WireItem] = []
/// decoder.decode(bytes.span.bytes, as: .text, into: &items)
/// ```
public struct MessageDecoder: ~Copyable, Sendable {
    /// What it accepts at most.
    public let limits: WireLimits
    /// Opens `E:` frames; without one they come out as ``WireItem/encrypted(_:)``.
    public var decryptor: (any FrameDecryptor)?

    var memory = DecoderMemory()
    private var inflater = Inflater()
    private var plaintext: [UInt8] = []
    /// Empty but for its room, between batches.
    var batched: [BatchedMessage] = []

    /// A decoder for one connection.
    ///
    /// - Parameters:
    ///   - limits: What it accepts at most.
    ///   - decryptor: Opens `E:` frames; `nil` to get them as ``WireItem/encrypted(_:)``.
    public init(limits: WireLimits = WireLimits(), decryptor: (any FrameDecryptor)? = nil) {
        self.limits = limits
        self.decryptor = decryptor
    }

    /// Decodes one complete message and appends what it holds, in order.
    ///
    /// The bytes alone say which form it has; servers send the same forms in messages of either kind.
    ///
    /// What cannot be read yields ``WireItem/failure(_:)``, so every message yields at least one item, except a
    /// batch without messages.
    public mutating func decode(_ message: RawSpan, as kind: FrameKind, into items: inout [WireItem]) {
        message.withUnsafeBytes { bytes in
            do throws(WireError) {
                try checkSize(bytes.count)
                try decodeLayer(bytes, inside: [], into: &items)
            } catch {
                items.append(.failure(error))
            }
        }
    }

    /// Decodes what an earlier call handed out as ``WireItem/encrypted(_:)``, now that there is a ``decryptor``.
    public mutating func decodeEncrypted(_ sealed: RawSpan, into items: inout [WireItem]) {
        sealed.withUnsafeBytes { bytes in
            do throws(WireError) {
                try checkSize(bytes.count)
                try decodeEncrypted(bytes, inside: [], into: &items)
            } catch {
                items.append(.failure(error))
            }
        }
    }

    private func checkSize(_ count: Int) throws(WireError) {
        guard count <= limits.maximumMessageSize else {
            throw WireError(
                .messageTooLarge, "\(count) bytes where \(limits.maximumMessageSize) are allowed")
        }
    }

    @inline(__always)
    private mutating func decodeLayer(
        _ bytes: UnsafeRawBufferPointer, inside layers: FrameLayers, into items: inout [WireItem]
    ) throws(WireError) {
        switch FrameForm(bytes) {
        case .text:
            try decodeText(bytes, into: &items)
        case .messagePack(let start):
            try decodeMessagePack(UnsafeRawBufferPointer(rebasing: bytes[start...]), into: &items)
        case .compressed(let start):
            try decodeCompressed(
                UnsafeRawBufferPointer(rebasing: bytes[start...]), inside: layers, into: &items)
        case .encrypted(let start):
            try decodeEncrypted(
                UnsafeRawBufferPointer(rebasing: bytes[start...]), inside: layers, into: &items)
        }
    }

    /// Envelopes in either dialect and the heartbeat lines of old servers.
    @inline(__always)
    private mutating func decodeText(
        _ bytes: UnsafeRawBufferPointer, into items: inout [WireItem]
    ) throws(WireError) {
        var text = bytes
        var prefix = EventHeader.Category.none
        if let first = bytes.first, first != UInt8(ascii: "{") {
            (prefix, text) = Dialect.splitPrefix(bytes)
            if prefix == .none, let heartbeat = LegacyHeartbeat.parse(bytes) {
                items.append(heartbeat)
                return
            }
        }
        if JSONScanner.mayHoldBatch(text), decodeBatch(text, into: &items) { return }
        let storage = try EventStorage.json(
            text, prefix: prefix, maximumDepth: limits.maximumDepth, in: &memory)
        try deliver(storage, into: &items)
    }

    @inline(never)
    private mutating func decodeMessagePack(
        _ bytes: UnsafeRawBufferPointer, into items: inout [WireItem]
    ) throws(WireError) {
        let storage = try EventStorage.messagePack(bytes, maximumDepth: limits.maximumDepth, in: &memory)
        try deliver(storage, into: &items)
    }

    @inline(never)
    private mutating func decodeCompressed(
        _ bytes: UnsafeRawBufferPointer, inside layers: FrameLayers, into items: inout [WireItem]
    ) throws(WireError) {
        guard !layers.contains(.compressed) else {
            throw WireError(.nestingTooDeep, "compressed data inside of compressed data")
        }
        // Taken out while it works, as what comes out of it is decoded by this same decoder.
        var inflater = Inflater()
        swap(&inflater, &self.inflater)
        defer { swap(&inflater, &self.inflater) }
        try inflater.inflate(bytes, limit: limits.maximumMessageSize) { (inflated) throws(WireError) in
            try decodeLayer(inflated, inside: layers.union(.compressed), into: &items)
        }
    }

    @inline(never)
    private mutating func decodeEncrypted(
        _ sealed: UnsafeRawBufferPointer, inside layers: FrameLayers, into items: inout [WireItem]
    ) throws(WireError) {
        guard !layers.contains(.encrypted) else {
            throw WireError(.nestingTooDeep, "an encrypted message inside of an encrypted message")
        }
        guard var opener = decryptor else {
            items.append(.encrypted(Array(sealed)))
            return
        }
        var opened: [UInt8] = []
        swap(&opened, &plaintext)
        opened.removeAll(keepingCapacity: true)
        defer { swap(&opened, &plaintext) }
        do {
            decryptor = nil
            defer { decryptor = opener }
            try opener.open(RawSpan(_unsafeBytes: sealed), into: &opened)
        } catch {
            throw WireError(
                .undecryptable, "the encrypted message cannot be opened", underlying: error)
        }
        try checkSize(opened.count)
        try opened.withUnsafeBufferPointer { (bytes) throws(WireError) in
            try decodeLayer(UnsafeRawBufferPointer(bytes), inside: layers.union(.encrypted), into: &items)
        }
    }
}
