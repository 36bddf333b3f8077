internal import WSEWire

/// Reads what one client sends. Belongs to the connection's event loop.
final class InboundDecoder {
    private var decoder: MessageDecoder
    private var items: [WireItem] = []

    init(limits: WireLimits) {
        decoder = MessageDecoder(limits: limits)
    }

    /// The envelopes in a message, in order; empty if it holds none.
    func events(in bytes: [UInt8], as kind: FrameKind) -> [WSEEvent] {
        // As on the published servers, JSON in a binary frame is no event but bytes for the application.
        guard kind == .text else { return [] }
        items.removeAll(keepingCapacity: true)
        decoder.decode(bytes.span.bytes, as: kind, into: &items)
        return items.compactMap { item in
            if case .event(let event) = item { event } else { nil }
        }
    }
}
