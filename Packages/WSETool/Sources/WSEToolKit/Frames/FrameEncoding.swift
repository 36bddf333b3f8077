internal import WSEWire

/// `wse encode`: an event in, a frame out.
public struct FrameEncoding: Sendable {
    /// What the frame is written as.
    public enum Format: String, Sendable, CaseIterable {
        /// JSON with the category in `c`.
        case json
        /// JSON behind its category, as version 2.0.1 of the server writes it.
        case prefixed
        /// `M:` and MessagePack, as servers send it.
        case messagepack
        /// MessagePack alone, as servers take it.
        case bareMessagepack = "bare-messagepack"
    }

    public var format = Format.json
    /// Whether to make a `C:` frame, where that is smaller.
    public var isCompressed = false
    /// A file with the key to seal with, or `-`; otherwise `WSE_KEY` is used, if sealing is asked for.
    public var keyFile: String?
    /// Whether to make an `E:` frame.
    public var isSealed = false
    /// `nil` for bytes into a pipe and hex on a terminal.
    public var form: ByteForm?
    /// Type and payload; without a type, the event is read from standard input.
    public var type: String?
    public var payload: String?
    public var priority: String?
    public var correlationID: String?

    public init() {}

    /// - Throws: ``ToolError``.
    public func run(_ console: Console) throws(ToolError) {
        let frame = try frame(console)
        let form = form ?? (console.isOutputTerminal ? .hex : .raw)
        try console.output.write(form.encode(frame))
    }

    private func frame(_ console: Console) throws(ToolError) -> [UInt8] {
        var bytes = try plain(envelope(console))
        if isSealed || keyFile != nil {
            guard let secret = try Secret.find(file: keyFile, variable: "WSE_KEY", in: console) else {
                throw ToolError(.usage, "sealing wants a key: --key-file or WSE_KEY")
            }
            bytes = try FrameKey(secret).seal(bytes)
        }
        return bytes
    }

    private func envelope(_ console: Console) throws(ToolError) -> Envelope {
        guard let type else {
            guard priority == nil, correlationID == nil else {
                throw ToolError(
                    .usage, "an event from standard input says its own priority and correlation_id")
            }
            return try EventDescription(json: try console.readInput(for: "the event")).envelope
        }
        return Envelope(
            type: type, payload: try Payload.parse(payload, console),
            priority: try priority.map { (text) throws(ToolError) in try Payload.priority(text) },
            correlationID: correlationID)
    }

    private func plain(_ envelope: Envelope) throws(ToolError) -> [UInt8] {
        do {
            if format == .prefixed {
                guard !isCompressed else {
                    throw ToolError(
                        .usage, "messages behind a prefix are not compressed; leave out --compress")
                }
                return try prefixed(envelope)
            }
            var encoder = MessageEncoder(compressionThreshold: isCompressed ? 0 : nil)
            switch format {
            case .messagepack: encoder.format = .messagePack(prefixed: true)
            case .bareMessagepack: encoder.format = .messagePack(prefixed: false)
            case .json, .prefixed: break
            }
            var bytes: [UInt8] = []
            _ = try encoder.encode(envelope, into: &bytes)
            return bytes
        } catch let error as ToolError {
            throw error
        } catch {
            throw ToolError(.dataError, "\(error)")
        }
    }

    /// `U{"t":…}`: what follows `{"c":"U",` in the other dialect.
    private func prefixed(_ envelope: Envelope) throws(WireError) -> [UInt8] {
        let category = envelope.category.rawValue
        guard ["WSE", "S", "U"].contains(category) else {
            throw WireError(.unrepresentable, "only WSE, S and U can stand before a message")
        }
        let json = try envelope.json()
        return Array(category.utf8) + [UInt8(ascii: "{")]
            + json.dropFirst(#"{"c":"","#.utf8.count + category.utf8.count)
    }
}
