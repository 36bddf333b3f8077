/// The first bytes of a MessagePack value: its kind and, where it has one, its length.
///
/// Read from validated bytes, or from bytes that are followed by at least ``MessagePackHead/padding`` others of
/// any content; then the caller compares positions with the end.
struct MessagePackHead {
    enum Kind: UInt8 {
        case null, bool, signed, unsigned, float, double, string, binary, array, map, ext, invalid
    }

    /// The longest head: a lead byte, a 32-bit length and the type of an extension.
    static let padding = 8

    var kind: Kind
    /// Bytes before the content: of a string, the lead byte and its length.
    var size: Int
    /// Bytes of content for strings, binaries and extensions, also for numbers; elements or pairs for
    /// containers.
    var count: Int

    @inline(__always)
    init(_ kind: Kind, size: Int, count: Int) {
        self.kind = kind
        self.size = size
        self.count = count
    }

    @inline(__always)
    init(base: UnsafePointer<UInt8>, at position: Int) {
        let lead = base[position]
        switch lead {
        case 0x00...0x7F: self.init(.unsigned, size: 0, count: 1)
        case 0x80...0x8F: self.init(.map, size: 1, count: Int(lead & 0x0F))
        case 0x90...0x9F: self.init(.array, size: 1, count: Int(lead & 0x0F))
        case 0xA0...0xBF: self.init(.string, size: 1, count: Int(lead & 0x1F))
        case 0xE0...0xFF: self.init(.signed, size: 0, count: 1)
        case 0xCB: self.init(.double, size: 1, count: 8)
        default: self.init(uncommon: lead, base: base, at: position)
        }
    }

    @inline(never)
    private init(uncommon lead: UInt8, base: UnsafePointer<UInt8>, at position: Int) {
        func length(_ width: Int) -> Int {
            // Clamped where an Int has 32 bits; no message is that long.
            Int(clamping: MessagePackHead.bigEndian(base, position &+ 1, width))
        }
        switch lead {
        case 0xC0: self.init(.null, size: 1, count: 0)
        case 0xC2, 0xC3: self.init(.bool, size: 1, count: 0)
        case 0xC4: self.init(.binary, size: 2, count: length(1))
        case 0xC5: self.init(.binary, size: 3, count: length(2))
        case 0xC6: self.init(.binary, size: 5, count: length(4))
        case 0xC7: self.init(.ext, size: 3, count: length(1))
        case 0xC8: self.init(.ext, size: 4, count: length(2))
        case 0xC9: self.init(.ext, size: 6, count: length(4))
        case 0xCA: self.init(.float, size: 1, count: 4)
        case 0xCC...0xCF: self.init(.unsigned, size: 1, count: 1 << Int(lead & 3))
        case 0xD0...0xD3: self.init(.signed, size: 1, count: 1 << Int(lead & 3))
        case 0xD4...0xD8: self.init(.ext, size: 2, count: 1 << Int(lead &- 0xD4))
        case 0xD9: self.init(.string, size: 2, count: length(1))
        case 0xDA: self.init(.string, size: 3, count: length(2))
        case 0xDB: self.init(.string, size: 5, count: length(4))
        case 0xDC: self.init(.array, size: 3, count: length(2))
        case 0xDD: self.init(.array, size: 5, count: length(4))
        case 0xDE: self.init(.map, size: 3, count: length(2))
        case 0xDF: self.init(.map, size: 5, count: length(4))
        default: self.init(.invalid, size: 1, count: 0)
        }
    }

    /// `width` bytes, most significant first.
    @inline(__always)
    static func bigEndian(_ base: UnsafePointer<UInt8>, _ position: Int, _ width: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<width { value = value &<< 8 | UInt64(base[position &+ index]) }
        return value
    }
}
