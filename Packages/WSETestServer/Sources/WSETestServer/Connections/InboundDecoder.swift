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

    /// What a message is to the server.
    enum Content {
        /// Envelopes, in order.
        case events([WSEEvent])
        /// Something else, for the application.
        case bytes
        /// Sealed, and not to be opened or no text: the published servers drop it without a word.
        case dropped
    }

    private var decoder: MessageDecoder
    private let binary: Binary
    private var cipher: (any MessageCipher)?
    private var plaintext: [UInt8] = []
    private var items: [WireItem] = []

    init(limits: WireLimits, binary: Binary) {
        decoder = MessageDecoder(limits: limits)
        self.binary = binary
    }

    /// Opens `E:` frames from now on.
    func setCipher(_ cipher: any MessageCipher) {
        self.cipher = cipher
    }

    /// What a message holds.
    func content(of bytes: [UInt8], as kind: FrameKind) -> Content {
        switch kind {
        case .text: return events(in: bytes, as: .text)
        case .binary:
            if let cipher, bytes.starts(with: "E:".utf8) {
                return content(sealed: bytes.dropFirst(2), cipher)
            }
            return understands(bytes) ? events(in: bytes, as: .binary) : .bytes
        }
    }

    private func content(sealed: ArraySlice<UInt8>, _ cipher: any MessageCipher) -> Content {
        plaintext.removeAll(keepingCapacity: true)
        let isOpened = sealed.withUnsafeBytes { bytes in
            (try? cipher.open(RawSpan(_unsafeBytes: bytes), into: &plaintext)) != nil
        }
        guard isOpened, String(validating: plaintext, as: UTF8.self) != nil else { return .dropped }
        return events(in: plaintext, as: .text)
    }

    private func events(in bytes: [UInt8], as kind: FrameKind) -> Content {
        items.removeAll(keepingCapacity: true)
        bytes.withUnsafeBytes { decoder.decode(RawSpan(_unsafeBytes: $0), as: kind, into: &items) }
        let events = items.compactMap { item in
            if case .event(let event) = item { event } else { nil }
        }
        return events.isEmpty ? .bytes : .events(events)
    }

    private func understands(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first else { return false }
        return switch first {
        case 0x80...0x8F, 0xDE, 0xDF: binary.contains(.messagePack)
        case UInt8(ascii: "C"): binary.contains(.compressed) && bytes.starts(with: "C:".utf8)
        default: false
        }
    }
}
