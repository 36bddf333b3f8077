import WSEWire

/// One decoder for several messages, collecting what comes out.
final class TestDecoder {
    private var decoder: MessageDecoder
    var items: [WireItem] = []

    init(limits: WireLimits = WireLimits(), decryptor: (any FrameDecryptor)? = nil) {
        decoder = MessageDecoder(limits: limits, decryptor: decryptor)
    }

    func setDecryptor(_ decryptor: any FrameDecryptor) {
        decoder.decryptor = decryptor
    }

    func decode(_ bytes: [UInt8], as kind: FrameKind = .binary) {
        decoder.decode(bytes.span.bytes, as: kind, into: &items)
    }

    func decode(_ text: String) {
        decode(Array(text.utf8), as: .text)
    }

    func decodeEncrypted(_ sealed: [UInt8]) {
        decoder.decodeEncrypted(sealed.span.bytes, into: &items)
    }

    /// Gives back the events that came out and are no use any more.
    func recycle() {
        var events = items.events
        items.removeAll(keepingCapacity: true)
        decoder.recycle(&events)
    }

    func releaseUnusedMemory() {
        decoder.releaseUnusedMemory()
    }
}
