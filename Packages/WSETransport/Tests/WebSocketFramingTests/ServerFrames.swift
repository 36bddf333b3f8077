@testable import WebSocketFraming

/// A frame as a server writes it, with every field open to abuse.
func frame(
    _ opcode: UInt8, _ payload: [UInt8] = [], isFinal: Bool = true, reserved: UInt8 = 0,
    isMasked: Bool = false
) -> [UInt8] {
    var bytes = [(isFinal ? 0x80 : 0) | reserved | opcode]
    let mask: UInt8 = isMasked ? 0x80 : 0
    switch payload.count {
    case ...125: bytes.append(mask | UInt8(payload.count))
    case ...0xFFFF: bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    default:
        bytes.append(mask | 127)
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
    }
    if isMasked { bytes += [0, 0, 0, 0] }
    return bytes + payload
}

func text(_ string: String, isFinal: Bool = true) -> [UInt8] {
    frame(0x1, Array(string.utf8), isFinal: isFinal)
}

func continuation(_ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
    frame(0x0, payload, isFinal: isFinal)
}

func close(_ code: UInt16, _ reason: [UInt8] = []) -> [UInt8] {
    frame(0x8, [UInt8(code >> 8), UInt8(code & 0xFF)] + reason)
}

/// What a decoder reports, with the bytes it points at.
enum Found: Hashable {
    case text([UInt8])
    case binary([UInt8])
    case ping([UInt8])
    case pong([UInt8])
    case close(UInt16?, [UInt8])
    case violation(FrameViolation)

    static func text(_ string: String) -> Found { .text(Array(string.utf8)) }
}

/// Feeds reads to a new decoder and lists all it finds.
func decode(_ reads: [[UInt8]], maximumFrame: Int = 1 << 20, maximumMessage: Int = 1 << 20) -> [Found] {
    var decoder = FrameDecoder(maximumFrame: maximumFrame, maximumMessage: maximumMessage)
    var found: [Found] = []
    for read in reads { found += decode(read, with: &decoder) }
    return found
}

func decode(_ read: [UInt8], with decoder: inout FrameDecoder) -> [Found] {
    var found: [Found] = []
    var position = 0
    do throws(FrameViolation) {
        while true {
            let event = try decoder.next(in: read.span.bytes, at: &position)
            func bytes(_ payload: FramePayload) -> [UInt8] {
                switch payload {
                case .input(let offset, let count): Array(read[offset..<(offset + count)])
                case .message(let count): Array(decoder.message[..<count])
                case .control(let offset, let count): Array(decoder.control[offset..<(offset + count)])
                }
            }
            switch event {
            case .needsInput: return found
            case .message(true, let payload): found.append(.text(bytes(payload)))
            case .message(false, let payload): found.append(.binary(bytes(payload)))
            case .ping(let payload): found.append(.ping(bytes(payload)))
            case .pong(let payload): found.append(.pong(bytes(payload)))
            case .close(let code, let reason): found.append(.close(code, bytes(reason)))
            }
        }
    } catch {
        return found + [.violation(error)]
    }
}

/// Every way to hand over the same bytes that matters: whole, byte by byte, and cut once at each place.
func allDeliveries(of bytes: [UInt8]) -> [[[UInt8]]] {
    var deliveries = [[bytes], bytes.map { [$0] }]
    if bytes.count <= 400 {
        for cut in 1..<max(2, bytes.count) {
            deliveries.append([
                Array(bytes[..<min(cut, bytes.count)]), Array(bytes[min(cut, bytes.count)...]),
            ])
        }
    }
    return deliveries
}
