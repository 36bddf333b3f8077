internal import WSECrypto
internal import WSEWire

/// Reads what one client sends. Belongs to the connection's event loop.
final class InboundDecoder {
    /// What a binary frame may hold; in other forms it is bytes for the application, as on the published servers.
    struct Binary: OptionSet {
        let rawValue: UInt8

        /// MessagePack without `M:`, on connections that asked for it.
        static let messagePack = Binary(rawValue: 1)
        /// `C:` and a zlib stream.
        static let compressed = Binary(rawValue: 2)
    }

    private var decoder: MessageDecoder
    private let binary: Binary
    private var items: [WireItem] = []

    init(limits: WireLimits, binary: Binary) {
        decoder = MessageDecoder(limits: limits)
        self.binary = binary
    }

    /// Opens `E:` frames from now on.
    func setCipher(_ cipher: any MessageCipher) {
        decoder.decryptor = CipherDecryptor(cipher: cipher)
    }

    /// The envelopes in a message, in order; empty if it holds none.
    func events(in bytes: [UInt8], as kind: FrameKind) -> [WSEEvent] {
        guard kind == .text || understands(bytes) else { return [] }
        items.removeAll(keepingCapacity: true)
        bytes.withUnsafeBytes { decoder.decode(RawSpan(_unsafeBytes: $0), as: kind, into: &items) }
        return items.compactMap { item in
            if case .event(let event) = item { event } else { nil }
        }
    }

    private func understands(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first else { return false }
        return switch first {
        case 0x80...0x8F, 0xDE, 0xDF: binary.contains(.messagePack)
        case UInt8(ascii: "E"): decoder.decryptor != nil && bytes.starts(with: "E:".utf8)
        case UInt8(ascii: "C"): binary.contains(.compressed) && bytes.starts(with: "C:".utf8)
        default: false
        }
    }
}
