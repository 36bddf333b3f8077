/// The operation codes of RFC 6455 section 5.2.
public enum Opcode: UInt8, Sendable, Hashable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    var isControl: Bool { rawValue >= 0x8 }
}

/// The start of a frame, checked against everything that holds without knowing other frames.
struct FrameHeader {
    var opcode: Opcode
    var isFinal: Bool
    var payloadCount: UInt64
    /// Bytes of the header itself, 2 … 10.
    var byteCount: Int

    static let maximumByteCount = 10

    /// Reads the header that starts at `offset`; `nil` if more bytes are needed.
    ///
    /// The first two bytes are judged as soon as they are there, so that a broken peer is noticed early.
    @inline(__always)
    init?(_ bytes: RawSpan, at offset: Int) throws(FrameViolation) {
        let available = bytes.byteCount - offset
        guard available >= 2 else { return nil }
        let first = bytes.byte(at: offset)
        let second = bytes.byte(at: offset + 1)

        guard first & 0x70 == 0 else { throw .reservedBits }
        guard let opcode = Opcode(rawValue: first & 0x0F) else { throw .reservedOpcode(first & 0x0F) }
        guard second & 0x80 == 0 else { throw .maskedFrame }
        self.opcode = opcode
        isFinal = first & 0x80 != 0
        if opcode.isControl {
            guard isFinal else { throw .fragmentedControlFrame }
            guard second <= 125 else { throw .oversizedControlFrame }
        }

        switch second {
        case 126:
            guard available >= 4 else { return nil }
            payloadCount = UInt64(
                bytes.unsafeLoadUnaligned(fromByteOffset: offset + 2, as: UInt16.self).bigEndian)
            guard payloadCount > 125 else { throw .nonMinimalLength }
            byteCount = 4
        case 127:
            guard available >= 10 else { return nil }
            payloadCount = bytes.unsafeLoadUnaligned(fromByteOffset: offset + 2, as: UInt64.self).bigEndian
            guard payloadCount >> 63 == 0 else { throw .invalidLength }
            guard payloadCount > 0xFFFF else { throw .nonMinimalLength }
            byteCount = 10
        default:
            payloadCount = UInt64(second)
            byteCount = 2
        }
    }
}
