/// Turns the messages of one connection into events.
///
/// Keeps the table of strings that repeat, so use one decoder for as long as possible. Not thread-safe: one
/// owner at a time.
///
/// ```swift
/// var decoder = MessageDecoder()
/// var items: [WireItem] = []
/// decoder.decode(bytes.span.bytes, as: .text, into: &items)
/// ```
public struct MessageDecoder: ~Copyable, Sendable {
    public let limits: WireLimits
    var table = InternTable()

    public init(limits: WireLimits = WireLimits()) {
        self.limits = limits
    }

    /// Decodes one complete message and appends what it holds, in order.
    ///
    /// Every message yields at least one item; what cannot be read yields ``WireItem/failure(_:)``.
    public mutating func decode(_ message: RawSpan, as kind: FrameKind, into items: inout [WireItem]) {
        message.withUnsafeBytes { bytes in
            do throws(WireError) {
                guard bytes.count <= limits.maximumMessageSize else {
                    throw WireError(
                        .messageTooLarge,
                        "\(bytes.count) bytes where \(limits.maximumMessageSize) are allowed")
                }
                try decodeText(bytes, into: &items)
            } catch {
                items.append(.failure(error))
            }
        }
    }

    /// Envelopes in either dialect and the heartbeat lines of old servers.
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
        let storage = try EventStorage.json(
            text, prefix: prefix, maximumDepth: limits.maximumDepth, table: &table)
        items.append(.event(WSEEvent(storage: storage)))
    }
}
