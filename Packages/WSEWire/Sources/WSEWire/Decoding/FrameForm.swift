/// The forms a message may have (PROTOCOL.md section 4), told apart by the first bytes alone: no two of them can
/// begin alike.
enum FrameForm {
    /// JSON, perhaps behind a category prefix, or a heartbeat line.
    case text
    /// `C:` and a zlib stream, or a zlib stream alone; where the stream starts.
    case compressed(start: Int)
    /// `M:` and MessagePack, or a MessagePack map alone; where the map starts.
    case messagePack(start: Int)
    /// `E:` and a sealed message.
    case encrypted(start: Int)

    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 2, bytes[0] != UInt8(ascii: "{") else {
            // A map without members is one byte; it is no envelope, but the error should name MessagePack.
            self = bytes.first == 0x80 ? .messagePack(start: 0) : .text
            return
        }
        self.init(uncommon: bytes)
    }

    @inline(never)
    private init(uncommon bytes: UnsafeRawBufferPointer) {
        let isPrefix = bytes[1] == UInt8(ascii: ":")
        switch bytes[0] {
        case UInt8(ascii: "C") where isPrefix: self = .compressed(start: 2)
        case UInt8(ascii: "M") where isPrefix: self = .messagePack(start: 2)
        case UInt8(ascii: "E") where isPrefix: self = .encrypted(start: 2)
        case 0x78 where ZlibStream.hasHeader(bytes): self = .compressed(start: 0)
        case 0x80...0x8F, 0xDE, 0xDF: self = .messagePack(start: 0)
        default: self = .text
        }
    }
}
